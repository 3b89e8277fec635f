/** Whole reservation rows are read and locked here only. `lock_shoppers`, in the schema, also locks those of a shopper who reserves. */
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { builtOnce } from './built-once.ts';
import type { Sql } from './database.ts';
import type { Row, Tables } from './entities/index.ts';
import { anyOf, now } from './statement-parts.ts';

/** A reservation with its items in order of product ID. */
export interface ReservationRow extends Row<'reservations'> {
  /** Whether its time has not run out, according to the database's clock. */
  is_live: boolean;
  items: (Pick<Row<'products'>, 'sku' | 'name' | 'image_url'> &
    Pick<Row<'reservation_items'>, 'product_id' | 'quantity' | 'unit_price'>)[];
}

/** Selects whole reservations: add conditions, columns, or a lock. */
export function selectReservations(sql: Sql): SelectQueryBuilder<Tables, 'reservations', ReservationRow> {
  return sql.query
    .selectFrom('reservations')
    .selectAll('reservations')
    .select((reservation) => reservation('reservations.expires_at', '>', now).$castTo<boolean>().as('is_live'))
    .select((reservation) =>
      jsonArrayFrom(
        reservation
          .selectFrom('reservation_items as item')
          .innerJoin('products as product', 'product.id', 'item.product_id')
          .select(['item.product_id', 'item.quantity', 'product.sku', 'product.name', 'product.image_url'])
          .select((item) => item.cast<string>('item.unit_price', 'text').as('unit_price'))
          .whereRef('item.reservation_id', '=', 'reservations.id')
          .orderBy('item.product_id'),
      ).as('items'),
    );
}

export function readReservation(sql: Sql, reservationId: string): Promise<ReservationRow | undefined> {
  return sql.row(selectReservations(sql).where('reservations.id', '=', reservationId));
}

/** Selects reservations without their items, under their row locks, in order of ID so that two transactions can't deadlock. */
export function selectLockedReservations(
  sql: Sql,
  reservationIds: readonly string[],
): SelectQueryBuilder<Tables, 'reservations', Pick<Row<'reservations'>, 'id' | 'status'>> {
  return sql.query
    .selectFrom('reservations')
    .select(['reservations.id', 'reservations.status'])
    .where('reservations.id', '=', anyOf(reservationIds))
    .orderBy('reservations.id')
    .forNoKeyUpdate();
}

const lockedReservationById = builtOnce((sql, { reservationId }: { reservationId: string }) =>
  selectReservations(sql).where('reservations.id', '=', reservationId).forNoKeyUpdate(),
);

export function lockReservation(sql: Sql, reservationId: string): Promise<ReservationRow | undefined> {
  return sql.row(lockedReservationById(sql, { reservationId }));
}

/** A column for statements that need only product IDs and quantities. */
export function reservedLines(reservation: ExpressionBuilder<Tables, 'reservations'>) {
  return jsonArrayFrom(
    reservation
      .selectFrom('reservation_items as item')
      .select(['item.product_id as productId', 'item.quantity'])
      .whereRef('item.reservation_id', '=', 'reservations.id'),
  ).as('lines');
}
