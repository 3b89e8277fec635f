/**
 * Orders in PostgreSQL. Each function is one transaction and a conditional transition of `domain/order-state`. When it runs again, it
 * finds the transition made and returns the same result, so Temporal may retry it at any point.
 */
import { type CheckoutRequest, type OrderDetails, orderDetails } from '../../domain/checkout.ts';
import { userOwner } from '../../domain/identity.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimalString } from '../../domain/money.ts';
import { sourcesOf } from '../../domain/order-state.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Row } from '../../infra/postgres/entities/index.ts';
import { readOrder } from '../../infra/postgres/orders.ts';
import { lockReservation, type ReservationRow } from '../../infra/postgres/reservations.ts';
import { anyOf, now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { queueMail } from '../email/queue-mail.ts';
import { releaseInLedger } from '../reservations/stock-ledger.ts';
import { insertEvent, type OrderHistory, readHistory, recordEvent } from './order-events.ts';
import { type OrderFacts, orderFacts, readOrderFacts } from './order-facts.ts';

export type OpenedOrder =
  | ({ outcome: 'opened'; order: OrderFacts; email: string | null } & OrderHistory)
  | { outcome: 'reservation_missing' }
  | { outcome: 'reservation_ended' };

/** Creates the order of a reservation at the reserved prices. */
export async function openOrder(db: Database, request: CheckoutRequest): Promise<OpenedOrder> {
  return db.transaction(async (sql) => {
    const reservation = await lockReservation(sql, request.reservationId);
    if (!reservation || !request.owners.includes(reservation.owner)) return { outcome: 'reservation_missing' };
    const isOpen = reservation.status === 'reserved' && reservation.is_live;
    if (isOpen) await insertOrder(sql, reservation, request);
    const row = await readOrder(sql, request.orderId);
    if (!row) return { outcome: 'reservation_ended' };
    const history = await readHistory(sql, request.orderId);
    return { outcome: 'opened', order: orderFacts(row), email: row.email, ...history };
  });
}

/** Inserts the order, its items, and the first event of its history. An order that exists stays unchanged. */
async function insertOrder(sql: Sql, reservation: ReservationRow, request: CheckoutRequest): Promise<void> {
  const { currency } = reservation;
  const totalCents = sumCents(
    reservation.items.map((item) => lineTotalCents(fromDecimal(item.unit_price, currency), item.quantity)),
  );
  await sql.run(
    insertedOrder(sql, {
      ...orderDetails(request),
      id: request.orderId,
      reservation_id: request.reservationId,
      user_id: request.userId,
      owner: request.userId ? userOwner(request.userId) : reservation.owner,
      total_amount: toDecimalString(totalCents, currency),
      currency,
      expires_at: reservation.expires_at,
      items: reservation.items,
    }),
  );
}

interface InsertedOrder
  extends OrderDetails,
    Pick<Row<'orders'>, 'id' | 'reservation_id' | 'user_id' | 'owner' | 'total_amount' | 'currency' | 'expires_at'> {
  items: ReservationRow['items'];
}

const ITEM_TYPES = {
  product_id: 'uuid',
  quantity: 'integer',
  unit_price: 'numeric',
  sku: 'text',
  name: 'text',
  image_url: 'text',
} as const;

const insertedOrder = builtOnce((sql, order: InsertedOrder) =>
  sql.query
    .with('opened', (query) =>
      query
        .insertInto('orders')
        .values({
          ...orderDetails(order),
          id: order.id,
          reservation_id: order.reservation_id,
          user_id: order.user_id,
          owner: order.owner,
          total_amount: order.total_amount,
          currency: order.currency,
          expires_at: order.expires_at,
        })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id'),
    )
    .with('recorded', (query) =>
      insertEvent(query, {
        orderId: order.id,
        type: 'order_opened',
        message: 'Order placed; waiting for payment.',
        dedupeKey: 'opened',
      }),
    )
    .insertInto('order_items')
    .columns(['order_id', 'product_id', 'quantity', 'price', 'sku', 'name', 'image_url'])
    .expression((query) =>
      query
        .selectFrom(['opened', rowsOf('item', ITEM_TYPES, order.items)])
        .select([
          'opened.id',
          'item.product_id',
          'item.quantity',
          'item.unit_price',
          'item.sku',
          'item.name',
          'item.image_url',
        ]),
    ),
);

/**
 * Attaches a PaymentIntent to its order. The first one stays, because only one intent can pay an order.
 * @returns false for an order that is closed or has another intent
 */
export async function attachPaymentIntent(
  db: Database,
  orderId: string,
  intent: { paymentIntentId: string; clientSecret: string },
): Promise<boolean> {
  return (await db.run(attachedIntent(db, { orderId, ...intent }))) > 0;
}

const attachedIntent = builtOnce((sql, intent: { orderId: string; paymentIntentId: string; clientSecret: string }) =>
  sql.query
    .updateTable('orders')
    .set({
      payment_intent_id: intent.paymentIntentId,
      payment_client_secret: intent.clientSecret,
      updated_at: now,
    })
    .where('id', '=', intent.orderId)
    .where(({ and, eb, or }) =>
      or([
        and([eb('payment_intent_id', 'is', null), eb('status', '=', 'pending')]),
        eb('payment_intent_id', '=', intent.paymentIntentId),
      ]),
    ),
);

/** Why an unpaid order is closed, and who requested it. */
export interface OrderEnd {
  orderId: string;
  to: 'expired' | 'canceled';
  actor?: string;
  reason?: string;
}

export interface ClosedOrder extends OrderHistory {
  order: OrderFacts;
}

/** Closes an unpaid order and releases its stock. An order that is already closed or paid stays unchanged. */
export async function closeOrder(db: Database, { orderId, to, actor, reason }: OrderEnd): Promise<ClosedOrder> {
  const message =
    to === 'expired'
      ? 'Time to pay ran out; the items returned to stock.'
      : 'Order canceled; the items returned to stock.';
  return db.transaction(async (sql) => {
    const closed = await sql.row(
      sql.query
        .updateTable('orders')
        .set({ status: to, updated_at: now })
        .where('id', '=', orderId)
        .where('status', '=', anyOf(sourcesOf(to)))
        .where('captured_amount', '=', '0')
        .returning('reservation_id'),
    );
    if (closed) {
      await releaseInLedger(sql, [
        { reservationId: closed.reservation_id, to: to === 'expired' ? 'expired' : 'released' },
      ]);
      await recordEvent(sql, { orderId, type: `order_${to}`, message, actor, reason, dedupeKey: 'closed' });
      await queueMail(sql, orderId, { kind: `order_${to}` });
    }
    return { order: (await readOrderFacts(sql, orderId))!, ...(await readHistory(sql, orderId)) };
  });
}
