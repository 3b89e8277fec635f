/** Holds for shoppers: validated here, taken by the reservation's workflow. */
import { randomUUID } from 'node:crypto';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import { DomainError } from '../../domain/errors.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { fromDecimal, lineTotalCents, sumCents, toDecimal } from '../../domain/money.ts';
import type { ReservationStatus } from '../../domain/order-state.ts';
import type { Services } from '../../infra/services.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import {
  type HoldInput,
  type HoldResult,
  holdUpdate,
  releaseUpdate,
  reservationWorkflowId,
} from '../../workflows/reservation/messages.ts';
import type { Reservation, ShortLine } from '../contracts/reservations.ts';
import { answerDeadline, callWorkflow } from '../temporal-call.ts';
import { currencyOfLines } from './line-currency.ts';

export interface HoldRequest {
  owner: string;
  cartId: string | null;
  idempotencyKey?: string;
  lines: { productId: string; quantity: number }[];
}

type ReservationDependencies = Pick<Services, 'temporal' | 'gate' | 'db' | 'settings'>;

export class Reservations {
  readonly #deps: ReservationDependencies;

  constructor(deps: ReservationDependencies) {
    this.#deps = deps;
  }

  /**
   * Holds all lines or none.
   * @throws DomainError out_of_stock with the lines that fall short; stock_unavailable while the gate is rebuilt;
   *   idempotency_key_reused
   */
  async hold(request: HoldRequest): Promise<Reservation> {
    const reservationId = request.idempotencyKey
      ? uuidFrom(ID_NAMESPACES.reservation, `${request.owner}:${request.idempotencyKey}`)
      : randomUUID();
    const lines = [...request.lines].sort((a, b) => (a.productId < b.productId ? -1 : 1));
    await this.#turnAwayAtGate(reservationId, lines);

    const { CURRENCY, HOLD_SECONDS, HOLD_GRACE_SECONDS } = this.#deps.settings;
    const result = await this.#startHold({
      reservationId,
      owner: request.owner,
      cartId: request.cartId,
      currency: await currencyOfLines(this.#deps.db, lines, CURRENCY),
      holdSeconds: HOLD_SECONDS,
      graceSeconds: HOLD_GRACE_SECONDS,
      lines,
    });
    if (JSON.stringify(result.requested) !== JSON.stringify(lines)) {
      throw new DomainError('idempotency_key_reused', 'Use a new Idempotency-Key for another hold.');
    }
    if (result.outcome === 'out_of_stock') throw outOfStock(result.lines);
    if (result.outcome === 'ended') throw new DomainError('reservation_ended', 'This hold has ended; take a new one.');
    return toReservation(reservationId, result);
  }

  /** A sold-out rush ends here, at Redis, before a workflow is started; a hold that was taken before passes. */
  async #turnAwayAtGate(reservationId: string, lines: HoldRequest['lines']): Promise<void> {
    const { gate, db } = this.#deps;
    const short = await gate.shortLines(lines).catch(() => undefined);
    if (short === undefined) throw new DomainError('stock_unavailable', 'Try again in a moment.', { retryable: true });
    if (short.length === 0 || (await gate.knows(reservationId))) return;
    const names = await db.rows<{ id: string; name: string }>(
      'select id, name from products where id = any($1::uuid[])',
      [short.map((line) => line.productId)],
    );
    const nameById = new Map(names.map((row) => [row.id, row.name]));
    throw outOfStock(
      short.map((line) => ({
        productId: line.productId,
        name: nameById.get(line.productId) ?? 'A product that is no longer sold',
        requested: lines.find((wanted) => wanted.productId === line.productId)!.quantity,
        available: line.available,
      })),
    );
  }

  async #startHold(input: HoldInput): Promise<HoldResult> {
    return callWorkflow(() => startReservation(this.#deps.temporal, input));
  }

  /**
   * Gives a hold back before its time; one that has ended is left as it is.
   * @throws DomainError not_found; conflict when an order stands on it
   */
  async release(reservationId: string, owners: readonly string[], requestedBy: string): Promise<void> {
    const reservation = await this.find(reservationId, owners);
    if (reservation.status !== 'held') return;
    const { temporal } = this.#deps;
    const handle = temporal.workflow.getHandle(reservationWorkflowId(reservationId));
    const ended = await callWorkflow(() =>
      temporal.withDeadline(answerDeadline(), () =>
        handle.executeUpdate(releaseUpdate, { args: [{ requestedBy }], updateId: 'release' }),
      ),
    );
    if (ended === 'checkout_pending') {
      throw new DomainError('conflict', 'An order waits for its payment on this hold; cancel the order instead.', {
        details: { order_id: reservation.order_id },
      });
    }
  }

  /** @throws DomainError not_found also when it is another shopper's */
  async find(reservationId: string, owners: readonly string[]): Promise<Reservation> {
    const { db } = this.#deps;
    const row = await db.row<ReservationRow>(
      `select r.id, r.status, r.currency, r.expires_at, o.id as order_id,
         (select jsonb_agg(jsonb_build_object('productId', item.product_id, 'quantity', item.quantity, 'price', item.unit_price::text,
            'sku', p.sku, 'name', p.name, 'imageUrl', p.image_url) order by item.product_id)
          from reservation_items item join products p on p.id = item.product_id where item.reservation_id = r.id) as lines
       from reservations r left join orders o on o.reservation_id = r.id where r.id = $1 and r.owner = any($2)`,
      [reservationId, owners],
    );
    if (!row) throw new DomainError('not_found', 'There is no such reservation.');
    return present({
      id: row.id,
      status: row.status,
      orderId: row.order_id,
      currency: row.currency,
      expiresAt: row.expires_at.toISOString(),
      lines: (row.lines ?? []).map(({ price, ...line }) => ({
        ...line,
        unitPriceCents: fromDecimal(price, row.currency),
      })),
    });
  }
}

function startReservation(temporal: Client, input: HoldInput): Promise<HoldResult> {
  return temporal.withDeadline(answerDeadline(), () =>
    temporal.workflow.executeUpdateWithStart(holdUpdate, {
      args: [input],
      updateId: 'hold',
      startWorkflowOperation: new WithStartWorkflowOperation('reservation', {
        workflowId: reservationWorkflowId(input.reservationId),
        taskQueue: 'checkout',
        args: [{ reservationId: input.reservationId }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        staticSummary: `Hold of ${input.lines.length === 1 ? 'one product' : `${input.lines.length} products`}`,
      }),
    }),
  );
}

interface ReservationRow {
  id: string;
  status: ReservationStatus;
  currency: string;
  expires_at: Date;
  order_id: string | null;
  lines: { productId: string; quantity: number; price: string; sku: string; name: string; imageUrl: string }[] | null;
}

function outOfStock(lines: { productId: string; name: string; requested: number; available: number }[]): DomainError {
  return new DomainError('out_of_stock', 'Some items are not there in the quantity asked for; nothing was held.', {
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
  });
}

function toReservation(id: string, held: Extract<HoldResult, { outcome: 'held' }>): Reservation {
  return present({ id, status: 'held', orderId: null, ...held });
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
