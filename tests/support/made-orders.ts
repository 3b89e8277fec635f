/** Orders inserted with SQL, without a charge, for tests of the audit. They are deleted afterwards. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../infra/postgres/database.ts';
import { deleteOrders, force } from './force.ts';

export interface MadeOrder {
  orderId: string;
  reservationId: string;
  productId: string;
}

/** Values of the rows, as SQL. */
export interface MadeOrderValues {
  /** Default `'paid'`. */
  status?: string;
  /** The captured amount; default 25. */
  captured?: string;
  currency?: string;
  /** Default `now()`. */
  paidAt?: string;
  expiresAt?: string;
  /** The reservation's status. */
  reservationStatus?: string;
  reservationExpiresAt?: string;
}

/** A paid, unshipped order of two units for 25.00. Its product is in stock, and gets a counter once the outbox is processed. */
export async function makeOrder(db: Database, values: MadeOrderValues = {}): Promise<MadeOrder> {
  const { status = `'paid'`, captured = '25', currency = `'usd'`, paidAt = 'now()', expiresAt = 'now()' } = values;
  const { reservationStatus = `'committed'`, reservationExpiresAt = 'now()' } = values;
  const [orderId, reservationId, productId] = [randomUUID(), randomUUID(), randomUUID()];
  const statements = [
    `insert into products (id, sku, name, price, currency, stock_quantity)
     values ('${productId}', 'MADE-${productId}', 'Made by hand', 12.5, ${currency}, 10)`,
    `insert into reservations (id, owner, status, currency, expires_at)
     values ('${reservationId}', 'made:${reservationId}', ${reservationStatus}, ${currency}, ${reservationExpiresAt})`,
    `insert into orders (id, reservation_id, owner, status, total_amount, captured_amount, currency, shipping_address, expires_at, paid_at)
     values ('${orderId}', '${reservationId}', 'made:${reservationId}', ${status}, 25, ${captured}, ${currency}, '{}', ${expiresAt}, ${paidAt})`,
    `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
     values ('${orderId}', '${productId}', 2, 12.5, 'MADE', 'Made by hand', '')`,
  ];
  for (const statement of statements) await db.pool.query(statement);
  return { orderId, reservationId, productId };
}

export async function deleteMadeOrder(db: Database, { orderId, reservationId, productId }: MadeOrder): Promise<void> {
  await deleteOrders(db, [orderId]);
  await force(
    db,
    ['delete from reservation_items where reservation_id = $1', 'delete from reservations where id = $1'],
    [reservationId],
  );
  await force(db, ['delete from products where id = $1'], [productId]);
  await db.run('delete from outbox where key = any($1)', [[orderId, productId]]);
}
