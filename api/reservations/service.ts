/** Reservations for shoppers: validated here, created by the reservation's workflow. */
import { randomUUID } from 'node:crypto';
import { DomainError } from '../../domain/errors.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import { addressHash } from '../../infra/address-hash.ts';
import { haveEnough, listOwnReservations } from '../../infra/postgres/own-reservations.ts';
import { selectReservations } from '../../infra/postgres/reservations.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import type { StockLine } from '../../infra/redis/stock-counters.ts';
import type { Services } from '../../infra/services.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import {
  type ReservationResult,
  releaseUpdate,
  reservationWorkflowId,
  reserveUpdate,
  type StockRequest,
} from '../../workflows/reservation/messages.ts';
import { reservationStart } from '../../workflows/reservation/start.ts';
import type { Reservation, ShortLine } from '../contracts/reservations.ts';
import { answerDeadline, callWorkflow, updateWithStart } from '../temporal-call.ts';

export interface ReservationRequest {
  /** The shopper's owner names, the account's first. */
  owners: string[];
  address: string;
  cartId: string | null;
  idempotencyKey?: string;
  lines: { productId: string; quantity: number }[];
}

type ReservationDependencies = Pick<Services, 'temporal' | 'stockCounters' | 'db' | 'settings'>;

export class Reservations {
  readonly #deps: ReservationDependencies;

  constructor(deps: ReservationDependencies) {
    this.#deps = deps;
  }

  /**
   * Reserves all lines or none, replacing the shopper's earlier reservation. If that has an order awaiting payment, or the same lines, it is
   * returned instead.
   * @returns `isNew`: false for an earlier reservation
   * @throws DomainError out_of_stock with the insufficient lines; reservation_limit; currency_mismatch; reservation_ended when the key's
   *   reservation has ended; stock_unavailable while the stock counters are rebuilding; idempotency_key_reused
   */
  async reserve(request: ReservationRequest): Promise<{ reservation: Reservation; isNew: boolean }> {
    const { owners, cartId, address } = request;
    const reservationId = request.idempotencyKey
      ? uuidFrom(ID_NAMESPACES.reservation, `${owners[0]}:${request.idempotencyKey}`)
      : randomUUID();
    const lines = [...request.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1));
    const seen = await this.#checkStockCounters(reservationId, lines, owners);
    if (seen.unpaid) return { reservation: seen.unpaid, isNew: false };

    const { RESERVATION_SECONDS, RESERVATION_GRACE_SECONDS, PAYMENT_SETTLE_SECONDS, JWT_SECRET } = this.#deps.settings;
    const result = await this.#startReservation({
      reservationId,
      owners,
      cartId,
      addressHash: addressHash(JWT_SECRET, address),
      reservationSeconds: RESERVATION_SECONDS,
      graceSeconds: RESERVATION_GRACE_SECONDS,
      settleSeconds: PAYMENT_SETTLE_SECONDS,
      lines,
    });
    if (JSON.stringify(result.requested) !== JSON.stringify(lines)) {
      throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for a different reservation.');
    }
    switch (result.outcome) {
      case 'out_of_stock':
        throw outOfStock(result.lines);
      case 'mixed_currencies':
        throw mixedCurrencies(result.lines);
      case 'limited':
        throw new DomainError('reservation_limit', result.message, {
          details: { limit: result.limit, max: result.max },
        });
      case 'ended':
        throw reservationEnded();
      case 'existing':
        return { reservation: await this.#findOpen(result.reservationId, owners), isNew: false };
      case 'reserved': {
        // A repeated request gets the first one's response, so the current state is read from PostgreSQL.
        const isRepeated = seen.known || Date.parse(result.expiresAt) <= Date.now();
        const reservation = isRepeated
          ? await this.#findOpen(reservationId, owners)
          : toReservation(reservationId, result);
        return { reservation, isNew: true };
      }
    }
  }

  async #findOpen(reservationId: string, owners: readonly string[]): Promise<Reservation> {
    const reservation = await this.find(reservationId, owners);
    if (reservation.status === 'released' || reservation.status === 'expired') throw reservationEnded();
    return reservation;
  }

  /**
   * Rejects requests for sold-out products based on the stock counters in Redis, before a workflow is started. A repeated request passes.
   * @returns whether the stock counters already had the reservation, and the shopper's reservation whose order awaits payment, if stock is
   *   insufficient
   */
  async #checkStockCounters(
    reservationId: string,
    lines: ReservationRequest['lines'],
    owners: readonly string[],
  ): Promise<{ known: boolean; unpaid?: Reservation }> {
    const { stockCounters, db } = this.#deps;
    const seen = await stockCounters.look(reservationId, lines, owners).catch(() => undefined);
    if (seen === undefined) throw new DomainError('stock_unavailable', 'Try again in a moment.', { retryable: true });
    const { short, known, hasOwn } = seen;
    if (short.length === 0 || known) return { known };
    const own = hasOwn ? await listOwnReservations(db, owners) : [];
    const unpaid = own.find(({ hasOrder }) => hasOrder);
    if (unpaid) return { known, unpaid: await this.find(unpaid.id, owners) };
    const isShort = ({ productId }: StockLine) => short.some((line) => line.productId === productId);
    if (haveEnough(own, lines.filter(isShort))) return { known };
    const names = await db.rows(
      db.query
        .selectFrom('products')
        .select(['id', 'name'])
        .where('id', '=', anyOf(short.map((line) => line.productId))),
    );
    const nameById = new Map(names.map((row) => [row.id, row.name]));
    throw outOfStock(
      short.map((line) => ({
        productId: line.productId,
        name: nameById.get(line.productId) ?? 'Discontinued product',
        requested: lines.find((wanted) => wanted.productId === line.productId)!.quantity,
        available: line.available,
      })),
    );
  }

  async #startReservation(input: StockRequest): Promise<ReservationResult> {
    return updateWithStart(this.#deps.temporal, reservationStart(input), reserveUpdate, input, 'reserve');
  }

  /**
   * Releases a reservation before it expires; one that has ended stays unchanged.
   * @throws DomainError not_found; conflict when it has an order awaiting payment
   */
  async release(reservationId: string, owners: readonly string[]): Promise<void> {
    const reservation = await this.find(reservationId, owners);
    if (reservation.status !== 'reserved') return;
    const { temporal } = this.#deps;
    const handle = temporal.workflow.getHandle(reservationWorkflowId(reservationId));
    const ended = await callWorkflow(() =>
      temporal.withDeadline(answerDeadline(), () => handle.executeUpdate(releaseUpdate, { updateId: 'release' })),
    );
    if (ended === 'checkout_pending') {
      throw new DomainError(
        'conflict',
        'An order from this reservation is awaiting payment. Cancel the order instead.',
        {
          details: { order_id: reservation.order_id },
        },
      );
    }
  }

  /** @throws DomainError not_found, also for another shopper's reservation */
  async find(reservationId: string, owners: readonly string[]): Promise<Reservation> {
    const { db } = this.#deps;
    const row = await db.row(
      selectReservations(db)
        .leftJoin('orders', 'orders.reservation_id', 'reservations.id')
        .select('orders.id as order_id')
        .where('reservations.id', '=', reservationId)
        .where('reservations.owner', '=', anyOf(owners)),
    );
    if (!row) throw new DomainError('not_found', 'Reservation not found.');
    return present({
      id: row.id,
      status: row.status,
      orderId: row.order_id,
      currency: row.currency,
      expiresAt: row.expires_at.toISOString(),
      lines: row.items.map((item) => ({
        productId: item.product_id,
        sku: item.sku,
        name: item.name,
        imageUrl: item.image_url,
        quantity: item.quantity,
        unitPriceCents: fromDecimal(item.unit_price, row.currency),
      })),
    });
  }
}

const reservationEnded = () =>
  new DomainError(
    'reservation_ended',
    'This reservation has ended. Reserve the items again with a new Idempotency-Key.',
  );

function mixedCurrencies(lines: { productId: string; currency: string }[]): DomainError {
  const currencies = [...new Set(lines.map(({ currency }) => currency))].sort();
  const names = currencies.map((currency) => currency.toUpperCase()).join(' and ');
  return new DomainError(
    'currency_mismatch',
    `These products are sold in ${names}. Order products of one currency at a time.`,
    { details: { currencies, lines: lines.map(({ productId, currency }) => ({ product_id: productId, currency })) } },
  );
}

function outOfStock(lines: { productId: string; name: string; requested: number; available: number }[]): DomainError {
  return new DomainError(
    'out_of_stock',
    'Some items are not available in the requested quantity. Nothing was reserved.',
    {
      details: {
        lines: lines.map(
          (line): ShortLine => ({
            product_id: line.productId,
            name: line.name,
            requested: line.requested,
            available: line.available,
          }),
        ),
      },
    },
  );
}

function toReservation(id: string, reserved: Extract<ReservationResult, { outcome: 'reserved' }>): Reservation {
  return present({ id, status: 'reserved', orderId: null, ...reserved });
}

function present(input: {
  id: string;
  status: ReservationStatus;
  orderId: string | null;
  currency: string;
  expiresAt: string;
  lines: { productId: string; sku: string; name: string; imageUrl: string; quantity: number; unitPriceCents: number }[];
}): Reservation {
  const totals = input.lines.map((line) => lineTotalCents(line.unitPriceCents, line.quantity));
  return {
    id: input.id,
    status: input.status,
    items: input.lines.map((line, index) => ({
      product_id: line.productId,
      sku: line.sku,
      name: line.name,
      quantity: line.quantity,
      price: toDecimal(line.unitPriceCents, input.currency),
      line_total: toDecimal(totals[index]!, input.currency),
      image_url: line.imageUrl,
    })),
    total: toDecimal(sumCents(totals), input.currency),
    currency: input.currency,
    order_id: input.orderId,
    expires_at: input.expiresAt,
  };
}
