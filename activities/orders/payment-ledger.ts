/**
 * Applies Stripe's payments to an order: decided in one transaction, under the order's lock, from the events recorded in `payments`. The
 * content of signals to the workflow is never used.
 */
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { SYSTEM } from '../../domain/identity.ts';
import { formatMoney, fromDecimal, toDecimalString } from '../../domain/money.ts';
import {
  LATE_PAYMENT_REQUEST,
  mismatchOf,
  type ReceivedPayment,
  UNMATCHED_IN_WORDS,
  type UnmatchedReason,
} from '../../domain/payment.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Row } from '../../infra/postgres/entities/index.ts';
import { type OrderRow, selectLockedOrder, updateOrder } from '../../infra/postgres/orders.ts';
import { readRefund } from '../../infra/postgres/refunds.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import { PURCHASE_TOPIC } from '../analytics/purchase-handler.ts';
import { insertMail, queueMail } from '../email/queue-mail.ts';
import { insertRefund } from '../refunds/refund-ledger.ts';
import { sellInLedger } from '../reservations/stock-ledger.ts';
import { insertEvent, type OrderHistory, readHistory, recordEvent } from './order-events.ts';
import { type OrderFacts, readOrderFacts } from './order-facts.ts';

/** A declined payment attempt that was not in the order's history yet. */
export interface NewFailure {
  attemptId: string;
  code: string;
  message: string;
}

export interface AppliedPayments extends OrderHistory {
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

type SucceededPayment = Pick<
  Row<'payments'>,
  'id' | 'received_amount' | 'currency' | 'unmatched_reason' | 'refund_status'
>;

/** An order and its payments, read together under its lock. */
interface OrderWithPayments extends OrderRow {
  succeeded: SucceededPayment[];
  has_failures: boolean;
}

const lockedWithPayments = builtOnce((sql, { orderId }: { orderId: string }) =>
  selectLockedOrder(sql, orderId).select((order) => [
    jsonArrayFrom(
      order
        .selectFrom('payments as payment')
        .select(['payment.id', 'payment.currency', 'payment.unmatched_reason', 'payment.refund_status'])
        .select((payment) => payment.cast<string>('payment.received_amount', 'text').as('received_amount'))
        .whereRef('payment.order_id', '=', 'orders.id')
        .where('payment.status', '=', 'succeeded')
        .orderBy('payment.id'),
    ).as('succeeded'),
    order
      .exists(
        order
          .selectFrom('payment_failures as failure')
          .select('failure.attempt_id')
          .whereRef('failure.payment_id', '=', 'orders.payment_intent_id'),
      )
      .$castTo<boolean>()
      .as('has_failures'),
  ]),
);

/**
 * Applies the recorded payments to their order. The order's own payment, with the right amount and currency, marks it as paid and sells its
 * stock. Safe to repeat: an order records one capture, and later calls return the same outcome.
 * @param lateRefundId ID of the refund of a charge that arrived too late, derived from the order ID
 * @throws Error when the order does not exist
 */
export async function applyPayments(db: Database, orderId: string, lateRefundId: string): Promise<AppliedPayments> {
  return db.transaction(async (sql) => {
    const order: OrderWithPayments | undefined = await sql.row(lockedWithPayments(sql, { orderId }));
    if (!order) throw new Error(`order ${orderId} does not exist`);
    const failures = order.has_failures ? await recordFailures(sql, orderId, order) : [];
    let own: ReceivedPayment | undefined;
    let isMismatched = false;
    const unmatched: string[] = [];
    for (const payment of order.succeeded) {
      const received = {
        paymentIntentId: payment.id,
        receivedCents: fromDecimal(payment.received_amount, payment.currency),
        currency: payment.currency,
      };
      const payable = {
        paymentIntentId: order.payment_intent_id,
        totalCents: fromDecimal(order.total_amount, order.currency),
        currency: order.currency,
      };
      // A payment that is being refunded can no longer pay the order, whatever has happened to the order since.
      const reason = payment.unmatched_reason ?? mismatchOf(payable, received);
      if (reason === undefined) own = received;
      else {
        if (payment.unmatched_reason === null) await recordUnmatched(sql, orderId, received, reason);
        if (payment.refund_status !== 'succeeded') unmatched.push(payment.id);
        isMismatched ||= payment.id === order.payment_intent_id;
      }
    }
    const capture = await recordCapture(sql, orderId, order, own, lateRefundId);
    const outcome = capture === 'unpaid' && isMismatched ? 'mismatched' : capture;
    return {
      outcome,
      order: (await readOrderFacts(sql, orderId))!,
      refundId: outcome === 'refund_due' ? lateRefundId : null,
      unmatched,
      failures,
      ...(await readHistory(sql, orderId)),
    };
  });
}

async function recordCapture(
  sql: Sql,
  orderId: string,
  order: OrderWithPayments,
  own: ReceivedPayment | undefined,
  lateRefundId: string,
): Promise<Exclude<AppliedPayments['outcome'], 'mismatched'>> {
  if (fromDecimal(order.captured_amount, order.currency) > 0) {
    const late = await readRefund(sql, lateRefundId);
    return late?.status === 'pending' ? 'refund_due' : 'already_paid';
  }
  if (!own) return 'unpaid';
  const captured = toDecimalString(own.receivedCents, order.currency);
  const sale = order.status === 'pending' ? await sellInLedger(sql, order.reservation_id) : 'gone';
  if (sale === 'sold') {
    await sql.run(markedPaid(sql, { orderId, captured }));
    return 'paid';
  }
  await recordLatePayment(sql, order, captured, lateRefundId);
  return 'refund_due';
}

/** Marks the order as paid and removes what was bought from its cart, unless the shopper has since put in more. */
const markedPaid = builtOnce((sql, { orderId, captured }: { orderId: string; captured: string }) =>
  sql.query
    .with('paid', (query) =>
      query
        .updateTable('orders')
        .set({ status: 'paid', captured_amount: captured, paid_at: now, updated_at: now, last_payment_error: null })
        .where('id', '=', orderId)
        .returning('reservation_id'),
    )
    .with('recorded', (query) =>
      insertEvent(query, { orderId, type: 'order_paid', message: 'Payment received.', dedupeKey: 'paid' }),
    )
    .with('mailed', (query) => insertMail(query, orderId, { kind: 'order_paid' }))
    .with('reported', (query) => query.insertInto('outbox').values({ topic: PURCHASE_TOPIC, key: orderId }))
    .deleteFrom('cart_items')
    .using(['paid', 'reservations', 'reservation_items as bought'])
    .whereRef('reservations.id', '=', 'paid.reservation_id')
    .whereRef('bought.reservation_id', '=', 'reservations.id')
    .whereRef('cart_items.cart_id', '=', 'reservations.cart_id')
    .whereRef('cart_items.product_id', '=', 'bought.product_id')
    .whereRef('cart_items.quantity', '<=', 'bought.quantity'),
);

/** Books a payment that arrived too late, and the refund that returns it. */
async function recordLatePayment(
  sql: Sql,
  order: OrderWithPayments,
  captured: string,
  refundId: string,
): Promise<void> {
  await updateOrder(sql, order.id, {
    status: order.status === 'pending' ? 'canceled' : order.status,
    captured_amount: captured,
  });
  await insertRefund(sql, order, {
    refundId,
    orderId: order.id,
    requestId: LATE_PAYMENT_REQUEST,
    kind: 'refund',
    amountCents: fromDecimal(captured, order.currency),
    lines: [],
    reason: 'The items were no longer available when the payment arrived.',
    restock: false,
    cancelsUnits: false,
    status: 'pending',
    actor: SYSTEM,
  });
  await recordEvent(sql, {
    orderId: order.id,
    type: 'payment_returned',
    message: 'The payment arrived after the reservation ended and is being refunded in full.',
    dedupeKey: LATE_PAYMENT_REQUEST,
  });
}

async function recordUnmatched(
  sql: Sql,
  orderId: string,
  payment: ReceivedPayment,
  reason: UnmatchedReason,
): Promise<void> {
  const { paymentIntentId, receivedCents, currency } = payment;
  await sql.run(
    sql.query
      .updateTable('payments')
      .set({ unmatched_reason: reason, updated_at: now })
      .where('id', '=', paymentIntentId)
      .where('unmatched_reason', 'is', null),
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
async function recordFailures(sql: Sql, orderId: string, order: OrderWithPayments): Promise<NewFailure[]> {
  const attempts = await sql.rows(
    sql.query
      .selectFrom('payment_failures')
      .select(['attempt_id', 'code', 'message'])
      .where('payment_id', '=', order.payment_intent_id)
      .orderBy('recorded_at')
      .orderBy('attempt_id'),
  );
  const failures: NewFailure[] = [];
  for (const { attempt_id, code, message } of attempts) {
    const event = { type: 'payment_failed', message, data: { code }, dedupeKey: `attempt:${attempt_id}` } as const;
    if (await recordEvent(sql, { orderId, ...event })) failures.push({ attemptId: attempt_id, code, message });
  }
  const last = failures.at(-1);
  if (!last || order.status !== 'pending') return failures;
  await updateOrder(sql, orderId, { last_payment_error: last.message });
  if (failures.length === attempts.length)
    await queueMail(sql, orderId, { kind: 'payment_refused', message: failures[0]!.message });
  return failures;
}
