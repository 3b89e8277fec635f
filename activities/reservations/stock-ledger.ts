/**
 * Stock in PostgreSQL, the source of truth: the statements that release, sell, and restock. Product rows are always locked in order of
 * product ID, so that two carts with the same products can't deadlock. Every transition is conditional, so a second call finds it done.
 */

import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { StockLine } from '../../infra/redis/stock-counters.ts';

export interface ReservedLine extends StockLine {
  sku: string;
  name: string;
  imageUrl: string;
  unitPriceCents: number;
}

export interface ReservedStock {
  id: string;
  status: ReservationStatus;
  currency: string;
  expiresAt: Date;
  lines: ReservedLine[];
  /** The shopper's earlier reservations that this one replaced. */
  replaces: string[];
}

interface ReservationRow {
  id: string;
  status: ReservationStatus;
  currency: string;
  expires_at: Date;
  replaces: string[];
}

interface ReservationItemRow {
  product_id: string;
  quantity: number;
  unit_price: string;
  sku: string;
  name: string;
  image_url: string;
}

export async function readReservation(sql: Sql, reservationId: string): Promise<ReservedStock | undefined> {
  const row = await sql.row<ReservationRow>(
    'select id, status, currency, expires_at, replaces from reservations where id = $1',
    [reservationId],
  );
  if (!row) return undefined;
  const items = await sql.rows<ReservationItemRow>(
    `select item.product_id, item.quantity, item.unit_price, product.sku, product.name, product.image_url
     from reservation_items item join products product on product.id = item.product_id
     where item.reservation_id = $1 order by item.product_id`,
    [reservationId],
  );
  return {
    id: row.id,
    status: row.status,
    currency: row.currency,
    expiresAt: row.expires_at,
    replaces: row.replaces,
    lines: items.map((item) => ({
      productId: item.product_id,
      quantity: item.quantity,
      sku: item.sku,
      name: item.name,
      imageUrl: item.image_url,
      unitPriceCents: fromDecimal(item.unit_price, row.currency),
    })),
  };
}

const LOCK_ITEMS = `
  select product.id from products product
  join reservation_items item on item.product_id = product.id
  where item.reservation_id = any($1::uuid[]) order by product.id for no key update of product`;

export interface EndedReservation {
  reservationId: string;
  to: 'released' | 'expired';
}

/**
 * Ends reservations without a sale, within the caller's transaction. A reservation that has already ended stays unchanged.
 * @returns the reservations that this call ended
 */
export async function releaseInLedger(sql: Sql, reservations: readonly EndedReservation[]): Promise<Set<string>> {
  const ended = await sql.rows<{ id: string }>(
    `update reservations set status = ended.status, updated_at = now()
     from unnest($1::uuid[], $2::text[]) ended (id, status)
     where reservations.id = ended.id and reservations.status = 'reserved' returning reservations.id`,
    [reservations.map((reservation) => reservation.reservationId), reservations.map((reservation) => reservation.to)],
  );
  const ids = ended.map((row) => row.id);
  if (ids.length > 0) {
    await sql.rows(LOCK_ITEMS, [ids]);
    await sql.run(
      `update products set reserved_quantity = reserved_quantity - item.quantity
       from (select product_id, sum(quantity)::int as quantity from reservation_items
             where reservation_id = any($1::uuid[]) group by product_id) item
       where products.id = item.product_id`,
      [ids],
    );
  }
  return new Set(ids);
}

/**
 * Turns a reservation into a sale, within the caller's transaction. If the reservation has ended, its items are sold from free stock if all
 * of them are still available.
 * @returns `sold`, or `gone` when the reservation had ended and its items are no longer available
 */
export async function sellInLedger(sql: Sql, reservationId: string): Promise<'sold' | 'gone'> {
  const committed = await sql.run(
    `update reservations set status = 'committed', updated_at = now() where id = $1 and status = 'reserved'`,
    [reservationId],
  );
  await sql.rows(LOCK_ITEMS, [[reservationId]]);
  if (committed === 1) {
    await sql.run(
      `update products set stock_quantity = stock_quantity - item.quantity, reserved_quantity = reserved_quantity - item.quantity
       from reservation_items item where item.reservation_id = $1 and products.id = item.product_id`,
      [reservationId],
    );
    return 'sold';
  }
  const lacking = await sql.row(
    `select 1 from products product join reservation_items item on item.product_id = product.id
     where item.reservation_id = $1
       and (product.deleted_at is not null or product.stock_quantity - product.reserved_quantity < item.quantity) limit 1`,
    [reservationId],
  );
  if (lacking) return 'gone';
  await sql.run(
    `update products set stock_quantity = stock_quantity - item.quantity
     from reservation_items item where item.reservation_id = $1 and products.id = item.product_id`,
    [reservationId],
  );
  await sql.run(`update reservations set status = 'committed', updated_at = now() where id = $1`, [reservationId]);
  return 'sold';
}

/**
 * Returns the units of a refund to stock, within the caller's transaction, once per refund. No two refunds can include the same unit
 * (`takesUnits`). The outbox updates the stock counters.
 */
export async function restockRefund(sql: Sql, refundId: string): Promise<void> {
  await sql.rows(
    `select product.id from products product join refund_items item on item.product_id = product.id
     where item.refund_id = $1 order by product.id for no key update of product`,
    [refundId],
  );
  await sql.run(
    `with back as (
       update refund_items set restocked_at = now() where refund_id = $1 and restocked_at is null
       returning product_id, quantity)
     update products set stock_quantity = stock_quantity + back.quantity from back where products.id = back.product_id`,
    [refundId],
  );
}
