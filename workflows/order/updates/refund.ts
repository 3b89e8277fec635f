import { refundWorkflowId } from '../../refund/messages.ts';
import { anAmount, lineList, readWish } from '../../refund/wish.ts';
import { refuse } from '../../shared/failures.ts';
import { aFlag, optional } from '../../shared/staff.ts';
import { type RefundUpdateRequest, type RefundUpdateResult, refundOrderUpdate } from '../messages.ts';
import { short } from '../steps.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate } from './staff-update.ts';
import { startRefund } from './start-refund.ts';

const requireRefundable = requireStateFor('refund');

export const refund: StaffUpdate<RefundUpdateResult, RefundUpdateRequest> = {
  definition: refundOrderUpdate,
  description:
    'Gives money back: all that is left; or "lines" by SKU with quantities; or an "amount" as goodwill, which is for no item and stops nothing from shipping. Items that have not shipped are canceled by it and go back on sale; "restock" does that for items that came back, "awaitReturn" waits for them first. Above your limit a support lead has to agree.',
  example: { ...EXAMPLE, reason: 'Arrived broken', lines: [{ product: 'SKU', quantity: 1 }], restock: false },
  fields: {
    amount: optional(anAmount),
    lines: optional(lineList),
    restock: optional(aFlag('restock')),
    awaitReturn: optional(aFlag('awaitReturn')),
  },

  check(order, request) {
    // Asked again, a refund of an order that has moved on is answered by the records.
    const isKnown = order.record?.refunds.some((each) => each.requestId === request.requestId);
    if (!isKnown) requireRefundable(order, request);
  },

  async handle(order, request) {
    await order.whenLoaded();
    const wish = readWish(order.facts!, request);
    if (typeof wish === 'string') throw refuse('invalid_request', wish);
    const { requestId, requestedBy, reason, proof, restock, awaitReturn } = request;
    const { orderId } = order;
    const asked = await short.requestRefund({
      orderId,
      requestId,
      requestedBy,
      proof,
      reason,
      restock: restock ?? false,
      awaitReturn,
      ...wish,
    });
    if (asked.outcome === 'order_missing') throw refuse('not_found', 'There is no such order.');
    if (asked.outcome === 'refused') throw refuse(asked.code, asked.message);
    await startRefund(order, asked.refund);
    await order.refresh();
    return {
      status: order.status!,
      refundId: asked.refund.refundId,
      refundWorkflowId: refundWorkflowId(orderId, requestId),
      refundStatus: asked.refund.status,
    };
  },
};
