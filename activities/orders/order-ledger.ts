/**
 * Orders in PostgreSQL. Each function is one transaction and a conditional transition of `domain/order-state`. When it runs again, it
 * finds the transition made and returns the current state, so Temporal may retry it at any point.
 */
import { userOwner } from '../../domain/identity.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimalString } from '../../domain/money.ts';
import { type Fulfillment, type OrderStatus, sourcesOf } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { queueMail } from '../email/queue-mail.ts';
import { readReservation, releaseInLedger } from '../reservations/stock-ledger.ts';
import { recordEvent } from './order-events.ts';

export interface OpenOrderRequest {
  orderId: string;
  reservationId: string;
  /** Identities of which any may own the reservation: the signed-in shopper, the guest's cart. */
  owners: readonly string[];
  userId: string | null;
  email: string | null;
  shippingAddress: Record<string, unknown>;
}

export interface OrderFacts {
  orderId: string;
  reservationId: string;
  status: OrderStatus;
  fulfillment: Fulfillment;
  totalCents: number;
  capturedCents: number;
  refundedCents: number;
  currency: string;
  paymentIntentId: string | null;
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
  fulfillment: Fulfillment;
  total_amount: string;
  captured_amount: string;
  refunded_amount: string;
  currency: string;
  payment_intent_id: string | null;
  expires_at: Date;
  lines: { productId: string; sku: string; name: string; quantity: number; price: string }[] | null;
}

const READ_ORDER = `
  select o.id, o.reservation_id, o.status, o.fulfillment, o.total_amount, o.captured_amount, o.refunded_amount, o.currency, o.payment_intent_id,
    o.expires_at,
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
    fulfillment: row.fulfillment,
    totalCents: cents(row.total_amount),
    capturedCents: cents(row.captured_amount),
    refundedCents: cents(row.refunded_amount),
    currency: row.currency,
    paymentIntentId: row.payment_intent_id,
    expiresAt: row.expires_at.toISOString(),
    lines: (row.lines ?? []).map(({ price, ...line }) => ({ ...line, unitPriceCents: cents(price) })),
  };
}

/** Creates the order of a reservation at the reserved prices. */
export async function openOrder(db: Database, request: OpenOrderRequest): Promise<OpenedOrder> {
  return db.transaction(async (sql) => {
    const locked = await sql.row<{ owner: string; status: string; live: boolean }>(
      'select owner, status, expires_at > now() as live from reservations where id = $1 for no key update',
      [request.reservationId],
    );
    if (!locked || !request.owners.includes(locked.owner)) return { outcome: 'reservation_missing' };
    const existing = await readOrder(sql, request.orderId);
    if (existing) return { outcome: 'opened', order: existing };
    if (locked.status !== 'reserved' || !locked.live) return { outcome: 'reservation_ended' };

    const reservation = (await readReservation(sql, request.reservationId))!;
    const totalCents = sumCents(reservation.lines.map((line) => lineTotalCents(line.unitPriceCents, line.quantity)));
    await sql.run(
      `insert into orders (id, reservation_id, user_id, owner, total_amount, currency, email, shipping_address, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        request.orderId,
        request.reservationId,
        request.userId,
        request.userId ? userOwner(request.userId) : locked.owner,
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
        fulfillment: 'unfulfilled',
        totalCents,
        capturedCents: 0,
        refundedCents: 0,
        currency: reservation.currency,
        paymentIntentId: null,
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

/**
 * Attaches a PaymentIntent to its order. The first one stays, because only one intent can pay an order.
 * @returns false for an order that is closed or has another intent
 */
export async function attachPaymentIntent(
  db: Database,
  orderId: string,
  intent: { paymentIntentId: string; clientSecret: string },
): Promise<boolean> {
  const attached = await db.run(
    `update orders set payment_intent_id = $2, payment_client_secret = $3, updated_at = now()
     where id = $1 and (payment_intent_id is null and status = 'pending' or payment_intent_id = $2)`,
    [orderId, intent.paymentIntentId, intent.clientSecret],
  );
  return attached > 0;
}

/** Why an unpaid order is closed, and who requested it. */
export interface OrderEnd {
  orderId: string;
  to: 'expired' | 'canceled';
  actor?: string;
  reason?: string;
}

/** Closes an unpaid order and releases its stock. An order that is already closed or paid stays unchanged. */
export async function closeOrder(db: Database, { orderId, to, actor, reason }: OrderEnd): Promise<OrderFacts> {
  const message =
    to === 'expired'
      ? 'Time to pay ran out; the items returned to stock.'
      : 'Order canceled; the items returned to stock.';
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
