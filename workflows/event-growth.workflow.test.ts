/**
 * A waiting workflow writes at most MAX_EVENTS_A_DAY events a day, whatever it waits for (docs/operations.md). Polling at a fixed short
 * interval would write thousands, and a loop without a wait millions.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowSteps } from '../tests/support/order-workflow-steps.ts';
import type { ScriptedOrder } from '../tests/support/scripted-order.ts';
import { until } from '../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../tests/support/time-skipping.ts';
import { orderChangedSignal } from './order/messages.ts';
import { unmatchedPaymentWorkflowId } from './unmatched-payment/messages.ts';

const MAX_EVENTS_A_DAY = 1_000;

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, handleOf, scripted, settledAs, reportPayment } = orderWorkflowSteps(() => temporal);

/** Skips one day. @returns the number of events that the workflow wrote in that day */
async function eventsPerDay(handle: ReturnType<typeof handleOf>): Promise<number> {
  const length = async () => (await handle.fetchHistory()).events!.length;
  const before = await length();
  await temporal.env.sleep('1 day');
  expect((await handle.describe()).status.name).toBe('RUNNING');
  return (await length()) - before;
}

async function afterBegin(script: ScriptedOrder, wait: () => void | Promise<void>): Promise<number> {
  let events = 0;
  await temporal.withWorker(script.activities, async () => {
    await begin(script);
    await wait();
    events = await eventsPerDay(handleOf(script));
    await handleOf(script).terminate('counted');
  });
  return events;
}

describe('a workflow writes few events a day while it waits', () => {
  it('for Stripe, which does not respond', async () => {
    const script = await scripted();
    const events = await afterBegin(script, () => {
      script.isStripeAway = true;
    });
    expect(events).toBeLessThan(MAX_EVENTS_A_DAY / 5);
  });

  it('for a charge that stays in flight', async () => {
    const script = await scripted();
    const events = await afterBegin(script, () => {
      script.cancelAnswers.push(...Array.from({ length: 10_000 }, () => 'in_flight' as const));
    });
    expect(script.calls.filter((call) => call === 'cancelPayment').length).toBeGreaterThan(5);
    expect(events).toBeLessThan(MAX_EVENTS_A_DAY);
  });

  it('for the database, which refuses to record the payment', async () => {
    const script = await scripted();
    script.bookFailures = 10_000;
    const events = await afterBegin(script, async () => {
      await reportPayment(script);
      await until(() => script.bookFailures < 10_000, 'the first attempt');
    });
    expect(events).toBeLessThan(MAX_EVENTS_A_DAY);
  });

  it('for a return that is still open after the return window', async () => {
    const script = await scripted();
    const events = await afterBegin(script, async () => {
      await reportPayment(script);
      await settledAs(script);
      script.refunds = [{ ...(await script.activities.loadRefund()), status: 'awaiting_return' }];
      script.order = { ...script.order, status: 'delivered', fulfillment: 'delivered' };
      script.closesAt = new Date((await temporal.env.currentTimeMs()) - 1_000).toISOString();
      await handleOf(script).signal(orderChangedSignal);
      const hasLoadedReturn = async () =>
        JSON.stringify(await handleOf(script).query('case')).includes('awaiting_return');
      await until(hasLoadedReturn, 'the order to load the return');
    });
    expect(events).toBeLessThan(10);
  });

  it('for a bank that refuses the refund of an unmatched payment', async () => {
    let attempt = 1;
    const payment = () => ({
      paymentIntentId: 'pi_1',
      orderId: randomUUID(),
      orderNumber: '482-913-077',
      customerId: null,
      emailHash: null,
      amountCents: 500,
      currency: 'usd',
      reason: 'other_intent',
      receivedAt: '2026-01-01T00:00:00.000Z',
      refundStatus: attempt > 1 ? 'failed' : null,
      stripeRefundId: null,
      refundFailure: 'insufficient_funds',
      attempt,
    });
    const activities = {
      loadUnmatchedPayment: async () => payment(),
      refundUnmatchedPayment: async () => ({
        stripeRefundId: null,
        status: 'failed',
        failureReason: 'insufficient_funds',
      }),
      recordUnmatchedRefund: async () => {
        attempt += 1;
        return payment();
      },
    };
    await temporal.withWorker(activities, async () => {
      const handle = await temporal.env.client.workflow.start('unmatchedPayment', {
        taskQueue: 'orders',
        workflowId: unmatchedPaymentWorkflowId('pi_1'),
        args: [{ orderId: randomUUID(), paymentIntentId: 'pi_1' }],
      });
      await until(() => attempt > 1, 'the first refusal');
      expect(await eventsPerDay(handle)).toBeLessThan(MAX_EVENTS_A_DAY / 5);
      expect(attempt).toBeGreaterThan(3);
      await handle.terminate('counted');
    });
  });
});
