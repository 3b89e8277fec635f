import { PART_FIELDS, problemOfPart, readForm } from '../../refund/form.ts';
import { refundWorkflowId } from '../../refund/messages.ts';
import { refuse } from '../../shared/failures.ts';
import { aFlag, optional } from '../../shared/staff.ts';
import { type RefundUpdateRequest, type RefundUpdateResult, refundOrderUpdate } from '../messages.ts';
import { startedRefund, startRefund } from '../start-refund.ts';
import { short } from '../steps.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate } from './staff-update.ts';

const requireRefundable = requireStateFor('refund');

export const refund: StaffUpdate<RefundUpdateResult, RefundUpdateRequest> = {
  definition: refundOrderUpdate,
  description:
    'Refunds the order. Send "lines" with SKUs and quantities, a goodwill "amount", which cancels no items, or "all": true to refund everything that remains. Refunded items that have not shipped are canceled and return to stock. For shipped items, "awaitReturn" waits for the return before refunding, and "restock" returns them to stock. Above your limit, request it signed in, through the shop’s API.',
  example: { ...EXAMPLE, reason: 'Arrived broken', lines: [{ product: 'SKU', quantity: 1 }], restock: false },
  fields: {
    ...PART_FIELDS,
    restock: optional(aFlag('restock')),
    awaitReturn: optional(aFlag('awaitReturn')),
  },

  problemOf: problemOfPart,

  check(order, request) {
    // A repeated request gets its first result from the database, even if the order's state no longer allows a refund.
    const isKnown = order.record?.refunds.some((each) => each.requestId === request.requestId);
    if (!isKnown) requireRefundable(order, request);
  },

  async handle(order, request) {
    await order.whenLoaded();
    const form = readForm(order.facts!, request);
    if (typeof form === 'string') throw refuse('invalid_request', form);
    const { requestId, requestedBy, reason, proof, restock, awaitReturn } = request;
    const { orderId } = order;
    const requested = await short.requestRefund({
      orderId,
      requestId,
      requestedBy,
      proof,
      reason,
      restock: restock ?? false,
      awaitReturn,
      ...form,
    });
    if (requested.outcome === 'order_missing') throw refuse('not_found', 'Order not found.');
    if (requested.outcome === 'refused') throw refuse(requested.code, requested.message);
    await startRefund(order, startedRefund(requested.refund), 'Refund requested by support');
    await order.refresh();
    return {
      status: order.status!,
      refundId: requested.refund.refundId,
      refundWorkflowId: refundWorkflowId(orderId, requestId),
      refundStatus: requested.refund.status,
    };
  },
};
