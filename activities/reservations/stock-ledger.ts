/**
 * Stock in PostgreSQL, the source of truth: the statements that release, sell, and restock. Product rows are always locked in order of
 * product ID, so that two carts with the same products can't deadlock. Every transition is conditional, so a second call finds it done.
 */

import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { type ReservationRow, readReservation as readRow } from '../../infra/postgres/reservations.ts';
import { anyOf, now, rowsOf } from '../../infra/postgres/statement-parts.ts';
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

export async function readReservation(sql: Sql, reservationId: string): Promise<ReservedStock | undefined> {
  const row = await readRow(sql, reservationId);
  return row && stockOf(row);
}

function stockOf({ id, status, currency, expires_at, replaces, items }: ReservationRow): ReservedStock {
  return {
    id,
    status,
    currency,
    expiresAt: expires_at,
    replaces,
    lines: items.map((item) => ({
      productId: item.product_id,
      quantity: item.quantity,
      sku: item.sku,
      name: item.name,
      imageUrl: item.image_url,
      unitPriceCents: fromDecimal(item.unit_price, currency),
    })),
  };
}

/** Selects products with their units that are free to reserve. */
export function selectAvailable(sql: Sql) {
  return sql.query
    .selectFrom('products')
    .select((of) => ['products.id', of('stock_quantity', '-', of.ref('reserved_quantity')).as('available')]);
}

/** Locks the products of reservations. */
function lockProductsOf(sql: Sql, reservationIds: readonly string[]): Promise<unknown> {
  return sql.rows(lockedProducts(sql, { reservationIds }));
}

const lockedProducts = builtOnce((sql, { reservationIds }: { reservationIds: readonly string[] }) =>
  sql.query
    .selectFrom('products as product')
    .innerJoin('reservation_items as item', 'item.product_id', 'product.id')
    .select('product.id')
    .where('item.reservation_id', '=', anyOf(reservationIds))
    .orderBy('product.id')
    .forNoKeyUpdate('product'),
);

export interface EndedReservation {
  reservationId: string;
  to: 'released' | 'expired';
}

/**
 * Ends reservations without a sale, within the caller's transaction. A reservation that has already ended stays unchanged.
 * @returns the reservations that this call ended
 */
export async function releaseInLedger(sql: Sql, reservations: readonly EndedReservation[]): Promise<Set<string>> {
  const ends = reservations.map(({ reservationId, to }) => ({ id: reservationId, status: to }));
  const ended = await sql.rows(
    sql.query
      .updateTable('reservations')
      .from(rowsOf('ended', { id: 'uuid', status: 'text' }, ends))
      .set((to) => ({ status: to.ref('ended.status'), updated_at: now }))
      .whereRef('reservations.id', '=', 'ended.id')
      .where('reservations.status', '=', 'reserved')
      .returning('reservations.id'),
  );
  const ids = ended.map((row) => row.id);
  if (ids.length > 0) {
    await lockProductsOf(sql, ids);
    await returnUnits(sql, ids);
  }
  return new Set(ids);
}

async function returnUnits(sql: Sql, reservationIds: readonly string[]): Promise<void> {
  await sql.run(
    sql.query
      .updateTable('products')
      .from((from) =>
        from
          .selectFrom('reservation_items')
          .select((of) => ['product_id', of.fn.sum<number>('quantity').as('quantity')])
          .where('reservation_id', '=', anyOf(reservationIds))
          .groupBy('product_id')
          .as('item'),
      )
      .set((to) => ({ reserved_quantity: to('products.reserved_quantity', '-', to.ref('item.quantity')) }))
      .whereRef('products.id', '=', 'item.product_id'),
  );
}

/**
 * Turns a reservation into a sale, within the caller's transaction. If the reservation has ended, its items are sold from free stock if all
 * of them are still available.
 * @returns `sold`, or `gone` when the reservation had ended and its items are no longer available
 */
export async function sellInLedger(sql: Sql, reservationId: string): Promise<'sold' | 'gone'> {
  const committed = await sql.run(commitReserved(sql, { reservationId }));
  await lockProductsOf(sql, [reservationId]);
  if (committed === 1) {
    await sql.run(sellReserved(sql, { reservationId }));
    return 'sold';
  }
  if (await isLacking(sql, reservationId)) return 'gone';
  await sql.run(sell(sql, reservationId));
  await sql.run(commit(sql, reservationId));
  return 'sold';
}

function commit({ query }: Sql, reservationId: string) {
  return query
    .updateTable('reservations')
    .set({ status: 'committed', updated_at: now })
    .where('id', '=', reservationId);
}

function sell({ query }: Sql, reservationId: string) {
  return query
    .updateTable('products')
    .from('reservation_items as item')
    .set((to) => ({ stock_quantity: to('products.stock_quantity', '-', to.ref('item.quantity')) }))
    .where('item.reservation_id', '=', reservationId)
    .whereRef('products.id', '=', 'item.product_id');
}

const commitReserved = builtOnce((sql, { reservationId }: { reservationId: string }) =>
  commit(sql, reservationId).where('status', '=', 'reserved'),
);

const sellReserved = builtOnce((sql, { reservationId }: { reservationId: string }) =>
  sell(sql, reservationId).set((to) => ({
    reserved_quantity: to('products.reserved_quantity', '-', to.ref('item.quantity')),
  })),
);

/** Whether a product of an ended reservation is no longer sold or has too few free units. */
async function isLacking(sql: Sql, reservationId: string): Promise<boolean> {
  const lacking = await sql.row(
    sql.query
      .selectFrom('products as product')
      .innerJoin('reservation_items as item', 'item.product_id', 'product.id')
      .select('product.id')
      .where('item.reservation_id', '=', reservationId)
      .where((is) =>
        is.or([
          is('product.deleted_at', 'is not', null),
          is(is('product.stock_quantity', '-', is.ref('product.reserved_quantity')), '<', is.ref('item.quantity')),
        ]),
      )
      .limit(1),
  );
  return lacking !== undefined;
}

/**
 * Returns the units of a refund to stock, within the caller's transaction, once per refund. No two refunds can include the same unit
 * (`takesUnits`). The outbox updates the stock counters.
 */
export async function restockRefund(sql: Sql, refundId: string): Promise<void> {
  await sql.rows(
    sql.query
      .selectFrom('products as product')
      .innerJoin('refund_items as item', 'item.product_id', 'product.id')
      .select('product.id')
      .where('item.refund_id', '=', refundId)
      .orderBy('product.id')
      .forNoKeyUpdate('product'),
  );
  await sql.run(
    sql.query
      .with('back', (back) =>
        back
          .updateTable('refund_items')
          .set({ restocked_at: now })
          .where('refund_id', '=', refundId)
          .where('restocked_at', 'is', null)
          .returning(['product_id', 'quantity']),
      )
      .updateTable('products')
      .from('back')
      .set((to) => ({ stock_quantity: to('products.stock_quantity', '+', to.ref('back.quantity')) }))
      .whereRef('products.id', '=', 'back.product_id'),
  );
}
