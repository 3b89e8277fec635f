/**
 * Orders in PostgreSQL. Each function is one transaction and a conditional step of `domain/order-state`: run again, it
 * finds its work done and answers what is there, which is why Temporal may retry it at any point.
 */
import { fromDecimal, lineTotalCents, sumCents, toDecimalString } from '../../domain/money.ts';
import { type Fulfilment, type OrderStatus, sourcesOf } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { queueMail } from '../email/queue-mail.ts';
import { readReservation, releaseInLedger, sellInLedger } from '../inventory/stock-ledger.ts';
import { recordEvent } from './order-events.ts';

export interface OpenOrderRequest {
  orderId: string;
  reservationId: string;
  /** Any of these may own the reservation: the signed-in shopper, the guest's cart. */
  owners: readonly string[];
  userId: string | null;
  email: string | null;
  shippingAddress: Record<string, unknown>;
}

export interface OrderFacts {
  orderId: string;
  reservationId: string;
  status: OrderStatus;
  fulfilment: Fulfilment;
  totalCents: number;
  capturedCents: number;
  refundedCents: number;
  currency: string;
  paymentIntentId: string | null;
  clientSecret: string | null;
  expiresAt: string;
  lines: { productId: string; sku: string; name: string; quantity: number; unitPriceCents: number }[];
}

export type OpenedOrder =
  | { outcome: 'opened'; order: OrderFacts }
  | { outcome: 'reservation_missing' }
  | { outcome: 'reservation_ended' };

interface OrderRow {
  id: string;
  reservation_id: string;
  status: OrderStatus;
  fulfilment: Fulfilment;
  total_amount: string;
  captured_amount: string;
  refunded_amount: string;
  currency: string;
  payment_intent_id: string | null;
  payment_client_secret: string | null;
  expires_at: Date;
  lines: { productId: string; sku: string; name: string; quantity: number; price: string }[] | null;
}

const READ_ORDER = `
  select o.id, o.reservation_id, o.status, o.fulfilment, o.total_amount, o.captured_amount, o.refunded_amount, o.currency, o.payment_intent_id,
    o.payment_client_secret, o.expires_at,
    (select jsonb_agg(jsonb_build_object('productId', item.product_id, 'sku', item.sku, 'name', item.name, 'quantity', item.quantity,
       'price', item.price::text) order by item.product_id) from order_items item where item.order_id = o.id) as lines
  from orders o where o.id = $1`;

export async function readOrder(sql: Sql, orderId: string): Promise<OrderFacts | undefined> {
  const row = await sql.row<OrderRow>(READ_ORDER, [orderId]);
  if (!row) return undefined;
  const cents = (text: string) => fromDecimal(text, row.currency);
  return {
    orderId: row.id,
    reservationId: row.reservation_id,
    status: row.status,
    fulfilment: row.fulfilment,
    totalCents: cents(row.total_amount),
    capturedCents: cents(row.captured_amount),
    refundedCents: cents(row.refunded_amount),
    currency: row.currency,
    paymentIntentId: row.payment_intent_id,
    clientSecret: row.payment_client_secret,
    expiresAt: row.expires_at.toISOString(),
    lines: (row.lines ?? []).map(({ price, ...line }) => ({ ...line, unitPriceCents: cents(price) })),
  };
}

/** Opens the order of a reservation, at the prices held. */
export async function openOrder(db: Database, request: OpenOrderRequest): Promise<OpenedOrder> {
  return db.transaction(async (sql) => {
    const guarded = await sql.row<{ owner: string; status: string; live: boolean }>(
      'select owner, status, expires_at > now() as live from reservations where id = $1 for no key update',
      [request.reservationId],
    );
    if (!guarded || !request.owners.includes(guarded.owner)) return { outcome: 'reservation_missing' };
    const existing = await readOrder(sql, request.orderId);
    if (existing) return { outcome: 'opened', order: existing };
    if (guarded.status !== 'held' || !guarded.live) return { outcome: 'reservation_ended' };

    const reservation = (await readReservation(sql, request.reservationId))!;
    const totalCents = sumCents(reservation.lines.map((line) => lineTotalCents(line.unitPriceCents, line.quantity)));
    await sql.run(
      `insert into orders (id, reservation_id, user_id, owner, total_amount, currency, email, shipping_address, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        request.orderId,
        request.reservationId,
        request.userId,
        request.userId ? `user:${request.userId}` : guarded.owner,
        toDecimalString(totalCents, reservation.currency),
        reservation.currency,
        request.email,
        JSON.stringify(request.shippingAddress),
        reservation.expiresAt,
      ],
    );
    const { lines } = reservation;
    await sql.run(
      `with opened as (
         insert into order_events (order_id, type, message, dedupe_key)
         values ($1, 'order_opened', 'Order placed; waiting for payment.', 'opened'))
       insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
       select $1, line.* from unnest($2::uuid[], $3::int[], $4::numeric[], $5::text[], $6::text[], $7::text[]) line`,
      [
        request.orderId,
        lines.map((line) => line.productId),
        lines.map((line) => line.quantity),
        lines.map((line) => toDecimalString(line.unitPriceCents, reservation.currency)),
        lines.map((line) => line.sku),
        lines.map((line) => line.name),
        lines.map((line) => line.imageUrl),
      ],
    );
    return {
      outcome: 'opened',
      order: {
        orderId: request.orderId,
        reservationId: request.reservationId,
        status: 'pending',
        fulfilment: 'unfulfilled',
        totalCents,
        capturedCents: 0,
        refundedCents: 0,
        currency: reservation.currency,
        paymentIntentId: null,
        clientSecret: null,
        expiresAt: reservation.expiresAt.toISOString(),
        lines: lines.map(({ productId, sku, name, quantity, unitPriceCents }) => ({
          productId,
          sku,
          name,
          quantity,
          unitPriceCents,
        })),
      },
    };
  });
}

/** Ties a PaymentIntent to its order. The first one stays: an order is paid by one intent alone. */
export async function attachPaymentIntent(
  db: Database,
  orderId: string,
  intent: { paymentIntentId: string; clientSecret: string },
): Promise<void> {
  await db.run(
    `update orders set payment_intent_id = $2, payment_client_secret = $3, updated_at = now()
     where id = $1 and payment_intent_id is null`,
    [orderId, intent.paymentIntentId, intent.clientSecret],
  );
}

export interface CapturedPayment {
  orderId: string;
  paymentIntentId: string;
  capturedCents: number;
}

export type CompletedOrder =
  | { outcome: 'paid'; order: OrderFacts }
  /** The charge came, the goods are gone or the order was over: the whole charge goes back by this refund. */
  | { outcome: 'refund_due'; order: OrderFacts; refundId: string }
  | { outcome: 'already_settled'; order: OrderFacts };

/**
 * Books a captured payment: the order is paid and its stock sold, or, where that can't be, the money is booked together with
 * a refund of all of it.
 * @param refundId id of that refund, derived from the order's
 */
export async function completeOrder(db: Database, payment: CapturedPayment, refundId: string): Promise<CompletedOrder> {
  return db.transaction(async (sql) => {
    const locked = await sql.row<{
      status: OrderStatus;
      reservation_id: string;
      captured_amount: string;
      currency: string;
    }>('select status, reservation_id, captured_amount, currency from orders where id = $1 for no key update', [
      payment.orderId,
    ]);
    if (!locked) throw new Error(`order ${payment.orderId} does not exist`);
    const answer = async () => (await readOrder(sql, payment.orderId))!;
    if (fromDecimal(locked.captured_amount, locked.currency) > 0) {
      const due = await sql.row<{ id: string }>(`select id from refunds where id = $1 and status = 'pending'`, [
        refundId,
      ]);
      const order = await answer();
      return due ? { outcome: 'refund_due', order, refundId } : { outcome: 'already_settled', order };
    }
    const captured = toDecimalString(payment.capturedCents, locked.currency);
    const sale = locked.status === 'pending' ? await sellInLedger(sql, locked.reservation_id) : 'gone';
    if (sale === 'sold') {
      await sql.run(
        `with paid as (
           update orders set status = 'paid', captured_amount = $2, payment_intent_id = $3, paid_at = now(), updated_at = now(),
             last_payment_error = null
           where id = $1 returning id, reservation_id),
         told as (
           insert into order_events (order_id, type, message, dedupe_key)
           values ($1, 'order_paid', 'Payment received.', 'paid')),
         mailed as (
           insert into outbox (topic, key, payload) values ('mail', $1::text, '{"kind": "order_paid"}'), ('analytics.purchase', $1::text, '{}'))
         delete from cart_items using paid, reservations, reservation_items bought
         where reservations.id = paid.reservation_id and bought.reservation_id = reservations.id
           and cart_items.cart_id = reservations.cart_id and cart_items.product_id = bought.product_id
           and cart_items.quantity <= bought.quantity`,
        [payment.orderId, captured, payment.paymentIntentId],
      );
      return { outcome: 'paid', order: await answer() };
    }
    await sql.run(
      `with booked as (
         update orders set status = case when status = 'pending' then 'cancelled' else status end, captured_amount = $2,
           payment_intent_id = $3, updated_at = now()
         where id = $1),
       due as (
         insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
         values ($4, $1, 'paid-too-late', $2, $5, 'The items were no longer available when the payment arrived.', 'system'))
       insert into order_events (order_id, type, message, dedupe_key)
       values ($1, 'payment_returned', 'The payment came when the items were no longer held; all of it is being returned.', 'paid-too-late')`,
      [payment.orderId, captured, payment.paymentIntentId, refundId, locked.currency],
    );
    return { outcome: 'refund_due', order: await answer(), refundId };
  });
}

/** Why an unpaid order ends, and who asked for it. */
export interface OrderEnd {
  orderId: string;
  to: 'expired' | 'cancelled';
  actor?: string;
  reason?: string;
}

/** Ends an unpaid order and gives its stock back. An order that is already over, or paid, is left as it is. */
export async function closeOrder(db: Database, { orderId, to, actor, reason }: OrderEnd): Promise<OrderFacts> {
  const message =
    to === 'expired'
      ? 'Time to pay ran out; the items went back on sale.'
      : 'Order cancelled; the items went back on sale.';
  return db.transaction(async (sql) => {
    const closed = await sql.row<{ reservation_id: string }>(
      `update orders set status = $2, updated_at = now() where id = $1 and status = any($3) and captured_amount = 0
       returning reservation_id`,
      [orderId, to, sourcesOf(to)],
    );
    if (closed) {
      await releaseInLedger(sql, [
        { reservationId: closed.reservation_id, to: to === 'expired' ? 'expired' : 'released' },
      ]);
      await recordEvent(sql, { orderId, type: `order_${to}`, message, actor, reason, dedupeKey: 'closed' });
      await queueMail(sql, orderId, { kind: `order_${to}` });
    }
    return (await readOrder(sql, orderId))!;
  });
}

/** Keeps why a card was refused, once for each try; the first one is told by mail too, since its buyer may have left. */
export async function recordPaymentFailure(
  db: Database,
  failure: { orderId: string; attemptId: string; code: string; message: string },
): Promise<void> {
  const { orderId, attemptId, code, message } = failure;
  await db.transaction(async (sql) => {
    const isNew = await recordEvent(sql, {
      orderId,
      type: 'payment_failed',
      message,
      data: { code },
      dedupeKey: `attempt:${attemptId}`,
    });
    if (!isNew) return;
    const open = await sql.run(
      `update orders set last_payment_error = $2, updated_at = now() where id = $1 and status = 'pending'`,
      [orderId, message],
    );
    const tries = await sql.row<{ count: number }>(
      `select count(*)::int as count from order_events where order_id = $1 and type = 'payment_failed'`,
      [orderId],
    );
    if (open === 1 && tries?.count === 1) await queueMail(sql, orderId, { kind: 'payment_refused', message });
  });
}
