/**
 * One shopper's reservations according to the inventory ledger. During concurrent requests of the same shopper, the stock counters may
 * briefly count their units twice or not know who reserved them; PostgreSQL is authoritative.
 */
import type { StockLine } from '../redis/stock-counters.ts';
import type { Sql } from './database.ts';

export interface OwnReservation {
  id: string;
  /** Whether an order with this reservation awaits payment. */
  hasOrder: boolean;
  lines: readonly StockLine[];
}

/** @param owners all owner names of the shopper */
export async function listOwnReservations(
  sql: Pick<Sql, 'rows'>,
  owners: readonly string[],
): Promise<OwnReservation[]> {
  const rows = await sql.rows<{ id: string; has_order: boolean; lines: StockLine[] }>(
    `select r.id, exists (select 1 from orders o where o.reservation_id = r.id and o.status = 'pending') as has_order,
       (select coalesce(jsonb_agg(jsonb_build_object('productId', item.product_id, 'quantity', item.quantity)), '[]')
        from reservation_items item where item.reservation_id = r.id) as lines
     from reservations r where r.status = 'reserved' and r.owner = any($1)`,
    [owners],
  );
  return rows.map(({ id, has_order, lines }) => ({ id, hasOrder: has_order, lines }));
}

/** Whether these reservations cover every line. */
export function haveEnough(own: readonly OwnReservation[], lines: readonly StockLine[]): boolean {
  const units = new Map<string, number>();
  for (const { productId, quantity } of own.flatMap((each) => each.lines))
    units.set(productId, (units.get(productId) ?? 0) + quantity);
  return lines.every(({ productId, quantity }) => (units.get(productId) ?? 0) >= quantity);
}
