import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowSteps, RESERVATION_MS, STAFF } from '../../tests/support/order-workflow-steps.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import {
  extendOrderReservationUpdate,
  markDeliveredUpdate,
  markShippedUpdate,
  moneyMovedSignal,
  retryUpdate,
} from './messages.ts';

let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, handleOf, resultOf, scripted, settledAs, reportPayment, details } = orderWorkflowSteps(() => temporal);

describe('the life of a paid order', () => {
  const parcel = { requestId: 'parcel-1', requestedBy: 'Anna', carrier: 'UPS', trackingNumber: '1Z9' };

  it('is shipped, delivered, and completed when the return window closes', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await reportPayment(script);
      await settledAs(script);
      expect(await handleOf(script).executeUpdate(markShippedUpdate, { args: [parcel] })).toEqual({
        status: 'shipped',
      });
      script.closesAt = new Date((await temporal.env.currentTimeMs()) + 30 * 86_400_000).toISOString();
      const { requestId, requestedBy } = parcel;
      await handleOf(script).executeUpdate(markDeliveredUpdate, { args: [{ requestId, requestedBy }] });
      const deliveredAt = await temporal.env.currentTimeMs();
      expect(await resultOf(script)).toBe('delivered');
      expect((await temporal.env.currentTimeMs()) - deliveredAt).toBeGreaterThanOrEqual(29 * 86_400_000);
    });
    expect(script.calls.slice(-2)).toEqual(['markShipped by ui:Anna', 'markDelivered by ui:Anna']);
  });

  it('begins with a reconciliation with Stripe when money moved before the payment was recorded', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      script.charge();
      await handleOf(script).signal(moneyMovedSignal);
      await settledAs(script);
      await until(() => script.calls.includes('reconcilePayment'), 'Stripe’s books to be read');
    });
    expect(script.calls.slice(2)).toEqual(['checkPayment', 'applyPayments paid', 'reconcilePayment']);
  });

  it('refuses an invalid request with an explanation and an example', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      const send = (args: object) =>
        handleOf(script).executeUpdate(markShippedUpdate, { args: [args as typeof parcel] });
      const causeOf = (sent: Promise<unknown>) => sent.then(String, (error: Error) => String(error.cause));
      expect(await causeOf(send(parcel))).toContain("An order that is pending can't be marked shipped.");
      expect(await causeOf(send({}))).toMatch(/“requestId”.*“requestedBy”.*“carrier”.*For example: \{"requestId":/);
      expect(await causeOf(send({ ...parcel, carier: 'x' }))).toContain('“carier” is not a valid field.');
      await reportPayment(script);
      await settledAs(script);
      await send(parcel);
      expect(await causeOf(send({ ...parcel, requestId: 'parcel-2' }))).toContain(
        "that is shipped can't be marked shipped",
      );
    });
  });

  it('waits for an extended reservation, with or without a signal', async () => {
    const script = await scripted();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).executeUpdate(extendOrderReservationUpdate, { args: [{ ...STAFF, minutes: 30 }] });
      // A second extension, of which the workflow receives no signal.
      await script.activities.extendReservation({ minutes: 30 });
      expect(await resultOf(script)).toBe('expired');
    });
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(RESERVATION_MS + 59 * 60_000);
  });

  it('shows staff a step that is stuck, and waits until they retry it', async () => {
    const script = await scripted();
    script.bookFailures = 3;
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await reportPayment(script);
      await until(async () => (await details(script)).includes('Stopped since'), 'the stuck step to be shown');
      expect(await details(script)).toContain('The payment could not be recorded. the database says no');
      await handleOf(script).executeUpdate(retryUpdate, { args: [{ ...STAFF }] });
      await until(async () => (await details(script)).includes('Stopped since'), 'the retry to fail');
      // The next retry is automatic.
      await temporal.env.sleep('20 minutes');
      expect(await settledAs(script)).toBe('paid');
      expect(await details(script)).not.toContain('Stopped');
    });
    expect(script.calls).toContain('retry_requested by ui:Anna');
  });
});
