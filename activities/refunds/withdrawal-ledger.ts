/** Withdrawals of refunds that are no longer wanted. */
import { isStaffActor } from '../../domain/identity.ts';
import { isFinal, type OrderStatus } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { updateRefund } from '../../infra/postgres/refunds.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { earlierEvent, recordEvent } from '../orders/order-events.ts';
import { endCancellation } from './cancellation-ledger.ts';
import { type DecisionResult, returnKey, withRefund } from './decision-ledger.ts';
import { type RefundFacts, readRefundFacts } from './refund-facts.ts';
import { updateRefundedOrder } from './refund-ledger.ts';

export interface WithdrawalRequest {
  refundId: string;
  /** Who withdraws it: staff, or the shopper who requested it. */
  actor: string;
  /** The shopper sees it, unless they withdrew it themselves. */
  reason: string;
}

/**
 * Withdraws a refund that awaits approval or a return, or that failed: nothing is refunded, and the units that it would have canceled ship.
 * Withdrawing a cancellation ends the order's review as a rejection does. A shopper can withdraw only a request of their own, before it is
 * decided.
 */
export function withdrawRefund(db: Database, { refundId, actor, reason }: WithdrawalRequest): Promise<DecisionResult> {
  return withRefund(db, refundId, async (sql, refund, order) => {
    const dedupeKey = `refund_withdrawn:${refundId}:${refund.attempt}`;
    if (await earlierEvent(sql, refund.orderId, dedupeKey)) return { outcome: 'decided', refund };
    const refusal = await refusalOfWithdrawal(sql, refund, order.status, actor);
    if (refusal) return { outcome: 'refused', ...refusal };
    await updateRefund(sql, refundId, {
      status: 'withdrawn',
      decided_by: actor,
      decision_reason: reason,
      decided_at: now,
    });
    await updateRefundedOrder(sql, refund.orderId);
    await recordEvent(sql, {
      orderId: refund.orderId,
      type: 'refund_withdrawn',
      message:
        refund.kind === 'cancellation'
          ? 'The cancellation request was withdrawn.'
          : 'The refund request was withdrawn.',
      data: { refundId, amountCents: refund.amountCents },
      actor,
      reason,
      dedupeKey,
    });
    if (refund.kind === 'cancellation') await endCancellation(sql, refund, false, actor);
    await queueMail(sql, refund.orderId, {
      kind: 'refund_withdrawn',
      refundId,
      ...(isStaffActor(actor) && { message: reason }),
    });
    return { outcome: 'decided', refund: (await readRefundFacts(sql, refundId))! };
  });
}

async function refusalOfWithdrawal(
  sql: Sql,
  refund: RefundFacts,
  orderStatus: OrderStatus,
  actor: string,
): Promise<{ code: 'forbidden' | 'conflict'; message: string } | undefined> {
  const { status } = refund;
  const conflict = (message: string) => ({ code: 'conflict' as const, message });
  if (!isStaffActor(actor)) {
    if (isStaffActor(refund.requestedBy) || refund.isFromStripe)
      return {
        code: 'forbidden',
        message: 'The shop’s support team requested this refund. Contact them to withdraw it.',
      };
    if (status === 'failed') return conflict('This refund is failed and can no longer be withdrawn.');
    // The shop has the items, so without the refund the shopper would have neither the items nor the money.
    if (await earlierEvent(sql, refund.orderId, returnKey(refund.refundId)))
      return conflict('The returned items have arrived, so this refund can no longer be withdrawn.');
  }
  const isOpen = status === 'awaiting_approval' || status === 'awaiting_return' || status === 'failed';
  if (!isOpen || refund.isGivenUp) {
    const state = refund.isGivenUp ? 'given up' : status.replaceAll('_', ' ');
    return conflict(`This refund is ${state} and can no longer be withdrawn.`);
  }
  // A chargeback can keep an order from being canceled, but not its items from returning to stock.
  const wasGranted = refund.kind === 'cancellation' && (status === 'failed' || refund.attempt > 1);
  const owed = isFinal(orderStatus)
    ? `The order is ${orderStatus}`
    : refund.isRestocked || wasGranted
      ? 'Its items are canceled and back in stock'
      : '';
  if (owed)
    return conflict(
      `${owed}, so the customer must be paid. Retry the refund, or give it up if you paid the customer another way.`,
    );
  return undefined;
}
