import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowSteps, RESERVATION_MS, STAFF } from '../../tests/support/order-workflow-steps.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import {
  cancelOrderUpdate,
  correctAddressUpdate,
  moneyMovedSignal,
  orderWorkflowId,
  paymentChangedSignal,
} from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, details, handleOf, resultOf, scripted, settledAs, reportPayment } = orderWorkflowSteps(() => temporal);

describe('checkout', () => {
  it('paid: the webhook completes the order', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      expect(await begin(script)).toEqual({ outcome: 'opened', status: 'pending' });
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'applyPayments paid']);
  });

  it('declined, then paid with another card: staff see the decline', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      const declined = { attemptId: 'ch_no', code: 'card_declined', message: 'Your card was declined.' };
      await reportPayment(script, declined);
      await until(async () => (await details(script)).includes('Your card was declined.'), 'the decline to be shown');
      await temporal.env.sleep('9 minutes');
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.at(-1)).toBe('applyPayments paid');
  });

  it('expired: cancels the payment first, then closes the order', async () => {
    const script = await scripted();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await resultOf(script)).toBe('expired');
    });
    expect(script.calls.slice(-2)).toEqual(['cancelPayment', 'closeOrder expired']);
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(RESERVATION_MS - 1_000);
  });

  it('canceled by the shopper: cancels the payment, then closes the order at once', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await handleOf(script).executeUpdate(cancelOrderUpdate, { args: [STAFF] })).toEqual({
        status: 'canceled',
      });
      expect(await resultOf(script)).toBe('canceled');
    });
    expect(script.calls.slice(-2)).toEqual(['cancelPayment', 'closeOrder canceled']);
  });

  it('ignores the content of a forged signal: only recorded events from Stripe count', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      const forged = { paymentIntentId: 'pi_1', status: 'succeeded', attemptId: 'ch_1', amountReceivedCents: 2500 };
      await handleOf(script).signal('paymentChanged', forged);
      await until(() => script.calls.includes('applyPayments unpaid'), 'the workflow to apply payments');
      expect(await resultOf(script)).toBe('expired');
    });
    expect(script.order.capturedCents).toBe(0);
  });

  it('checks a payment that does not match once, however often Stripe reports that money moved', async () => {
    const script = await scripted();
    script.isMismatched = true;
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await reportPayment(script);
      await settledAs(script);
      for (let times = 0; times < 3; times++) await handleOf(script).signal(moneyMovedSignal);
      expect(await resultOf(script)).toBe('canceled');
    });
    expect(script.calls.filter((call) => call === 'checkPayment').length).toBeLessThanOrEqual(3);
    expect(script.calls.length).toBeLessThan(15);
  });

  it('opened by a late request after many that were refused: continues', async () => {
    const script = await scripted();
    let isRefusing = true;
    const openOrder = async () => (isRefusing ? { outcome: 'reservation_missing' } : script.activities.openOrder());
    await temporal.withWorker({ ...script.activities, openOrder }, async () => {
      for (let times = 0; times < 12; times++) expect((await begin(script)).outcome).toBe('reservation_missing');
      isRefusing = false;
      expect((await begin(script)).outcome).toBe('opened');
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
  });

  it('paid while Stripe does not respond to the workflow: the webhook ends the wait at once', async () => {
    const script = await scripted();
    script.isStripeAway = true;
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await temporal.env.sleep('8 minutes');
      expect(await details(script)).toContain('Stopped since');
      // A step that succeeds in the meantime does not hide the stuck one.
      const address = { street: '12 Mill Road', city: 'Portland', postal_code: '97201', country: 'US' };
      await handleOf(script).executeUpdate(correctAddressUpdate, { args: [{ ...STAFF, address }] });
      expect(await details(script)).toContain('Stopped since');
      // Nor does a step that gets stuck and recovers in the meantime.
      script.isDatabaseAway = true;
      const later = { ...STAFF, requestId: 'later' };
      const corrected = handleOf(script).executeUpdate(correctAddressUpdate, { args: [{ ...later, address }] });
      await temporal.env.sleep('3 minutes');
      script.isDatabaseAway = false;
      await temporal.env.sleep('3 minutes');
      await corrected;
      expect(await details(script)).toContain('Stopped since');
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
      expect(await details(script)).not.toContain('Stopped since');
    });
    expect(script.calls).not.toContain('closeOrder expired');
  });

  it('Stripe unavailable at the deadline, and back an hour later: the attempts resume within minutes', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.isStripeAway = true;
      await temporal.env.sleep('70 minutes');
      script.isStripeAway = false;
      await temporal.env.sleep('2 minutes');
      expect(await settledAs(script)).toBe('expired');
    });
  });

  it('expired while a charge is in flight: waits for the charge to succeed, then completes', async () => {
    const script = await scripted();
    script.cancelAnswers.push('in_flight', 'in_flight');
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.cancelAnswers.push('succeeded');
      await temporal.env.sleep('11 minutes');
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.filter((call) => call === 'cancelPayment')).toHaveLength(3);
    expect(script.calls.at(-1)).toBe('applyPayments paid');
  });

  it('webhook lost: finds the payment by checking Stripe, long before the reservation ends', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.charge();
      await temporal.env.sleep('1 minute');
      expect(await settledAs(script)).toBe('paid');
    });
    // If it had waited until the reservation ended, it would have tried to cancel the payment.
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'checkPayment', 'applyPayments paid']);
  });

  it('webhook before the workflow waits: not lost', async () => {
    const script = await scripted();
    script.onCreatePayment = () => reportPayment(script);
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.at(-1)).toBe('applyPayments paid');
  });

  it('webhook after the workflow was terminated manually: resumes the order', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).terminate('test');
      script.charge();
      script.isRecorded = true;
      await temporal.env.client.workflow.signalWithStart('order', {
        workflowId: orderWorkflowId(script.order.orderId),
        taskQueue: 'orders',
        args: [{ orderId: script.order.orderId, resume: true }],
        signal: paymentChangedSignal,
        signalArgs: [],
      });
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls.at(-1)).toBe('applyPayments paid');
  });

  it('its workflow canceled manually: continues, since that does not cancel the order', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).cancel();
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'applyPayments paid']);
  });

  it('worker replaced during a wait: the next one continues', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
    });
    await temporal.withWorker(script.activities, async () => {
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
    expect(script.calls).toEqual(['openOrder', 'createPayment', 'applyPayments paid']);
  });

  it('Stripe unavailable at checkout: reports it, and a repeated request creates the payment of the same order', async () => {
    const script = await scripted();
    script.createPaymentFailures = 1_000;
    await temporal.withWorker(script.activities, async () => {
      expect(await begin(script)).toEqual({ outcome: 'payment_unavailable' });
      expect(await details(script)).toContain('**The customer can’t pay yet**: Stripe can’t be reached since');
      script.createPaymentFailures = 0;
      expect(await begin(script)).toEqual({ outcome: 'opened', status: 'pending' });
      await reportPayment(script);
      expect(await settledAs(script)).toBe('paid');
    });
  });
});
