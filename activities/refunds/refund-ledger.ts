/** Refunds in PostgreSQL. They are requested under the order's row lock, so concurrent requests can't exceed the charge. */
import { isAuthenticated, isStaffActor, roleOf } from '../../domain/identity.ts';
import { formatMoney, fromDecimal, toDecimalString } from '../../domain/money.ts';
import { isClosedRefund, type OrderStatus, type RefundStatus, statusOfPaid } from '../../domain/order-state.ts';
import {
  asksFor,
  decideRefund,
  needsApproval,
  type RefundLimits,
  type RefundRequest,
  refundableCents,
  replacedBy,
  returnsClosedAt,
  unknownRequesterRefusal,
} from '../../domain/refund.ts';
import { isPartlyShipped, type RefundLine } from '../../domain/refund-units.ts';
import { reasonForShopper, refundInWords } from '../../domain/refund-words.ts';
import { capitalized } from '../../domain/text.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { lockOrder, updateOrder } from '../../infra/postgres/orders.ts';
import { updateRefund } from '../../infra/postgres/refunds.ts';
import { rowsOf } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { earlierEvent, recordEvent } from '../orders/order-events.ts';
import { lockForRefund, type OrderForRefund } from '../orders/order-facts.ts';
import { fulfillmentOfPartlyShipped } from '../orders/shipments.ts';
import { restockRefund } from '../reservations/stock-ledger.ts';
import {
  hasMoneyWithheld,
  type RefundFacts,
  type RefundKind,
  readRecords,
  readRefundFacts,
  readReturned,
} from './refund-facts.ts';
import { replacedRequests, replaceRefunds } from './replaced-refunds.ts';

export interface RefundWithActor extends RefundRequest {
  /** The verified requester. */
  actor: string;
}

export type RequestedRefund =
  /** `replaced`: request IDs of the failed refunds whose amount or units this one includes. */
  | { outcome: 'accepted'; refund: RefundFacts; replaced: string[] }
  | {
      outcome: 'refused';
      code:
        | 'order_not_refundable'
        | 'refund_exceeds_charge'
        | 'return_window_closed'
        | 'invalid_request'
        | 'forbidden'
        | 'idempotency_key_reused';
      message: string;
      refundableCents: number;
      currency: string;
    }
  | { outcome: 'order_missing' };

/** Settings for decisions about refunds. */
export interface RefundRules {
  limits: RefundLimits;
  /** Days after delivery in which returns are accepted. */
  returnDays: number;
}

/** Accepts or refuses a refund. A repeated request returns the existing refund. */
export async function requestRefund(
  db: Database,
  { limits, returnDays }: RefundRules,
  request: RefundWithActor,
): Promise<RequestedRefund> {
  return db.transaction(async (sql) => {
    const order = await lockForRefund(sql, request.orderId);
    if (!order) return { outcome: 'order_missing' };
    const existing = await readRefundFacts(sql, request.refundId);
    if (existing) return repeated(existing, request, await replacedRequests(sql, existing.refundId));
    const earlier = await readRecords(sql, request.orderId);
    const role = roleOf(request.actor);
    const refused = (code: Extract<RequestedRefund, { outcome: 'refused' }>['code'], message: string) => ({
      outcome: 'refused' as const,
      code,
      message,
      refundableCents: refundableCents(order, earlier),
      currency: order.currency,
    });
    const decision = decideRefund(order, earlier, { ...request, isShopper: role === 'customer' });
    if (decision.outcome === 'refused') return refused(decision.code, decision.message);
    const areUnitsShipped = order.hasShipped || (isPartlyShipped(order) && !decision.cancelsUnits);
    // A shopper who asked to cancel items that shipped at the same moment did not ask for a return.
    if (role === 'customer' && areUnitsShipped && request.awaitReturn === false)
      return refused('order_not_refundable', 'The order has shipped. Request a return instead.');
    const isReturn = request.awaitReturn === true || (role === 'customer' && areUnitsShipped);
    if (isReturn && !areUnitsShipped) {
      return refused(
        'invalid_request',
        'This order has not shipped, so there is nothing to return. Omit "awaitReturn" to cancel its items instead.',
      );
    }
    const closedAt = returnsClosedAt(order.deliveredAt, returnDays, new Date());
    if (isReturn && closedAt)
      return refused('return_window_closed', `Returns of this order were accepted until ${closedAt.slice(0, 10)}.`);
    const isAboveLimit = needsApproval(limits, role, earlier, decision.amountCents);
    if (isAboveLimit && !isAuthenticated(request.actor)) {
      const limit = formatMoney(limits.supportCents, order.currency);
      return refused('forbidden', unknownRequesterRefusal('Refunds', limit));
    }
    const status: RefundStatus = isReturn ? 'awaiting_return' : isAboveLimit ? 'awaiting_approval' : 'pending';
    // Stripe does not refund a disputed charge, so the units would be canceled without a refund.
    if (decision.cancelsUnits && (await hasMoneyWithheld(sql, request.orderId))) {
      return refused(
        'order_not_refundable',
        'A chargeback of this order is open and the bank holds the money. Refund the items after the bank decides.',
      );
    }
    await insertRefund(sql, order, { ...request, ...decision, kind: 'refund', status });
    const refund = (await readRefundFacts(sql, request.refundId))!;
    await recordEvent(sql, {
      orderId: request.orderId,
      type: status === 'awaiting_return' ? 'return_requested' : 'refund_requested',
      message: requestedMessage(refund),
      data: { refundId: request.refundId, amountCents: decision.amountCents },
      actor: request.actor,
      reason: request.reason,
      dedupeKey: `refund:${request.refundId}:requested`,
    });
    await replaceRefunds(sql, refund, replacedBy(order, earlier, decision), request.actor);
    return { outcome: 'accepted', refund, replaced: await replacedRequests(sql, refund.refundId) };
  });
}

function requestedMessage(refund: RefundFacts): string {
  const requested = `${capitalized(refundInWords(refund))} requested`;
  if (refund.status === 'awaiting_return') return `${requested}; it follows when the items are returned.`;
  return refund.status === 'awaiting_approval' ? `${requested}; waiting for approval.` : `${requested}.`;
}

/** What the history says about the outcome of an attempt at Stripe. */
function outcomeMessage(refund: RefundFacts, status: RefundStatus): string {
  const what = refundInWords(refund);
  return status === 'succeeded' ? `${capitalized(what)} succeeded.` : `The ${what} failed.`;
}

/** @param request the new request, whose ID was used before */
function repeated(refund: RefundFacts, request: RefundWithActor, replaced: string[]): RequestedRefund {
  if (asksFor(request, refund)) return { outcome: 'accepted', refund, replaced };
  // A shopper who happens to use the ID of a request by staff must not read its reason.
  const reason = isStaffActor(request.actor) ? refund.reason : reasonForShopper(refund);
  return {
    outcome: 'refused',
    code: 'idempotency_key_reused',
    message: `This request ID was already used for a refund of ${formatMoney(refund.amountCents, refund.currency)} (“${reason}”). Use a new one for a different refund.`,
    refundableCents: 0,
    currency: refund.currency,
  };
}

export interface NewRefund {
  refundId: string;
  orderId: string;
  requestId: string;
  kind: RefundKind;
  amountCents: number;
  lines: readonly RefundLine[];
  reason: string;
  restock: boolean;
  cancelsUnits: boolean;
  status: RefundStatus;
  actor: string;
  stripeRefundId?: string;
}

export async function insertRefund(
  sql: Sql,
  order: Pick<OrderForRefund, 'currency'>,
  refund: NewRefund,
): Promise<void> {
  const items = refund.lines.map(({ productId, quantity }) => ({
    refund_id: refund.refundId,
    product_id: productId,
    quantity,
  }));
  await sql.run(
    sql.query
      .with('inserted', (query) =>
        query.insertInto('refunds').values({
          id: refund.refundId,
          order_id: refund.orderId,
          request_id: refund.requestId,
          amount: toDecimalString(refund.amountCents, order.currency),
          currency: order.currency,
          reason: refund.reason,
          restock: refund.restock,
          requested_by: refund.actor,
          kind: refund.kind,
          status: refund.status,
          stripe_refund_id: refund.stripeRefundId ?? null,
          cancels_units: refund.cancelsUnits,
        }),
      )
      .insertInto('refund_items')
      .columns(['refund_id', 'product_id', 'quantity'])
      .expression((query) =>
        query
          .selectFrom(rowsOf('item', { refund_id: 'uuid', product_id: 'uuid', quantity: 'integer' }, items))
          .selectAll(),
      ),
  );
}

export interface StripeRefundOutcome {
  refundId: string;
  stripeRefundId: string | null;
  /** The attempt that this is the outcome of; left out where Stripe's refund ID identifies it. */
  attempt?: number;
  /** `pending` means that Stripe has accepted it; the amount counts as refunded until Stripe reports a failure. */
  status: RefundStatus;
  failureReason?: string;
}

/** Records the state of a refund at Stripe, and updates the order's refunded amount and status. @throws Error when it does not exist */
export async function recordRefund(db: Database, outcome: StripeRefundOutcome): Promise<RefundFacts> {
  return db.transaction((sql) => recordRefundIn(sql, outcome));
}

/** Like `recordRefund`, within the caller's transaction. */
export async function recordRefundIn(sql: Sql, outcome: StripeRefundOutcome): Promise<RefundFacts> {
  const orderId = (await readRefundFacts(sql, outcome.refundId))?.orderId;
  if (!orderId) throw new Error(`refund ${outcome.refundId} does not exist`);
  await lockOrder(sql, orderId);
  const before = (await readRefundFacts(sql, outcome.refundId))!;
  // The outcome of an earlier attempt says nothing about the current one.
  if (outcome.attempt !== undefined && outcome.attempt !== before.attempt) return before;
  const stripeRefundId = outcome.stripeRefundId ?? before.stripeRefundId;
  const isFinal = isClosedRefund(before.status) || before.isGivenUp;
  const isOutdated = before.status === 'succeeded' && outcome.status === 'pending';
  const isSame = before.status === outcome.status && before.stripeRefundId === stripeRefundId;
  if (isFinal || isOutdated || isSame) return before;
  await updateRefund(sql, outcome.refundId, {
    status: outcome.status,
    stripe_refund_id: stripeRefundId,
    failure_reason: outcome.failureReason ?? null,
  });
  await updateRefundedOrder(sql, orderId);
  if (outcome.status === 'succeeded' && before.status !== 'succeeded') {
    if (before.restock) await restockRefund(sql, before.refundId);
    if (before.kind !== 'chargeback') await queueMail(sql, orderId, { kind: 'refund_sent', refundId: before.refundId });
  }
  // The customer read that this refund is on its way.
  if (outcome.status === 'failed' && before.status === 'succeeded' && before.kind !== 'chargeback')
    await queueMail(sql, orderId, { kind: 'refund_failed', refundId: before.refundId });
  if (outcome.status !== 'pending' && before.kind !== 'chargeback') {
    await recordEvent(sql, {
      orderId,
      type: outcome.status === 'succeeded' ? 'refund_succeeded' : 'refund_failed',
      message: outcomeMessage(before, outcome.status),
      data: { refundId: outcome.refundId, amountCents: before.amountCents, failure: outcome.failureReason },
      reason: outcome.failureReason?.replaceAll('_', ' '),
      dedupeKey: outcomeKey(before.refundId, outcome.status, before.attempt),
    });
  }
  return (await readRefundFacts(sql, outcome.refundId))!;
}

function outcomeKey(refundId: string, status: RefundStatus, attempt: number): string {
  return `refund:${refundId}:${status}${attempt > 1 ? `:${attempt}` : ''}`;
}

/** Whether the customer was notified that the refund is on its way, because an attempt had succeeded. */
export async function wasAnnounced(
  sql: Sql,
  { refundId, orderId, attempt }: Pick<RefundFacts, 'refundId' | 'orderId' | 'attempt'>,
): Promise<boolean> {
  for (let each = attempt; each >= 1; each -= 1) {
    if (await earlierEvent(sql, orderId, outcomeKey(refundId, 'succeeded', each))) return true;
  }
  return false;
}

/** Updates the order's refunded amount and its status from its refunds. The caller holds the order's lock. */
export async function updateRefundedOrder(sql: Sql, orderId: string): Promise<OrderStatus> {
  const order = (await lockOrder(sql, orderId))!;
  const { atStripeCents, otherwiseCents } = await readReturned(sql, orderId, order.currency);
  const capturedCents = fromDecimal(order.captured_amount, order.currency);
  // A chargeback can exceed what earlier refunds left, but an order never counts more as refunded than it received.
  const refundedCents = Math.min(capturedCents, atStripeCents);
  const isClosed = order.status === 'expired' || order.status === 'canceled';
  // Money paid another way is not in Stripe's refunds, but the shopper has received it.
  const returnedCents = refundedCents + otherwiseCents;
  const shipping =
    order.fulfillment === 'partially_shipped'
      ? await fulfillmentOfPartlyShipped(sql, order)
      : { fulfillment: order.fulfillment };
  const { fulfillment } = shipping;
  const status = isClosed ? order.status : statusOfPaid({ fulfillment, capturedCents, refundedCents: returnedCents });
  await updateOrder(sql, orderId, {
    ...shipping,
    refunded_amount: toDecimalString(refundedCents, order.currency),
    status,
  });
  return status;
}
