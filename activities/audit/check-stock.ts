import type { Database } from '../../infra/postgres/database.ts';
import type { Finding } from './finding.ts';

/** Invariant 1 in PostgreSQL: reserved units match the open reservations, and every committed reservation has a paid order. */
export async function checkStock(db: Database): Promise<Finding[]> {
  const reserved = await db.rows<{ id: string; recorded: number; reserved: number; stock: number }>(
    `select p.id, p.reserved_quantity as recorded, p.stock_quantity as stock, coalesce(open.quantity, 0)::int as reserved
     from products p left join (
       select item.product_id, sum(item.quantity) as quantity
       from reservation_items item join reservations r on r.id = item.reservation_id
       where r.status = 'reserved' group by item.product_id) open on open.product_id = p.id
     where p.reserved_quantity <> coalesce(open.quantity, 0) or p.reserved_quantity > p.stock_quantity limit 1000`,
  );
  const unsold = await db.rows<{ id: string; status: string; reservation: string }>(
    `select o.id, o.status, r.status as reservation from orders o join reservations r on r.id = o.reservation_id
     where (o.paid_at is not null) <> (r.status = 'committed') limit 1000`,
  );
  return [
    ...reserved.map(
      (row): Finding => ({
        check: 'stock',
        subject: `product ${row.id}`,
        detail: `reserved_quantity is ${row.recorded}, but its reservations add up to ${row.reserved}; stock is ${row.stock}`,
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
