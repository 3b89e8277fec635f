/**
 * Makes reservations in PostgreSQL, many per transaction: shoppers who want the same product at the same moment share one lock of its row
 * and one commit, instead of waiting for each other. Each request gets all its lines or none, in order of arrival.
 *
 * A granted reservation replaces the shopper's earlier one, unless an order is awaiting payment on that. Units of the earlier reservation
 * count as available to its shopper.
 */
import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { ExceededLimit, ReservationLimits } from '../../domain/reservation-limits.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { StockLine } from '../../infra/redis/stock-counters.ts';
import { type OpenReservation, OpenReservations, type Wanted } from './open-reservations.ts';
import { type ReservedLine, type ReservedStock, readReservation } from './stock-ledger.ts';

export interface ShortLine {
  productId: string;
  name: string;
  requested: number;
  available: number;
}

export interface LineCurrency {
  productId: string;
  currency: string;
}

/** The result of a request. If it was not granted, `open` lists the reservations that the shopper keeps. */
export type LedgerReservation =
  | { outcome: 'reserved'; reservation: ReservedStock }
  /** The shopper keeps the earlier reservation `reservationId`. */
  | { outcome: 'existing'; reservationId: string; open: OpenReservation[] }
  | { outcome: 'short'; lines: ShortLine[]; open: OpenReservation[] }
  /** The products have different currencies, but an order can have only one. */
  | { outcome: 'mixed_currencies'; lines: LineCurrency[]; open: OpenReservation[] }
  | { outcome: 'limited'; exceeded: ExceededLimit; open: OpenReservation[] }
  | { outcome: 'ended'; status: ReservationStatus };

export interface ReservationRequest extends Wanted {
  cartId: string | null;
  reservationSeconds: number;
}

interface Granted {
  request: ReservationRequest;
  reservation: ReservedStock;
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

/** Makes the reservations; one that already exists is returned unchanged. @returns the result of each request, in order */
export async function reserveInLedger(
  db: Database,
  requests: readonly ReservationRequest[],
  limits: ReservationLimits,
): Promise<LedgerReservation[]> {
  return db.transaction(async (sql) => {
    const open = await OpenReservations.lock(sql, requests);
    const newRequests = requests.filter((request) => !open.known.has(request.reservationId));
    const products = newRequests.length > 0 ? await lockProducts(sql, [...newRequests, ...open.all()]) : new Map();
    const answers = new Map<string, LedgerReservation>();
    const granted: Granted[] = [];
    const replaced: OpenReservation[] = [];
    for (const request of newRequests) {
      // A request that occurs twice in one batch is one reservation.
      if (answers.has(request.reservationId)) continue;
      const answer = decide(request, open, products, limits);
      answers.set(request.reservationId, answer);
      if (answer.outcome !== 'reserved') continue;
      const before = open.replace(request, answer.reservation.expiresAt);
      answer.reservation.replaces.push(...before.map((each) => each.id));
      granted.push({ request, reservation: answer.reservation });
      replaced.push(...before);
    }
    await saveReservations(sql, granted, replaced, products);
    for (const { reservationId } of requests) {
      if (!answers.has(reservationId))
        answers.set(reservationId, existing((await readReservation(sql, reservationId))!));
    }
    return requests.map((request) => answers.get(request.reservationId)!);
  });
}

/** Decides one request. A refusal changes nothing, including the shopper's earlier reservations. */
function decide(
  request: ReservationRequest,
  reservations: OpenReservations,
  products: ReadonlyMap<string, ProductRow>,
  limits: ReservationLimits,
): LedgerReservation {
  const open = reservations.of(request.owners);
  const same = reservations.sameFor(request);
  if (same) return { outcome: 'existing', reservationId: same.id, open };
  const exceeded = reservations.exceededBy(request, limits);
  if (exceeded) return { outcome: 'limited', exceeded, open };
  const lines = currenciesOf(request, products);
  if (new Set(lines.map(({ currency }) => currency)).size > 1) return { outcome: 'mixed_currencies', lines, open };
  const own = open.flatMap((each) => each.lines);
  makeAvailable(products, own, 1);
  const answer = grant(request, products);
  if (answer.outcome === 'reserved') return answer;
  makeAvailable(products, own, -1);
  return { ...answer, open };
}

function currenciesOf({ lines }: ReservationRequest, products: ReadonlyMap<string, ProductRow>): LineCurrency[] {
  return lines.flatMap(({ productId }) => {
    const product = products.get(productId);
    return product ? [{ productId, currency: product.currency }] : [];
  });
}

function makeAvailable(products: ReadonlyMap<string, ProductRow>, lines: readonly StockLine[], sign: 1 | -1): void {
  for (const { productId, quantity } of lines) {
    const product = products.get(productId);
    if (product) product.available += sign * quantity;
  }
}

/** Locks every product whose reserved units may change. @returns those that are not deleted */
async function lockProducts(
  sql: Sql,
  reservations: readonly { lines: readonly StockLine[] }[],
): Promise<Map<string, ProductRow>> {
  const ids = new Set(reservations.flatMap(({ lines }) => lines.map((line) => line.productId)));
  const rows = await sql.rows<ProductRow & { deleted: boolean }>(
    `select id, sku, name, image_url, price, currency, stock_quantity - reserved_quantity as available, deleted_at is not null as deleted
     from products where id = any($1::uuid[]) order by id for no key update`,
    [[...ids]],
  );
  return new Map(rows.filter((row) => !row.deleted).map((row) => [row.id, row]));
}

/** Grants all lines, subtracting them from the available units in `products`, or none. The reservation's time starts now. */
function grant(
  request: ReservationRequest,
  products: ReadonlyMap<string, ProductRow>,
): { outcome: 'reserved'; reservation: ReservedStock } | { outcome: 'short'; lines: ShortLine[] } {
  const reserved: ReservedLine[] = [];
  const short: ShortLine[] = [];
  for (const { productId, quantity } of request.lines) {
    const product = products.get(productId);
    // A deleted product can't be bought, so none is available.
    const available = Math.max(0, product?.available ?? 0);
    if (!product || available < quantity) {
      short.push({
        productId,
        name: product?.name ?? 'Discontinued product',
        requested: quantity,
        available,
      });
      continue;
    }
    reserved.push({
      productId,
      quantity,
      sku: product.sku,
      name: product.name,
      imageUrl: product.image_url,
      unitPriceCents: fromDecimal(product.price, product.currency),
    });
  }
  if (short.length > 0) return { outcome: 'short', lines: short };
  for (const line of reserved) products.get(line.productId)!.available -= line.quantity;
  const { reservationId, lines } = request;
  const expiresAt = new Date(Date.now() + request.reservationSeconds * 1000);
  const reservation: ReservedStock = {
    id: reservationId,
    status: 'reserved',
    currency: products.get(lines[0]!.productId)!.currency,
    expiresAt,
    lines: reserved,
    replaces: [],
  };
  return { outcome: 'reserved', reservation };
}

async function saveReservations(
  sql: Sql,
  granted: readonly Granted[],
  replaced: readonly OpenReservation[],
  products: ReadonlyMap<string, ProductRow>,
): Promise<void> {
  if (granted.length === 0) return;
  const replacedIds = new Set(replaced.map((each) => each.id));
  // Release these first, because a shopper may have one open reservation and PostgreSQL checks each new row at once.
  if (replacedIds.size > 0) {
    await sql.run(`update reservations set status = 'released', updated_at = now() where id = any($1::uuid[])`, [
      [...replacedIds],
    ]);
  }
  const taken = new Map<string, number>();
  const count = ({ productId, quantity }: StockLine, sign: 1 | -1) =>
    taken.set(productId, (taken.get(productId) ?? 0) + sign * quantity);
  for (const { request } of granted) for (const line of request.lines) count(line, 1);
  for (const { lines } of replaced) for (const line of lines) count(line, -1);
  const moved = [...taken].filter(([, quantity]) => quantity !== 0);
  const lines = granted.flatMap(({ request, reservation }) =>
    request.lines.map((line) => ({ ...line, reservationId: reservation.id })),
  );
  await sql.run(
    `with request as (
       insert into reservations (id, owner, cart_id, address_hash, status, currency, expires_at, replaces)
       select id, owner, cart_id, address_hash, status, currency, expires_at, replaces::uuid[]
       from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::text[])
         request (id, owner, cart_id, address_hash, status, currency, expires_at, replaces)),
     moved as (
       update products set reserved_quantity = reserved_quantity + taken.quantity
       from unnest($9::uuid[], $10::int[]) taken (product_id, quantity)
       where products.id = taken.product_id)
     insert into reservation_items (reservation_id, product_id, quantity, unit_price)
     select * from unnest($11::uuid[], $12::uuid[], $13::int[], $14::numeric[]) line`,
    [
      granted.map(({ reservation }) => reservation.id),
      granted.map(({ request }) => request.owners[0]),
      granted.map(({ request }) => request.cartId),
      granted.map(({ request }) => request.addressHash),
      // A reservation that a later request of the same batch replaces is inserted as released.
      granted.map(({ reservation }) => (replacedIds.has(reservation.id) ? 'released' : 'reserved')),
      granted.map(({ reservation }) => reservation.currency),
      granted.map(({ reservation }) => reservation.expiresAt.toISOString()),
      granted.map(({ reservation }) => `{${reservation.replaces.join()}}`),
      moved.map(([productId]) => productId),
      moved.map(([, quantity]) => quantity),
      lines.map((line) => line.reservationId),
      lines.map((line) => line.productId),
      lines.map((line) => line.quantity),
      lines.map((line) => products.get(line.productId)!.price),
    ],
  );
}

function existing(reservation: ReservedStock): LedgerReservation {
  return reservation.status === 'reserved' || reservation.status === 'committed'
    ? { outcome: 'reserved', reservation }
    : { outcome: 'ended', status: reservation.status };
}
