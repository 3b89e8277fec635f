/** When the refund of an unmatched payment is sent, checked, and retried; these tests skip time. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import {
  retryUnmatchedRefundUpdate,
  type UnmatchedPaymentOutcome,
  unmatchedPaymentWorkflowId,
  unmatchedRefundChangedSignal,
} from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const HOUR_MS = 3_600_000;
const SENT: StripeRefundState = { stripeRefundId: 're_1', status: 'succeeded' };
const PENDING: StripeRefundState = { stripeRefundId: 're_1', status: 'pending' };
const REFUSED: StripeRefundState = { stripeRefundId: null, status: 'failed', failureReason: 'insufficient_funds' };

/** Scripted responses of Stripe and the database. */
class Script {
  readonly paymentIntentId = `pi_${randomUUID()}`;
  readonly calls: string[] = [];
  /** Times of the calls to Stripe, in hours since the first. */
  readonly hours: number[] = [];
  #startedAt: number | undefined;
  payment: UnmatchedPayment | null = {
    paymentIntentId: this.paymentIntentId,
    orderId: randomUUID(),
    orderNumber: '482-913-077',
    customerId: null,
    emailHash: null,
    amountCents: 500,
    currency: 'usd',
    reason: 'other_intent',
    receivedAt: '2026-01-01T00:00:00.000Z',
    refundStatus: null,
    stripeRefundId: null,
    refundFailure: null,
    attempt: 1,
  };
  /** Returned in turn; the last one repeats. */
  refunds: StripeRefundState[] = [SENT];
  states: StripeRefundState[] = [SENT];
  found: StripeRefundState | null = null;

  async #called(what: string): Promise<void> {
    const now = await temporal.env.currentTimeMs();
    this.#startedAt ??= now;
    this.calls.push(what);
    this.hours.push(Math.round((now - this.#startedAt) / HOUR_MS));
  }

  readonly activities = {
    loadUnmatchedPayment: async () => this.payment,
    refundUnmatchedPayment: async ({ attempt }: { attempt: number }) => {
      await this.#called(`refund ${attempt}`);
      return this.refunds.length > 1 ? this.refunds.shift() : this.refunds[0];
    },
    retrieveRefund: async ({ stripeRefundId }: { stripeRefundId: string }) => {
      await this.#called(`retrieve ${stripeRefundId}`);
      return this.states.length > 1 ? this.states.shift() : this.states[0];
    },
    findUnmatchedRefund: async () => {
      await this.#called('find');
      return this.found;
    },
    recordUnmatchedRefund: async ({ attempt, ...refund }: { attempt: number } & StripeRefundState) => {
      this.payment = {
        ...this.payment!,
        refundStatus: refund.status,
        stripeRefundId: refund.stripeRefundId,
        refundFailure: refund.failureReason ?? null,
        attempt: attempt + (refund.status === 'failed' ? 1 : 0),
      };
      return this.payment;
    },
    recordRequest: async ({ type, actor, reason }: { type: string; actor: string; reason?: string }) => {
      this.calls.push(`${type} by ${actor}: ${reason}`);
    },
  };

  get handle() {
    return temporal.env.client.workflow.getHandle(unmatchedPaymentWorkflowId(this.paymentIntentId));
  }

  start() {
    const { paymentIntentId } = this;
    return temporal.env.client.workflow.start('unmatchedPayment', {
      taskQueue: 'orders',
      workflowId: unmatchedPaymentWorkflowId(paymentIntentId),
      args: [{ orderId: this.payment?.orderId ?? randomUUID(), paymentIntentId }],
    });
  }
}

/** @returns the workflow's result */
async function run(script: Script, work: () => Promise<unknown> = async () => {}): Promise<UnmatchedPaymentOutcome> {
  return temporal.withWorker(script.activities, async () => {
    await script.start();
    await work();
    return script.handle.result();
  });
}

const isCalled = (script: Script, times: number) =>
  until(() => script.calls.length >= times, `${times} calls of ${script.calls}`);
const STAFF = { requestId: 'r1', requestedBy: 'Anna', reason: 'Balance topped up' };

describe('an unmatched payment', () => {
  it('is refunded at once', async () => {
    const script = new Script();
    expect(await run(script)).toBe('refunded');
    expect(script.calls).toEqual(['refund 1']);
  });

  it('whose refund fails is refunded again after 1 hour, 6 hours, and then every day', async () => {
    const script = new Script();
    script.refunds = [REFUSED, REFUSED, REFUSED, REFUSED, SENT];
    expect(await run(script)).toBe('refunded');
    expect(script.calls).toEqual(['refund 1', 'refund 2', 'refund 3', 'refund 4', 'refund 5']);
    expect(script.hours).toEqual([0, 1, 7, 31, 55]);
  });

  it('whose refund is pending is checked every 6 hours', async () => {
    const script = new Script();
    script.refunds = [PENDING];
    script.states = [PENDING, PENDING, SENT];
    expect(await run(script)).toBe('refunded');
    expect(script.calls).toEqual(['refund 1', 'retrieve re_1', 'retrieve re_1', 'retrieve re_1']);
    expect(script.hours).toEqual([0, 6, 12, 18]);
  });

  it('whose refund is pending is checked at once when Stripe sends an event', async () => {
    const script = new Script();
    script.refunds = [PENDING];
    const outcome = run(script, async () => {
      await until(() => script.payment?.refundStatus === 'pending', 'the refund to be recorded');
      await script.handle.signal(unmatchedRefundChangedSignal);
      await isCalled(script, 2);
    });
    expect(await outcome).toBe('refunded');
    expect(script.hours).toEqual([0, 0]);
  });

  it('whose refund fails is not refunded again because of an event alone', async () => {
    const script = new Script();
    script.refunds = [REFUSED, SENT];
    const outcome = run(script, async () => {
      await until(() => script.payment?.refundStatus === 'failed', 'the refusal to be recorded');
      await script.handle.signal(unmatchedRefundChangedSignal);
      await isCalled(script, 2);
    });
    expect(await outcome).toBe('refunded');
    expect(script.calls).toEqual(['refund 1', 'find', 'refund 2']);
    expect(script.hours).toEqual([0, 0, 1]);
  });

  it.each([
    ['refunded', SENT],
    ['settled', { ...SENT, stripeRefundId: null }],
  ] as const)('whose refund fails is %s by a refund that an event reports', async (expected, found) => {
    const script = new Script();
    script.refunds = [REFUSED];
    script.found = found;
    const outcome = run(script, async () => {
      await until(() => script.payment?.refundStatus === 'failed', 'the refusal to be recorded');
      await script.handle.signal(unmatchedRefundChangedSignal);
    });
    expect(await outcome).toBe(expected);
    expect(script.calls).toEqual(['refund 1', 'find']);
  });

  it('is refunded again at once when staff retry, which records who and why; refuses a retry while nothing has stopped', async () => {
    const script = new Script();
    script.refunds = [PENDING];
    const retry = () => script.handle.executeUpdate(retryUnmatchedRefundUpdate, { args: [STAFF] });
    const outcome = run(script, async () => {
      await until(() => script.payment?.refundStatus === 'pending', 'the refund to be recorded');
      await expect(retry()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('Nothing has stopped') },
      });
      script.states = [{ ...REFUSED, stripeRefundId: 're_1' }];
      script.refunds = [SENT];
      await script.handle.signal(unmatchedRefundChangedSignal);
      await until(() => script.payment?.refundStatus === 'failed', 'the refusal to be recorded');
      await until(async () => (await script.handle.query<{ stopped?: object }>('case')).stopped, 'it to stop');
      expect(await retry()).toEqual({ retried: 'The refund failed at Stripe' });
    });
    expect(await outcome).toBe('refunded');
    expect(script.calls.slice(1)).toEqual([
      'retrieve re_1',
      'retry_requested by ui:Anna: Balance topped up',
      'refund 2',
    ]);
    expect(script.hours).toEqual([0, 0, 0]);
  });

  it('is refunded again when the bank refuses a refund that had succeeded', async () => {
    const script = new Script();
    script.payment = { ...script.payment!, refundStatus: 'succeeded', stripeRefundId: 're_1' };
    script.states = [{ ...REFUSED, stripeRefundId: 're_1' }];
    expect(await run(script)).toBe('refunded');
    expect(script.calls).toEqual(['retrieve re_1', 'refund 2']);
    expect(script.hours).toEqual([0, 1]);
  });

  it('that belongs to the order after all, or was refunded another way, is settled', async () => {
    const [own, lost] = [new Script(), new Script()];
    own.payment = null;
    lost.payment = { ...lost.payment!, refundStatus: 'succeeded' };
    for (const script of [own, lost]) {
      expect(await run(script)).toBe('settled');
      expect(script.calls).toEqual([]);
    }
  });
});
