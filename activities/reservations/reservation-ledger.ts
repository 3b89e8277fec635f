/**
 * Makes reservations in PostgreSQL, many per transaction: shoppers who want the same product at the same moment share one lock of its row
 * and one commit, instead of waiting for each other. Each request gets all its lines or none, in order of arrival.
 *
 * A granted reservation replaces the shopper's earlier one, unless an order is awaiting payment on that. Units of the earlier reservation
 * count as available to its shopper.
 */
import { sql as part, type QueryCreator } from 'kysely';
import { fromDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { ExceededLimit, ReservationLimits } from '../../domain/reservation-limits.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Row, Tables } from '../../infra/postgres/entities/index.ts';
import { anyOf, now, rowsOf } from '../../infra/postgres/statement-parts.ts';
import type { StockLine } from '../../infra/redis/stock-counters.ts';
import { type OpenReservation, OpenReservations, type Wanted } from './open-reservations.ts';
import { type ReservedLine, type ReservedStock, readReservation, selectAvailable } from './stock-ledger.ts';

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

type ProductRow = Pick<Row<'products'>, 'id' | 'sku' | 'name' | 'image_url' | 'price' | 'currency'> & {
  available: number;
};

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
  const rows = await sql.rows(
    selectAvailable(sql)
      .select(['sku', 'name', 'image_url', 'price', 'currency', 'deleted_at'])
      .where('id', '=', anyOf([...ids]))
      .orderBy('id')
      .forNoKeyUpdate(),
  );
  return new Map(rows.filter((row) => !row.deleted_at).map((row) => [row.id, row]));
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
    await sql.run(
      sql.query
        .updateTable('reservations')
        .set({ status: 'released', updated_at: now })
        .where('id', '=', anyOf([...replacedIds])),
    );
  }
  const rows = granted.map(({ request, reservation }) => ({
    id: reservation.id,
    owner: request.owners[0]!,
    cart_id: request.cartId,
    address_hash: request.addressHash,
    // A reservation that a later request of the same batch replaces is inserted as released.
    status: replacedIds.has(reservation.id) ? ('released' as const) : ('reserved' as const),
    currency: reservation.currency,
    expires_at: reservation.expiresAt,
    replaces: `{${reservation.replaces.join()}}`,
  }));
  const lines = granted.flatMap(({ request, reservation }) =>
    request.lines.map(({ productId, quantity }) => ({
      reservation_id: reservation.id,
      product_id: productId,
      quantity,
      unit_price: products.get(productId)!.price,
    })),
  );
  await sql.run(
    sql.query
      .with('request', (request) => insertReservations(request, rows))
      .with('moved', (moved) =>
        moved
          .updateTable('products')
          .from(rowsOf('taken', { product_id: 'uuid', quantity: 'integer' }, takenUnits(granted, replaced)))
          .set((to) => ({ reserved_quantity: to('products.reserved_quantity', '+', to.ref('taken.quantity')) }))
          .whereRef('products.id', '=', 'taken.product_id'),
      )
      .insertInto('reservation_items')
      .columns(LINE_COLUMNS)
      .expression((insert) => insert.selectFrom(rowsOf('line', LINE_TYPES, lines)).select(LINE_COLUMNS)),
  );
}

const LINE_COLUMNS = ['reservation_id', 'product_id', 'quantity', 'unit_price'] as const;
const LINE_TYPES = { reservation_id: 'uuid', product_id: 'uuid', quantity: 'integer', unit_price: 'numeric' } as const;

/** @param rows `replaces` is an array's text, since PostgreSQL has no arrays of arrays that differ in length */
function insertReservations(
  sql: QueryCreator<Tables>,
  rows: readonly (Pick<
    Row<'reservations'>,
    'id' | 'owner' | 'cart_id' | 'address_hash' | 'status' | 'currency' | 'expires_at'
  > & { replaces: string })[],
) {
  const columns = ['id', 'owner', 'cart_id', 'address_hash', 'status', 'currency', 'expires_at'] as const;
  const types = {
    id: 'uuid',
    owner: 'text',
    cart_id: 'uuid',
    address_hash: 'text',
    status: 'text',
    currency: 'text',
    expires_at: 'timestamptz',
    replaces: 'text',
  } as const;
  return sql
    .insertInto('reservations')
    .columns([...columns, 'replaces'])
    .expression((insert) =>
      insert
        .selectFrom(rowsOf('given', types, rows))
        .select(columns)
        .select((given) => given.cast<string[]>('replaces', part`uuid[]`).as('replaces')),
    );
}

/** Units that the granted reservations take from each product, minus those of the reservations that they replace. */
function takenUnits(
  granted: readonly Granted[],
  replaced: readonly OpenReservation[],
): { product_id: string; quantity: number }[] {
  const taken = new Map<string, number>();
  const count = ({ productId, quantity }: StockLine, sign: 1 | -1) =>
    taken.set(productId, (taken.get(productId) ?? 0) + sign * quantity);
  for (const { request } of granted) for (const line of request.lines) count(line, 1);
  for (const { lines } of replaced) for (const line of lines) count(line, -1);
  return [...taken]
    .filter(([, quantity]) => quantity !== 0)
    .map(([product_id, quantity]) => ({ product_id, quantity }));
}

function existing(reservation: ReservedStock): LedgerReservation {
  return reservation.status === 'reserved' || reservation.status === 'committed'
    ? { outcome: 'reserved', reservation }
    : { outcome: 'ended', status: reservation.status };
}
