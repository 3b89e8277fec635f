/**
 * Stock in PostgreSQL, the truth: every statement that moves `reserved_quantity` or sells. Rows of products are always locked
 * in product-id order, so two carts with the same products can't wait for each other, and every transition is conditional,
 * so whoever comes second finds it done.
 */

import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { StockLine } from '../../infra/redis/stock-gate.ts';

export interface HeldLine extends StockLine {
  sku: string;
  name: string;
  imageUrl: string;
  unitPriceCents: number;
}

export interface ShortLine {
  productId: string;
  name: string;
  requested: number;
  available: number;
}

export interface HeldReservation {
  id: string;
  status: ReservationStatus;
  currency: string;
  expiresAt: Date;
  lines: HeldLine[];
}

export type LedgerHold =
  | { outcome: 'held'; reservation: HeldReservation }
  | { outcome: 'short'; lines: ShortLine[] }
  | { outcome: 'ended'; status: ReservationStatus };

export interface HoldRequest {
  reservationId: string;
  owner: string;
  cartId: string | null;
  currency: string;
  expiresAt: Date;
  lines: readonly StockLine[];
}

/** Undoes the transaction when a line falls short. */
class Short extends Error {
  readonly lines: ShortLine[];
  constructor(lines: ShortLine[]) {
    super('short');
    this.lines = lines;
  }
}

interface ProductRow {
  id: string;
  sku: string;
  name: string;
  image_url: string;
  price: string;
  currency: string;
  available: number;
}

/** Holds all lines or none, in one transaction. Again for the same reservation: answers what is there. */
export async function holdInLedger(db: Database, request: HoldRequest): Promise<LedgerHold> {
  const ids = request.lines.map((line) => line.productId);
  const quantities = request.lines.map((line) => line.quantity);
  try {
    return await db.transaction(async (sql) => {
      const inserted = await sql.run(
        `insert into reservations (id, owner, cart_id, status, currency, expires_at) values ($1, $2, $3, 'held', $4, $5)
         on conflict (id) do nothing`,
        [request.reservationId, request.owner, request.cartId, request.currency, request.expiresAt],
      );
      if (inserted === 0) {
        const existing = await readReservation(sql, request.reservationId);
        return existing!.status === 'held' || existing!.status === 'committed'
          ? { outcome: 'held', reservation: existing! }
          : { outcome: 'ended', status: existing!.status };
      }
      const products = await sql.rows<ProductRow>(
        `select id, sku, name, image_url, price, currency, stock_quantity - reserved_quantity as available
         from products where id = any($1::uuid[]) and deleted_at is null order by id for no key update`,
        [ids],
      );
      const lines = checkLines(request, new Map(products.map((row) => [row.id, row])));
      await sql.run(
        `with line as (select * from unnest($2::uuid[], $3::int[], $4::numeric[]) as line (product_id, quantity, unit_price)),
         held as (
           update products set reserved_quantity = reserved_quantity + line.quantity
           from line where products.id = line.product_id)
         insert into reservation_items (reservation_id, product_id, quantity, unit_price)
         select $1, product_id, quantity, unit_price from line`,
        [request.reservationId, ids, quantities, ids.map((id) => products.find((row) => row.id === id)!.price)],
      );
      return {
        outcome: 'held',
        reservation: {
          id: request.reservationId,
          status: 'held',
          currency: request.currency,
          expiresAt: request.expiresAt,
          lines,
        },
      };
    });
  } catch (error) {
    if (error instanceof Short) return { outcome: 'short', lines: error.lines };
    throw error;
  }
}

function checkLines(request: HoldRequest, products: Map<string, ProductRow>): HeldLine[] {
  const held: HeldLine[] = [];
  const short: ShortLine[] = [];
  for (const { productId, quantity } of request.lines) {
    const product = products.get(productId);
    // A deleted product, or one priced in another currency, can't be bought here: none are left.
    const available = product && product.currency === request.currency ? Math.max(0, product.available) : 0;
    if (!product || available < quantity) {
      short.push({
        productId,
        name: product?.name ?? 'A product that is no longer sold',
        requested: quantity,
        available,
      });
    } else {
      held.push({
        productId,
        quantity,
        sku: product.sku,
        name: product.name,
        imageUrl: product.image_url,
        unitPriceCents: fromDecimal(product.price, product.currency),
      });
    }
  }
  if (short.length > 0) throw new Short(short);
  return held;
}

interface ReservationRow {
  id: string;
  status: ReservationStatus;
  currency: string;
  expires_at: Date;
}

interface ReservationItemRow {
  product_id: string;
  quantity: number;
  unit_price: string;
  sku: string;
  name: string;
  image_url: string;
}

export async function readReservation(sql: Sql, reservationId: string): Promise<HeldReservation | undefined> {
  const row = await sql.row<ReservationRow>('select id, status, currency, expires_at from reservations where id = $1', [
    reservationId,
  ]);
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
  where item.reservation_id = $1 order by product.id for no key update of product`;

/** Ends a hold without a sale, within the caller's transaction. @returns whether this call was the one that ended it */
export async function releaseInLedger(sql: Sql, reservationId: string, to: 'released' | 'expired'): Promise<boolean> {
  const ended = await sql.run(
    `update reservations set status = $2, updated_at = now() where id = $1 and status = 'held'`,
    [reservationId, to],
  );
  if (ended === 0) return false;
  await sql.rows(LOCK_ITEMS, [reservationId]);
  await sql.run(
    `update products set reserved_quantity = reserved_quantity - item.quantity
     from reservation_items item where item.reservation_id = $1 and products.id = item.product_id`,
    [reservationId],
  );
  return true;
}

/**
 * Turns a hold into a sale, within the caller's transaction. A hold that has ended is sold from free stock when all of it
 * is still there.
 * @returns `sold`, or `gone` when the hold had ended and its stock is taken
 */
export async function sellInLedger(sql: Sql, reservationId: string): Promise<'sold' | 'gone'> {
  const committed = await sql.run(
    `update reservations set status = 'committed', updated_at = now() where id = $1 and status = 'held'`,
    [reservationId],
  );
  await sql.rows(LOCK_ITEMS, [reservationId]);
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

/** Gives an order's items back to stock (a refund with restocking), within the caller's transaction. */
export async function restockInLedger(sql: Sql, orderId: string): Promise<void> {
  await sql.rows(
    `select product.id from products product join order_items item on item.product_id = product.id
     where item.order_id = $1 order by product.id for no key update of product`,
    [orderId],
  );
  await sql.run(
    `update products set stock_quantity = stock_quantity + item.quantity
     from (select product_id, sum(quantity)::int as quantity from order_items where order_id = $1 group by product_id) item
     where products.id = item.product_id`,
    [orderId],
  );
}
