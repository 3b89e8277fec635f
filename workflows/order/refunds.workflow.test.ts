import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowSteps, STAFF } from '../../tests/support/order-workflow-steps.ts';
import { TOTAL_CENTS } from '../../tests/support/scripted-order.ts';
import { type SkippingTemporal, startSkippingTemporal } from '../../tests/support/time-skipping.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../unmatched-payment/messages.ts';
import { cancelOrderUpdate } from './messages.ts';

// These tests use an environment of their own, because the test server stops skipping time once a workflow has started another one.
let temporal: SkippingTemporal;
beforeAll(async () => {
  temporal = await startSkippingTemporal();
});
afterAll(() => temporal?.stop());

const { begin, handleOf, resultOf, scripted, settledAs, reportPayment } = orderWorkflowSteps(() => temporal);
const WITH_CHILDREN = { maxCachedWorkflows: 10 };

describe('an order whose payment is refunded', () => {
  it('canceled just after the charge succeeded: paid, then canceled as a paid order', async () => {
    const script = await scripted();
    await temporal.withWorker(
      script.activities,
      async () => {
        await begin(script);
        script.charge();
        expect(await handleOf(script).executeUpdate(cancelOrderUpdate, { args: [STAFF] })).toEqual({
          status: 'canceled',
        });
        expect(await resultOf(script)).toBe('canceled');
        await temporal.env.client.workflow.getHandle(refundWorkflowId(script.order.orderId, 'paid-too-late')).result();
      },
      WITH_CHILDREN,
    );
    expect(script.calls.slice(2, 5)).toEqual(['cancelPayment', 'applyPayments paid', 'cancelPaid by Anna']);
  });

  it('paid with the wrong amount: closed at once, and refunded as an unmatched payment', async () => {
    const script = await scripted();
    script.isMismatched = true;
    script.unmatched = ['pi_1'];
    await temporal.withWorker(
      script.activities,
      async () => {
        await begin(script);
        await reportPayment(script);
        expect(await resultOf(script)).toBe('canceled');
        const refund = temporal.env.client.workflow.getHandle(unmatchedPaymentWorkflowId('pi_1'));
        expect(await refund.result()).toBe('settled');
      },
      WITH_CHILDREN,
    );
    expect(script.calls).toEqual(expect.arrayContaining(['applyPayments mismatched', 'closeOrder canceled']));
  });

  it('canceled just after a charge whose stock was gone: refunded once', async () => {
    const script = await scripted();
    script.stockGone = true;
    await temporal.withWorker(
      script.activities,
      async () => {
        await begin(script);
        script.charge();
        expect(await handleOf(script).executeUpdate(cancelOrderUpdate, { args: [STAFF] })).toEqual({
          status: 'canceled',
        });
        await temporal.env.client.workflow.getHandle(refundWorkflowId(script.order.orderId, 'paid-too-late')).result();
      },
      WITH_CHILDREN,
    );
    expect(script.calls).toContain('applyPayments refund_due');
    expect(script.calls).not.toContain('cancelPaid by Anna');
  });

  it('paid when the stock is gone: refunded in full at once', async () => {
    const script = await scripted();
    script.stockGone = true;
    await temporal.withWorker(
      script.activities,
      async () => {
        await begin(script);
        await reportPayment(script);
        expect(await settledAs(script)).toBe('canceled');
        const refund = temporal.env.client.workflow.getHandle(refundWorkflowId(script.order.orderId, 'paid-too-late'));
        expect(await refund.result()).toBe('succeeded');
      },
      WITH_CHILDREN,
    );
    expect(script.calls.slice(-2)).toEqual([`refundPayment ${TOTAL_CENTS}`, 'recordRefund succeeded']);
  });
});
