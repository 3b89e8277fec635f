/**
 * One shopper's reservations according to the inventory ledger. During concurrent requests of the same shopper, the stock counters may
 * briefly count their units twice or not know who reserved them; PostgreSQL is authoritative.
 */
import type { StockLine } from '../redis/stock-counters.ts';
import type { Sql } from './database.ts';
import { reservedLines } from './reservations.ts';
import { anyOf, literal } from './statement-parts.ts';

export interface OwnReservation {
  id: string;
  /** Whether an order with this reservation awaits payment. */
  hasOrder: boolean;
  lines: readonly StockLine[];
}

/** @param owners all owner names of the shopper */
export function listOwnReservations(sql: Sql, owners: readonly string[]): Promise<OwnReservation[]> {
  return sql.rows(
    sql.query
      .selectFrom('reservations')
      .select('reservations.id')
      .select((reservation) => [
        reservation
          .exists(
            reservation
              .selectFrom('orders')
              .select('orders.id')
              .whereRef('orders.reservation_id', '=', 'reservations.id')
              .where('orders.status', '=', 'pending'),
          )
          .$castTo<boolean>()
          .as('hasOrder'),
        reservedLines(reservation),
      ])
      .where('reservations.status', '=', literal('reserved'))
      .where('reservations.owner', '=', anyOf(owners)),
  );
}

/** Whether these reservations cover every line. */
export function haveEnough(own: readonly OwnReservation[], lines: readonly StockLine[]): boolean {
  const units = new Map<string, number>();
  for (const { productId, quantity } of own.flatMap((each) => each.lines))
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  return lines.every(({ productId, quantity }) => (units.get(productId) ?? 0) >= quantity);
}
