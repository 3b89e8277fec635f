/** Cancels an order that is paid and not shipped: refunds everything that remains and returns its items to stock. */
import { isAuthenticated, roleOf } from '../../domain/identity.ts';
import { formatMoney } from '../../domain/money.ts';
import { isClosedRefund, refusalOf, sourcesOf } from '../../domain/order-state.ts';
import {
  decideRefund,
  isWaiting,
  needsApproval,
  type RefundLimits,
  replacedBy,
  unknownRequesterRefusal,
} from '../../domain/refund.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { lockOrder } from '../../infra/postgres/orders.ts';
import { anyOf, now } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { recordEvent } from '../orders/order-events.ts';
import { orderForRefund } from '../orders/order-facts.ts';
import { CANCELLATION_REVIEW, setFulfillment } from '../orders/order-steps.ts';
import { restockRefund } from '../reservations/stock-ledger.ts';
import { hasMoneyWithheld, listRefundFacts, type RefundFacts, readRecords, readRefundFacts } from './refund-facts.ts';
import { insertRefund } from './refund-ledger.ts';
import { replacedRequests, replaceRefunds } from './replaced-refunds.ts';

export interface CancellationRequest {
  refundId: string;
  orderId: string;
  requestId: string;
  actor: string;
  reason: string;
}

export type CanceledPaid =
  | { outcome: 'canceled'; refund: RefundFacts; replaced: string[] }
  /** Above the requester's limit: nothing ships until the decision. `replaced`: request IDs of the refunds that it replaces. */
  | { outcome: 'awaiting_approval'; refund: RefundFacts; replaced: string[] }
  | { outcome: 'refused'; code: 'order_not_cancelable' | 'not_found' | 'forbidden'; message: string };

/** Cancels a paid order with a refund of everything that remains. A repeated request returns the existing cancellation. */
export async function cancelPaid(
  db: Database,
  limits: RefundLimits,
  request: CancellationRequest,
): Promise<CanceledPaid> {
  const { orderId, refundId, actor, reason } = request;
  return db.transaction(async (sql) => {
    const row = await lockOrder(sql, orderId);
    if (!row) return { outcome: 'refused', code: 'not_found', message: `Order ${orderId} was not found.` };
    const order = orderForRefund(row);
    const existing = await readRefundFacts(sql, refundId);
    if (existing && !isClosedRefund(existing.status)) {
      const outcome = existing.status === 'awaiting_approval' ? 'awaiting_approval' : 'canceled';
      return { outcome, refund: existing, replaced: await replacedRequests(sql, refundId) };
    }
    const refunds = await listRefundFacts(sql, orderId);
    const refusal = existing
      ? `This cancellation was ${existing.status}. Request another one with a new request ID.`
      : refunds.some((refund) => refund.kind === 'cancellation' && refund.status === 'awaiting_approval')
        ? 'A cancellation of this order is already waiting for approval.'
        : refusalOf('cancel', order.status);
    if (refusal || order.status === 'pending')
      return { outcome: 'refused', code: 'order_not_cancelable', message: refusal ?? 'The order is not paid.' };
    if (await hasMoneyWithheld(sql, orderId)) {
      return {
        outcome: 'refused',
        code: 'order_not_cancelable',
        message:
          'A chargeback of this order is open and the bank holds the money. Cancel the order after the bank decides.',
      };
    }
    // Waiting refunds are replaced, since the cancellation refunds everything, including their amounts.
    const earlier = (await readRecords(sql, orderId)).filter((record) => !isWaiting(record));
    const decision = decideRefund(order, earlier, { restock: true });
    if (decision.outcome === 'refused')
      return { outcome: 'refused', code: 'order_not_cancelable', message: decision.message };

    const waits = needsApproval(limits, roleOf(actor), earlier, decision.amountCents);
    if (waits && !isAuthenticated(actor)) {
      const limit = formatMoney(limits.supportCents, order.currency);
      return { outcome: 'refused', code: 'forbidden', message: unknownRequesterRefusal('Cancellations', limit) };
    }
    await insertRefund(sql, order, {
      ...request,
      ...decision,
      kind: 'cancellation',
      status: waits ? 'awaiting_approval' : 'pending',
    });
    const amount = formatMoney(decision.amountCents, order.currency);
    await recordEvent(sql, {
      orderId,
      type: 'cancellation_requested',
      message: `Cancellation with a refund of ${amount} requested${waits ? '; waiting for approval' : ''}.`,
      data: { refundId, amountCents: decision.amountCents },
      actor,
      reason,
      dedupeKey: `refund:${refundId}:requested`,
    });
    const refund = (await readRefundFacts(sql, refundId))!;
    await replaceRefunds(sql, refund, [...refunds.filter(isWaiting), ...replacedBy(order, earlier, decision)], actor);
    const replaced = await replacedRequests(sql, refundId);
    if (waits) {
      // An order that is under review for another reason stays under review if the cancellation is rejected.
      const review_reason = row.review_reason ?? CANCELLATION_REVIEW;
      await setFulfillment(sql, row, 'under_review', { review_reason });
      return { outcome: 'awaiting_approval', refund, replaced };
    }
    await endCancellation(sql, refund, true, actor);
    return { outcome: 'canceled', refund: (await readRefundFacts(sql, refundId))!, replaced };
  });
}

/** Cancels the order if the cancellation was granted, otherwise ends its review. The caller holds the order's lock. */
export async function endCancellation(sql: Sql, refund: RefundFacts, granted: boolean, actor: string): Promise<void> {
  const { orderId, refundId } = refund;
  if (!granted) {
    const order = (await lockOrder(sql, orderId))!;
    if (order.review_reason !== CANCELLATION_REVIEW) return;
    return setFulfillment(sql, order, 'unfulfilled', { review_reason: null });
  }
  // A chargeback can have taken all of the money in the meantime. Then the order stays refunded, and its items still return to stock.
  const canceled = await sql.run(
    sql.query
      .updateTable('orders')
      .set({ status: 'canceled', fulfillment: 'unfulfilled', review_reason: null, updated_at: now })
      .where('id', '=', orderId)
      .where('status', '=', anyOf(sourcesOf('canceled'))),
  );
  // The items have not shipped, so they can be sold again at once, whatever the outcome of the refund.
  await restockRefund(sql, refundId);
  if (canceled === 0) return;
  await recordEvent(sql, {
    orderId,
    type: 'order_canceled',
    message: 'Order canceled; the payment is being refunded.',
    data: { refundId },
    actor,
    reason: refund.reason,
    dedupeKey: 'closed',
  });
  await queueMail(sql, orderId, { kind: 'order_canceled', refundId });
}
