import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkoutSteps, HOLD_MS, STAFF } from '../../tests/support/checkout-steps.ts';
import { TOTAL_CENTS } from '../../tests/support/scripted-checkout.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { cancelOrderUpdate, checkoutWorkflowId, paymentChangedSignal } from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, handleOf, resultOf, scripted, settledAs, tell } = checkoutSteps(() => temporal);

describe('checkout', () => {
  it('paid: the webhook completes the order', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      expect(await begin(script)).toEqual({ outcome: 'opened', status: 'pending' });
      await tell(script, {});
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'completeOrder']);
  });

  it('declined, then paid with another card; a repeated webhook is recorded once', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      const declined = {
        status: 'failed',
        attemptId: 'ch_no',
        code: 'card_declined',
        message: 'Your card was declined.',
      } as const;
      await tell(script, declined);
      await tell(script, declined);
      await temporal.env.sleep('9 minutes');
      await tell(script, { attemptId: 'ch_yes' });
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.filter((call) => call.startsWith('recordPaymentFailure'))).toEqual([
      'recordPaymentFailure ch_no Your card was declined.',
    ]);
    expect(script.calls.at(-1)).toBe('completeOrder');
  });

  it('expired: when the hold’s time is over the payment is cancelled first, then the order', async () => {
    const script = await scripted();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await resultOf(script)).toBe('expired');
    });
    expect(script.calls.slice(-2)).toEqual(['cancelPaymentIntent', 'closeOrder expired']);
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(HOLD_MS - 1_000);
  });

  it('cancelled by the shopper: the same settlement, at once', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await handleOf(script).executeUpdate(cancelOrderUpdate, { args: [STAFF] })).toEqual({
        status: 'cancelled',
      });
      expect(await resultOf(script)).toBe('cancelled');
    });
    expect(script.calls.slice(-2)).toEqual(['cancelPaymentIntent', 'closeOrder cancelled']);
  });

  it('cancelled a moment after the charge went through: the payment stands', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.charge();
      expect(await handleOf(script).executeUpdate(cancelOrderUpdate, { args: [STAFF] })).toEqual({
        status: 'paid',
      });
    });
    expect(script.calls.slice(-2)).toEqual(['cancelPaymentIntent', 'completeOrder']);
  });

  it('expired while a charge is in flight: waits for the charge to land, then completes', async () => {
    const script = await scripted();
    script.cancelAnswers.push(
      { status: 'in_flight', amountReceivedCents: 0 },
      { status: 'in_flight', amountReceivedCents: 0 },
    );
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.cancelAnswers.push({ status: 'succeeded', amountReceivedCents: TOTAL_CENTS });
      await temporal.env.sleep('11 minutes');
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.filter((call) => call === 'cancelPaymentIntent')).toHaveLength(3);
    expect(script.calls.at(-1)).toBe('completeOrder');
  });

  it('webhook lost: the payment is found by asking Stripe, long before the hold ends', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.charge();
      await temporal.env.sleep('1 minute');
      expect(await settledAs(script)).toBe('paid');
    });
    // Had it waited for the end of the hold, it would have tried to cancel.
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'retrievePaymentIntent', 'completeOrder']);
  });

  it('webhook before the workflow waits: not lost', async () => {
    const script = await scripted();
    script.onCreatePayment = () => tell(script, {});
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.at(-1)).toBe('completeOrder');
  });

  it('webhook when the checkout had been ended by hand: taken up again', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).terminate('test');
      script.charge();
      await temporal.env.client.workflow.signalWithStart('checkout', {
        workflowId: checkoutWorkflowId(script.order.orderId),
        taskQueue: 'checkout',
        args: [{ orderId: script.order.orderId, resume: true }],
        signal: paymentChangedSignal,
        signalArgs: [
          { paymentIntentId: 'pi_1', status: 'succeeded', attemptId: 'ch_1', amountReceivedCents: TOTAL_CENTS },
        ],
      });
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.at(-1)).toBe('completeOrder');
  });

  it('its workflow cancelled by hand: goes on all the same, since that cancels no order', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).cancel();
      await tell(script, {});
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'completeOrder']);
  });

  it('worker replaced in mid-wait: the next one goes on', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
    });
    await temporal.withWorker(script.activities, async () => {
      await tell(script, {});
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'completeOrder']);
  });

  it('paid but the stock is gone: refunded in full at once', async () => {
    const script = await scripted();
    script.stockGone = true;
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await tell(script, {});
      expect(await resultOf(script)).toBe('cancelled');
      const refund = temporal.env.client.workflow.getHandle(refundWorkflowId(script.order.orderId, 'paid-too-late'));
      expect(await refund.result()).toBe('succeeded');
    });
    expect(script.calls.slice(-2)).toEqual([`refundPayment ${TOTAL_CENTS}`, 'recordRefund succeeded']);
  });

  it('Stripe away at the start: says so, and asking again opens the payment of the same order', async () => {
    const script = await scripted();
    script.createPaymentFailures = 1_000;
    await temporal.withWorker(script.activities, async () => {
      expect(await begin(script)).toEqual({ outcome: 'payment_unavailable' });
      script.createPaymentFailures = 0;
      expect(await begin(script)).toEqual({ outcome: 'opened', status: 'pending' });
      await tell(script, {});
      expect(await settledAs(script)).toBe('paid');
    });
  });
});
