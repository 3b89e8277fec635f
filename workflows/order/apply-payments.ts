import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { AppliedPayments } from '../../activities/orders/payment-ledger.ts';
import { refundWorkflowId } from '../refund/messages.ts';
import { refund } from '../refund/workflow.ts';
import { unlessRunning } from '../shared/unless-running.ts';
import { startedUnmatchedPayment } from '../unmatched-payment/start.ts';
import { unmatchedPayment } from '../unmatched-payment/workflow.ts';
import type { OrderCase } from './case.ts';
import { durable } from './steps.ts';

/**
 * Has the recorded payments applied to the order, and money that can't stay sent back: a charge that came too late, and payments that
 * are not the order's own.
 */
export async function applyPayments(order: OrderCase): Promise<AppliedPayments['outcome']> {
  order.paymentNews = false;
  const { orderId } = order;
  const applied = await order.stuck.retry('The payment could not be recorded', durable.applyPayments({ orderId }));
  order.apply(applied);
  if (applied.refundId) {
    await startLateRefund(orderId, applied.refundId);
    order.changed = true;
  }
  for (const paymentIntentId of applied.unmatched) await startUnmatched(orderId, paymentIntentId);
  return applied.outcome;
}

async function startLateRefund(orderId: string, refundId: string): Promise<void> {
  await unlessRunning(() =>
    startChild(refund, {
      workflowId: refundWorkflowId(orderId, 'paid-too-late'),
      args: [{ orderId, refundId, resume: true }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: 'Full refund: the payment arrived after the reservation ended',
    }),
  );
}

async function startUnmatched(orderId: string, paymentIntentId: string): Promise<void> {
  await unlessRunning(() =>
    startChild(unmatchedPayment, {
      ...startedUnmatchedPayment({ orderId, paymentIntentId }, 'Refund of an unmatched payment'),
      parentClosePolicy: ParentClosePolicy.ABANDON,
    }),
  );
}
