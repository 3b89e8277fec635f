import type { Database } from '../../infra/postgres/database.ts';
import { literal } from '../../infra/postgres/statement-parts.ts';
import type { Finding } from './finding.ts';

const MAX_FINDINGS = 1000;

/** Invariant 1 in PostgreSQL: reserved units match the open reservations, and every committed reservation has a paid order. */
export async function checkStock(db: Database): Promise<Finding[]> {
  const reserved = await readWronglyReserved(db);
  const unsold = await db.rows(
    db.query
      .selectFrom('orders')
      .innerJoin('reservations', 'reservations.id', 'orders.reservation_id')
      .select(['orders.id', 'orders.status', 'reservations.status as reservation'])
      .where((is) =>
        is(is.parens('orders.paid_at', 'is not', null), '<>', is.parens('reservations.status', '=', 'committed')),
      )
      .limit(MAX_FINDINGS),
  );
  return [
    ...reserved.map(
      (row): Finding => ({
        check: 'stock',
        subject: `product ${row.id}`,
        detail: `reserved_quantity is ${row.reserved_quantity}, but its reservations add up to ${row.reserved}; stock is ${row.stock_quantity}`,
      }),
    ),
    ...unsold.map(
      (row): Finding => ({
        check: 'stock',
        subject: `order ${row.id}`,
        detail: `the order is ${row.status} but its reservation is ${row.reservation}`,
      }),
    ),
  ];
}

function readWronglyReserved(db: Database) {
  return db.rows(
    db.query
      .with('open', (open) =>
        open
          .selectFrom('reservation_items as item')
          .innerJoin('reservations', 'reservations.id', 'item.reservation_id')
          .select((of) => ['item.product_id', of.fn.sum<number>('item.quantity').as('quantity')])
          .where('reservations.status', '=', literal('reserved'))
          .groupBy('item.product_id'),
      )
      .selectFrom('products')
      .leftJoin('open', 'open.product_id', 'products.id')
      .select(['products.id', 'products.reserved_quantity', 'products.stock_quantity'])
      .select((of) => of.fn.coalesce('open.quantity', of.lit(0)).as('reserved'))
      .where((is) =>
        is.or([
          is('products.reserved_quantity', '<>', is.fn.coalesce('open.quantity', is.lit(0))),
          is('products.reserved_quantity', '>', is.ref('products.stock_quantity')),
        ]),
      )
      .limit(MAX_FINDINGS),
  );
}
