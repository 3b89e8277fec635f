/**
 * Applies Stripe's payments to an order: decided in one transaction, under the order's lock, from the events recorded in `payments`. The
 * content of signals to the workflow is never used.
 */
import { SYSTEM } from '../../domain/identity.ts';
import { formatMoney, fromDecimal, toDecimalString } from '../../domain/money.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { mismatchOf, type ReceivedPayment, UNMATCHED_IN_WORDS, type UnmatchedReason } from '../../domain/payment.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { queueMail } from '../email/queue-mail.ts';
import { sellInLedger } from '../reservations/stock-ledger.ts';
import { recordEvent } from './order-events.ts';
import { type OrderFacts, readOrder } from './order-ledger.ts';

/** A declined payment attempt that was not in the order's history yet. */
export interface NewFailure {
  attemptId: string;
  code: string;
  message: string;
}

export interface AppliedPayments {
  /**
   * `refund_due`: the charge arrived when the items were gone or the order was closed, and is refunded by the refund `refundId`.
   * `mismatched`: the order's own payment has the wrong amount or currency, so the order can never be paid.
   */
  outcome: 'paid' | 'refund_due' | 'already_paid' | 'mismatched' | 'unpaid';
  order: OrderFacts;
  refundId: string | null;
  /** PaymentIntents that name this order, can't pay it, and are not refunded yet. */
  unmatched: string[];
  failures: NewFailure[];
}

interface SucceededPayment {
  id: string;
  received: string;
  currency: string;
  unmatched: UnmatchedReason | null;
  refund: string | null;
}

interface LockedOrder {
  status: OrderStatus;
  reservation_id: string;
  total_amount: string;
  captured_amount: string;
  currency: string;
  payment_intent_id: string | null;
  succeeded: SucceededPayment[] | null;
  has_failures: boolean;
}

const LOCK = `
  select o.status, o.reservation_id, o.total_amount, o.captured_amount, o.currency, o.payment_intent_id,
    (select jsonb_agg(jsonb_build_object('id', p.id, 'received', p.received_amount::text, 'currency', p.currency,
       'unmatched', p.unmatched_reason, 'refund', p.refund_status) order by p.id)
     from payments p where p.order_id = o.id and p.status = 'succeeded') as succeeded,
    exists (select 1 from payment_failures f where f.payment_id = o.payment_intent_id) as has_failures
  from orders o where o.id = $1 for no key update of o`;

/**
 * Applies the recorded payments to their order. The order's own payment, with the right amount and currency, marks it as paid and sells its
 * stock. Safe to repeat: an order records one capture, and later calls return the same outcome.
 * @param lateRefundId ID of the refund of a charge that arrived too late, derived from the order ID
 * @throws Error when the order does not exist
 */
export async function applyPayments(db: Database, orderId: string, lateRefundId: string): Promise<AppliedPayments> {
  return db.transaction(async (sql) => {
    const order = await sql.row<LockedOrder>(LOCK, [orderId]);
    if (!order) throw new Error(`order ${orderId} does not exist`);
    const failures = order.has_failures ? await recordFailures(sql, orderId, order) : [];
    let own: ReceivedPayment | undefined;
    let isMismatched = false;
    const unmatched: string[] = [];
    for (const payment of order.succeeded ?? []) {
      const received = {
        paymentIntentId: payment.id,
        receivedCents: fromDecimal(payment.received, payment.currency),
        currency: payment.currency,
      };
      const payable = {
        paymentIntentId: order.payment_intent_id,
        totalCents: fromDecimal(order.total_amount, order.currency),
        currency: order.currency,
      };
      // A payment that is being refunded can no longer pay the order, whatever has happened to the order since.
      const reason = payment.unmatched ?? mismatchOf(payable, received);
      if (reason === undefined) own = received;
      else {
        if (payment.unmatched === null) await recordUnmatched(sql, orderId, received, reason);
        if (payment.refund !== 'succeeded') unmatched.push(payment.id);
        isMismatched ||= payment.id === order.payment_intent_id;
      }
    }
    const capture = await recordCapture(sql, orderId, order, own, lateRefundId);
    const outcome = capture === 'unpaid' && isMismatched ? 'mismatched' : capture;
    return {
      outcome,
      order: (await readOrder(sql, orderId))!,
      refundId: outcome === 'refund_due' ? lateRefundId : null,
      unmatched,
      failures,
    };
  });
}

async function recordCapture(
  sql: Sql,
  orderId: string,
  order: LockedOrder,
  own: ReceivedPayment | undefined,
  lateRefundId: string,
): Promise<Exclude<AppliedPayments['outcome'], 'mismatched'>> {
  if (fromDecimal(order.captured_amount, order.currency) > 0) {
    const due = await sql.row(`select 1 from refunds where id = $1 and status = 'pending'`, [lateRefundId]);
    return due ? 'refund_due' : 'already_paid';
  }
  if (!own) return 'unpaid';
  const captured = toDecimalString(own.receivedCents, order.currency);
  const sale = order.status === 'pending' ? await sellInLedger(sql, order.reservation_id) : 'gone';
  if (sale === 'sold') {
    await markPaid(sql, orderId, captured);
    return 'paid';
  }
  await recordLatePayment(sql, orderId, captured, lateRefundId, order.currency);
  return 'refund_due';
}

async function markPaid(sql: Sql, orderId: string, captured: string): Promise<void> {
  await sql.run(
    `with paid as (
       update orders set status = 'paid', captured_amount = $2, paid_at = now(), updated_at = now(), last_payment_error = null
       where id = $1 returning id, reservation_id),
     recorded as (
       insert into order_events (order_id, type, message, dedupe_key) values ($1, 'order_paid', 'Payment received.', 'paid')),
     mailed as (
       insert into outbox (topic, key, payload) values ('mail', $1::text, '{"kind": "order_paid"}'), ('analytics.purchase', $1::text, '{}'))
     delete from cart_items using paid, reservations, reservation_items bought
     where reservations.id = paid.reservation_id and bought.reservation_id = reservations.id
       and cart_items.cart_id = reservations.cart_id and cart_items.product_id = bought.product_id
       and cart_items.quantity <= bought.quantity`,
    [orderId, captured],
  );
}

async function recordLatePayment(
  sql: Sql,
  orderId: string,
  captured: string,
  refundId: string,
  currency: string,
): Promise<void> {
  await sql.run(
    `with booked as (
       update orders set status = case when status = 'pending' then 'canceled' else status end, captured_amount = $2,
         updated_at = now()
       where id = $1),
     due as (
       insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
       values ($3, $1, 'paid-too-late', $2, $4, 'The items were no longer available when the payment arrived.', '${SYSTEM}'))
     insert into order_events (order_id, type, message, dedupe_key)
     values ($1, 'payment_returned', 'The payment arrived after the reservation ended and is being refunded in full.', 'paid-too-late')`,
    [orderId, captured, refundId, currency],
  );
}

async function recordUnmatched(
  sql: Sql,
  orderId: string,
  payment: ReceivedPayment,
  reason: UnmatchedReason,
): Promise<void> {
  const { paymentIntentId, receivedCents, currency } = payment;
  await sql.run(
    `update payments set unmatched_reason = $2, updated_at = now() where id = $1 and unmatched_reason is null`,
    [paymentIntentId, reason],
  );
  await recordEvent(sql, {
    orderId,
    type: 'payment_unmatched',
    message: `A payment of ${formatMoney(receivedCents, currency)} was made for this order, but ${UNMATCHED_IN_WORDS[reason]}. It is being refunded.`,
    data: { paymentIntentId, reason },
    dedupeKey: `unmatched:${paymentIntentId}`,
  });
}

/** Records each declined attempt once. The first one is also emailed, since the shopper may have left the page. */
async function recordFailures(sql: Sql, orderId: string, order: LockedOrder): Promise<NewFailure[]> {
  const failures = await sql.rows<NewFailure>(
    `insert into order_events (order_id, type, message, data, dedupe_key)
     select $1, 'payment_failed', message, jsonb_build_object('code', code), 'attempt:' || attempt_id
     from payment_failures where payment_id = $2 order by recorded_at, attempt_id
     on conflict (order_id, dedupe_key) do nothing
     returning substr(dedupe_key, 9) as "attemptId", data ->> 'code' as code, message`,
    [orderId, order.payment_intent_id],
  );
  const last = failures.at(-1);
  if (!last || order.status !== 'pending') return failures;
  await sql.run('update orders set last_payment_error = $2, updated_at = now() where id = $1', [orderId, last.message]);
  const all = await sql.row<{ count: number }>(
    `select count(*)::int as count from order_events where order_id = $1 and type = 'payment_failed'`,
    [orderId],
  );
  if (all!.count === failures.length)
    await queueMail(sql, orderId, { kind: 'payment_refused', message: failures[0]!.message });
  return failures;
}
