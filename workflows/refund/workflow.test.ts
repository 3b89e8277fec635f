import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StripeRefundState } from '../../activities/payments/refund-state.ts';
import { refundFacts } from '../../tests/support/refund-facts.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import {
  addRefundNoteUpdate,
  giveUpRefundUpdate,
  type RefundFacts,
  refundCaseQuery,
  refundChangedSignal,
  refundWorkflowId,
  retryRefundUpdate,
  withdrawRefundUpdate,
} from './messages.ts';

const HOUR_MS = 3_600_000;
const STAFF = { requestId: 'r1', requestedBy: 'Anna', reason: 'asked for' };

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

/** Scripted activities of a refund. @param stripe returns its status at Stripe, given how often it was sent or read */
function scripted(stripe: (tries: number) => RefundFacts['status'], first: Partial<RefundFacts> = {}) {
  const calls: string[] = [];
  let tries = 0;
  let refund = refundFacts({
    refundId: randomUUID(),
    orderId: randomUUID(),
    requestId: 'r1',
    amountCents: 500,
    ...first,
  });
  const decided = (change: Partial<RefundFacts>) => {
    refund = { ...refund, ...change };
    return { outcome: 'decided', refund };
  };
  const stateAtStripe = (): StripeRefundState => {
    const status = stripe(tries) as StripeRefundState['status'];
    return { stripeRefundId: status === 'failed' ? null : 're_1', status, failureReason: 'charge_disputed' };
  };
  return {
    calls,
    activities: {
      loadRefund: async () => refund,
      refundPayment: async ({ attempt }: { attempt: number }) => {
        tries += 1;
        calls.push(`refundPayment ${attempt}`);
        return stateAtStripe();
      },
      retrieveRefund: async ({ stripeRefundId }: { stripeRefundId: string }) => {
        tries += 1;
        calls.push(`retrieveRefund ${stripeRefundId}`);
        return stateAtStripe();
      },
      recordRefund: async ({ status, stripeRefundId, failureReason }: StripeRefundState) =>
        decided({ status, stripeRefundId, failureReason }).refund,
      retryRefund: async () => decided({ status: 'pending', attempt: refund.attempt + 1 }),
      giveUpRefund: async () => decided({ isGivenUp: true }),
      withdrawRefund: async ({ reason }: { reason: string }) =>
        decided({ status: 'withdrawn', decisionReason: reason }),
      addRefundNote: async ({ note }: { note: string }) => {
        calls.push(`addRefundNote ${note}`);
        return { outcome: 'done' };
      },
      recordRequest: async () => {},
    },
    async start() {
      const { orderId, refundId } = refund;
      return temporal.env.client.workflow.start('refund', {
        taskQueue: 'orders',
        workflowId: refundWorkflowId(orderId, refundId),
        args: [{ orderId, refundId, resume: true }],
      });
    },
  };
}

describe('a refund', () => {
  it('survives a day without Stripe: it is shown as stuck, and succeeds automatically', async () => {
    let isUnavailable = true;
    const script = scripted(() => {
      if (isUnavailable)
        throw ApplicationFailure.create({ message: 'Stripe: api_connection_error', type: 'StripeConnectionError' });
      return 'succeeded';
    });
    await temporal.withWorker(script.activities, async () => {
      const handle = await script.start();
      const began = await temporal.env.currentTimeMs();
      await temporal.env.sleep(HOUR_MS);
      const seen = (await handle.query(refundCaseQuery)) as { stopped?: { what: string; why: string; since: string } };
      expect(seen.stopped).toMatchObject({
        what: 'The refund could not be sent to Stripe',
        why: 'Stripe: api_connection_error',
      });
      // Counted from the first attempt, not the last, because staff list stuck steps by their age.
      expect(Date.parse(seen.stopped!.since) - began).toBeLessThan(60_000);
      await temporal.env.sleep(22 * HOUR_MS);
      isUnavailable = false;
      expect(await handle.result()).toBe('succeeded');
      expect((await temporal.env.currentTimeMs()) - began).toBeLessThan(26 * HOUR_MS);
    });
  });

  it('that Stripe refuses waits for staff: retried with another idempotency key, or given up', async () => {
    for (const end of ['succeeded', 'failed'] as const) {
      const script = scripted((tries) => (tries === 1 ? 'failed' : 'succeeded'));
      await temporal.withWorker(script.activities, async () => {
        const handle = await script.start();
        await until(
          async () => ((await handle.query(refundCaseQuery)) as { stopped?: object }).stopped,
          'the refund to stop',
        );
        await temporal.env.sleep(100 * HOUR_MS);
        expect((await handle.describe()).status.name).toBe('RUNNING');
        const update = end === 'succeeded' ? retryRefundUpdate : giveUpRefundUpdate;
        await handle.executeUpdate(update, { args: [STAFF] });
        expect(await handle.result()).toBe(end);
      });
      expect(script.calls).toEqual(end === 'succeeded' ? ['refundPayment 1', 'refundPayment 2'] : ['refundPayment 1']);
    }
  });

  it.each(['awaiting_approval', 'awaiting_return', 'failed'] as const)(
    'that is %s can get notes and be withdrawn, and is then never sent',
    async (status) => {
      const script = scripted(() => 'succeeded', { status });
      await temporal.withWorker(script.activities, async () => {
        const handle = await script.start();
        const { reason: _, ...anna } = STAFF;
        await handle.executeUpdate(addRefundNoteUpdate, { args: [{ ...anna, note: ' Calls again ' }] });
        await temporal.env.sleep(100 * HOUR_MS);
        expect((await handle.describe()).status.name).toBe('RUNNING');
        expect(await handle.executeUpdate(withdrawRefundUpdate, { args: [STAFF] })).toMatchObject({
          status: 'withdrawn',
        });
        expect(await handle.result()).toBe('withdrawn');
      });
      expect(script.calls).toEqual(['addRefundNote Calls again']);
    },
  );

  it('that is pending at Stripe is read on each signal, and after six hours without one', async () => {
    let isFinished = false;
    const script = scripted(() => (isFinished ? 'succeeded' : 'pending'));
    await temporal.withWorker(script.activities, async () => {
      const handle = await script.start();
      const asked = () => script.calls.filter((call) => call === 'retrieveRefund re_1').length;
      await until(() => script.calls.length > 0, 'the refund to be sent');
      await temporal.env.sleep(5 * HOUR_MS);
      expect(script.calls).toEqual(['refundPayment 1']);
      await temporal.env.sleep(2 * HOUR_MS);
      await until(() => asked() === 1, 'Stripe to be asked once');
      isFinished = true;
      // Time is not skipped during this wait, so six hours have not passed.
      await handle.signal(refundChangedSignal);
      await until(() => asked() === 2, 'Stripe to be asked again at once');
      expect(await handle.result()).toBe('succeeded');
    });
  });
});
