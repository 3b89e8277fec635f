/**
 * Takes holds in PostgreSQL, many in one transaction: the shoppers who want the same product at the same moment share one lock of
 * its row and one commit, instead of waiting for each other's. Each is granted all its lines or none, in the order they came.
 */
import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { StockLine } from '../../infra/redis/stock-gate.ts';
import { type HeldLine, type HeldReservation, readReservation } from './stock-ledger.ts';

export interface ShortLine {
  productId: string;
  name: string;
  requested: number;
  available: number;
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

interface ProductRow {
  id: string;
  sku: string;
  name: string;
  image_url: string;
  price: string;
  currency: string;
  available: number;
}

/** Takes the holds. One that was taken before is answered as it is. @returns an answer for each request, in order */
export async function holdInLedger(db: Database, requests: readonly HoldRequest[]): Promise<LedgerHold[]> {
  return db.transaction(async (sql) => {
    const opened = await openReservations(sql, requests);
    const fresh = requests.filter((request) => opened.has(request.reservationId));
    const products = await lockProducts(sql, fresh);
    const answers = new Map<string, LedgerHold>();
    const granted: HoldRequest[] = [];
    for (const request of fresh) {
      // The same reservation twice in one batch is one hold.
      if (answers.has(request.reservationId)) continue;
      const answer = grant(request, products);
      answers.set(request.reservationId, answer);
      if (answer.outcome === 'held') granted.push(request);
    }
    await forget(
      sql,
      fresh.filter((request) => !granted.some((each) => each.reservationId === request.reservationId)),
    );
    await book(sql, granted, products);
    for (const { reservationId } of requests) {
      if (!answers.has(reservationId))
        answers.set(reservationId, existing((await readReservation(sql, reservationId))!));
    }
    return requests.map((request) => answers.get(request.reservationId)!);
  });
}

/** @returns ids of the reservations that were not there before */
async function openReservations(sql: Sql, requests: readonly HoldRequest[]): Promise<Set<string>> {
  // In order of id, so that two batches with the same ones can't wait for each other.
  const sorted = [...requests].sort((one, other) => (one.reservationId < other.reservationId ? -1 : 1));
  const rows = await sql.rows<{ id: string }>(
    `insert into reservations (id, owner, cart_id, status, currency, expires_at)
     select id, owner, cart_id, 'held', currency, expires_at
     from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::timestamptz[]) request (id, owner, cart_id, currency, expires_at)
     on conflict (id) do nothing returning id`,
    [
      sorted.map((request) => request.reservationId),
      sorted.map((request) => request.owner),
      sorted.map((request) => request.cartId),
      sorted.map((request) => request.currency),
      sorted.map((request) => request.expiresAt.toISOString()),
    ],
  );
  return new Set(rows.map((row) => row.id));
}

async function lockProducts(sql: Sql, requests: readonly HoldRequest[]): Promise<Map<string, ProductRow>> {
  const ids = new Set(requests.flatMap((request) => request.lines.map((line) => line.productId)));
  if (ids.size === 0) return new Map();
  const rows = await sql.rows<ProductRow>(
    `select id, sku, name, image_url, price, currency, stock_quantity - reserved_quantity as available
     from products where id = any($1::uuid[]) and deleted_at is null order by id for no key update`,
    [[...ids]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Grants all lines, taking them from what `products` has left, or none. */
function grant(request: HoldRequest, products: ReadonlyMap<string, ProductRow>): LedgerHold {
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
      continue;
    }
    held.push({
      productId,
      quantity,
      sku: product.sku,
      name: product.name,
      imageUrl: product.image_url,
      unitPriceCents: fromDecimal(product.price, product.currency),
    });
  }
  if (short.length > 0) return { outcome: 'short', lines: short };
  for (const line of held) products.get(line.productId)!.available -= line.quantity;
  const { reservationId, currency, expiresAt } = request;
  return { outcome: 'held', reservation: { id: reservationId, status: 'held', currency, expiresAt, lines: held } };
}

/** A reservation that was not granted leaves no trace, so that its id can try again when there is stock. */
async function forget(sql: Sql, refused: readonly HoldRequest[]): Promise<void> {
  if (refused.length === 0) return;
  await sql.run('delete from reservations where id = any($1::uuid[])', [
    refused.map((request) => request.reservationId),
  ]);
}

async function book(
  sql: Sql,
  granted: readonly HoldRequest[],
  products: ReadonlyMap<string, ProductRow>,
): Promise<void> {
  const lines = granted.flatMap((request) =>
    request.lines.map((line) => ({ ...line, reservationId: request.reservationId })),
  );
  if (lines.length === 0) return;
  await sql.run(
    `with line as (
       select * from unnest($1::uuid[], $2::uuid[], $3::int[], $4::numeric[]) line (reservation_id, product_id, quantity, unit_price)),
     held as (
       update products set reserved_quantity = reserved_quantity + taken.quantity
       from (select product_id, sum(quantity)::int as quantity from line group by product_id) taken
       where products.id = taken.product_id)
     insert into reservation_items (reservation_id, product_id, quantity, unit_price)
     select reservation_id, product_id, quantity, unit_price from line`,
    [
      lines.map((line) => line.reservationId),
      lines.map((line) => line.productId),
      lines.map((line) => line.quantity),
      lines.map((line) => products.get(line.productId)!.price),
    ],
  );
}

function existing(reservation: HeldReservation): LedgerHold {
  return reservation.status === 'held' || reservation.status === 'committed'
    ? { outcome: 'held', reservation }
    : { outcome: 'ended', status: reservation.status };
}
