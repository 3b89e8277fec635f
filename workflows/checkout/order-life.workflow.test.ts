import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ScriptedCheckout, TOTAL_CENTS } from '../../tests/support/scripted-checkout.ts';
import { until } from '../../tests/support/shop.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import {
  type BeginCheckoutResult,
  beginCheckoutUpdate,
  type CheckoutOutcome,
  cancelOrderUpdate,
  checkoutCaseQuery,
  checkoutWorkflowId,
  extendHoldUpdate,
  markDeliveredUpdate,
  markShippedUpdate,
  type PaymentChange,
  paymentChangedSignal,
  retryUpdate,
} from './messages.ts';

const HOLD_MS = 600_000;
const CANCEL = { requestId: 'r1', requestedBy: 'Anna', reason: 'asked for' };
let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

async function scripted(): Promise<ScriptedCheckout> {
  const now = await temporal.env.currentTimeMs();
  return new ScriptedCheckout(randomUUID(), new Date(now + HOLD_MS));
}

function begin(script: ScriptedCheckout): Promise<BeginCheckoutResult> {
  const { orderId, reservationId } = script.order;
  return temporal.env.client.workflow.executeUpdateWithStart(beginCheckoutUpdate, {
    args: [{ orderId, reservationId, owners: ['cart:x'], userId: null, email: null, shippingAddress: {} }],
    updateId: randomUUID(),
    startWorkflowOperation: new WithStartWorkflowOperation('checkout', {
      workflowId: checkoutWorkflowId(orderId),
      taskQueue: 'checkout',
      args: [{ orderId }],
      workflowIdConflictPolicy: 'USE_EXISTING',
    }),
  });
}

const handleOf = (script: ScriptedCheckout) =>
  temporal.env.client.workflow.getHandle(checkoutWorkflowId(script.order.orderId));
const resultOf = (script: ScriptedCheckout): Promise<CheckoutOutcome> => handleOf(script).result();
/** How the checkout ended; a paid order's workflow goes on with the order. */
const settledAs = (script: ScriptedCheckout): Promise<unknown> =>
  until(async () => (await handleOf(script).query(checkoutCaseQuery)).settled, 'the checkout to settle');
const details = async (script: ScriptedCheckout): Promise<string> => {
  const metadata = await handleOf(script).query<{ currentDetails: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails;
};
const tell = (script: ScriptedCheckout, change: Partial<PaymentChange>) =>
  handleOf(script).signal(paymentChangedSignal, {
    paymentIntentId: 'pi_1',
    status: 'succeeded',
    attemptId: 'ch_1',
    amountReceivedCents: TOTAL_CENTS,
    ...change,
  });

describe('the life of a paid order', () => {
  const parcel = { requestId: 'parcel-1', requestedBy: 'Anna', carrier: 'UPS', trackingNumber: '1Z9' };

  it('is shipped, delivered, and left alone when returns are no longer taken', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await tell(script, {});
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

  it('refuses what makes no sense, with a sentence and an example', async () => {
    const script = await scripted();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      const send = (args: object) =>
        handleOf(script).executeUpdate(markShippedUpdate, { args: [args as typeof parcel] });
      const causeOf = (sent: Promise<unknown>) => sent.then(String, (error: Error) => String(error.cause));
      expect(await causeOf(send(parcel))).toContain("An order that is pending can't be marked shipped.");
      expect(await causeOf(send({}))).toMatch(/“requestId”.*“requestedBy”.*“carrier”.*For example: \{"requestId":/);
      expect(await causeOf(send({ ...parcel, carier: 'x' }))).toContain('“carier” is not known here.');
      await tell(script, {});
      await settledAs(script);
      await send(parcel);
      expect(await causeOf(send({ ...parcel, requestId: 'parcel-2' }))).toContain(
        "that is shipped can't be marked shipped",
      );
    });
  });

  it('an extended hold is waited for, however the news comes', async () => {
    const script = await scripted();
    const startedAt = await temporal.env.currentTimeMs();
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await handleOf(script).executeUpdate(extendHoldUpdate, { args: [{ ...CANCEL, minutes: 30 }] });
      // A second one that only the database knows of.
      await script.activities.extendHold({ minutes: 30 });
      expect(await resultOf(script)).toBe('expired');
    });
    expect((await temporal.env.currentTimeMs()) - startedAt).toBeGreaterThanOrEqual(HOLD_MS + 59 * 60_000);
  });

  it('a step that can’t succeed leaves the order waiting where staff see it, until they try again', async () => {
    const script = await scripted();
    script.completeFailures = 2;
    await temporal.withWorker(script.activities, async () => {
      await begin(script);
      await tell(script, {});
      await until(async () => (await details(script)).includes('Stopped since'), 'the trouble to show');
      expect(await details(script)).toContain('The payment could not be booked. the database says no');
      await handleOf(script).executeUpdate(retryUpdate, { args: [{ ...CANCEL }] });
      await until(async () => (await details(script)).includes('Stopped since'), 'the second try to fail');
      // The third comes by itself.
      await temporal.env.sleep('20 minutes');
      expect(await settledAs(script)).toBe('paid');
      expect(await details(script)).not.toContain('Stopped');
    });
    expect(script.calls).toContain('retry_asked by ui:Anna');
  });
});
