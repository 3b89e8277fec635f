import { condition } from '@temporalio/workflow';
import { refuse } from '../../shared/failures.ts';
import { cancelOrderUpdate, type OrderRequest, type UpdateResult } from '../messages.ts';
import { startedRefund, startRefund } from '../start-refund.ts';
import { short } from '../steps.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate } from './staff-update.ts';

export const cancel: StaffUpdate<UpdateResult, OrderRequest> = {
  definition: cancelOrderUpdate,
  description:
    'Cancels an order that has not shipped and returns its items to stock. A paid order is refunded; above your limit, a support lead must approve the cancellation first.',
  example: EXAMPLE,
  check: requireStateFor('cancel'),

  async handle(order, request) {
    const { requestId, requestedBy, proof, reason = '' } = request;
    await order.whenLoaded();
    if (order.status === 'pending') {
      order.requestCancel({ ...request, reason });
      await condition(() => order.settled !== undefined);
      // The payment may have succeeded at the same moment; then the order is canceled as a paid order below.
      if (order.facts!.capturedCents === 0 || order.refundId !== undefined) return { status: order.status! };
    }
    const canceled = await short.cancelPaid({
      orderId: order.orderId,
      requestId,
      sender: { requestedBy, proof },
      reason,
    });
    if (canceled.outcome === 'refused') throw refuse(canceled.code, canceled.message);
    await startRefund(order, startedRefund(canceled.refund), 'Refund requested by support');
    await order.refresh();
    return { status: order.status! };
  },
};
