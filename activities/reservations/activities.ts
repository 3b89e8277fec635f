import { limitMessage, type ReservationLimits } from '../../domain/reservation-limits.ts';
import { Batcher } from '../../infra/batcher.ts';
import type { Settings } from '../../infra/config.ts';
import { haveEnough, listOwnReservations } from '../../infra/postgres/own-reservations.ts';
import { readReservation } from '../../infra/postgres/reservations.ts';
import { anyOf } from '../../infra/postgres/statement-parts.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';
import {
  type ReservationResult,
  reservationChangedSignal,
  reservationWorkflowId,
  type StockRequest,
} from '../../workflows/reservation/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { signalOrder } from '../orders/signal-order.ts';
import { countersClosed, endInCounters } from './end-in-counters.ts';
import { type Ended, type EndRequest, endInLedger } from './end-ledger.ts';
import {
  type ExtendedReservation,
  type ExtendReservationRequest,
  extendReservation as extendInLedger,
} from './extend-reservation.ts';
import { type LedgerReservation, type ReservationRequest, reserveInLedger } from './reservation-ledger.ts';
import { ensureStockCounters } from './stock-counters-rebuild.ts';
import type { ReservedStock } from './stock-ledger.ts';

/** Requests that arrive while one batch commits form the next, so that a rush for one product shares its row's lock. */
const BATCHES = { maxSize: 100, maxInFlight: 2 };

export function createInventoryActivities({
  db,
  stockCounters,
  log,
  settings,
  temporal,
}: Pick<ActivityDependencies, 'db' | 'stockCounters' | 'log' | 'settings' | 'temporal'>) {
  const limits = limitsOf(settings);
  const reservations = new Batcher<ReservationRequest, LedgerReservation>(
    (requests) => reserveInLedger(db, requests, limits),
    BATCHES,
  );
  const ends = new Batcher<EndRequest, Ended>((requests) => endInLedger(db, requests, settings), BATCHES);

  /**
   * Reserves all lines or none, first in the stock counters, then in the ledger. It replaces the shopper's earlier reservation.
   * Safe to retry: both recognize the reservation by its ID, and a refusal by the ledger undoes the stock counters.
   * @throws DomainError stock_unavailable while the stock counters are being rebuilt
   */
  async function reserveStock(request: StockRequest): Promise<ReservationResult> {
    const { reservationId, owners, lines } = request;
    const inCounters = await stockCounters.reserve(reservationId, lines, owners);
    if (inCounters.outcome === 'closed') {
      await ensureStockCounters(db, stockCounters, log);
      throw countersClosed();
    }
    if (inCounters.outcome === 'ended') return { outcome: 'ended', requested: lines };
    if (inCounters.outcome === 'short') {
      // After a rebuild of the stock counters, or beside another request of the same shopper, the shopper's own units can count as taken, so
      // the ledger decides.
      const own = await listOwnReservations(db, owners);
      const short = lines.filter((line) => (inCounters.available.get(line.productId) ?? 0) < line.quantity);
      if (!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short))
        return outOfStockResult(request, short, inCounters.available);
    }

    const inLedger = await reservations.add(request);
    if (inLedger.outcome === 'ended') {
      await endInCounters(stockCounters, reservationId, 'released');
      return { outcome: 'ended', requested: lines };
    }
    if (inLedger.outcome !== 'reserved') {
      await endInCounters(stockCounters, reservationId, 'refused');
      for (const open of inLedger.open) await confirmInCounters(open.id, open.lines, { owner: open.owner });
      return refusal(request, inLedger);
    }
    const { reservation } = inLedger;
    await confirmInCounters(reservationId, lines, { owner: owners[0]!, replaces: reservation.replaces });
    for (const id of reservation.replaces) await notifyReservation(id);
    return reservedResult(request, reservation);
  }

  async function confirmInCounters(...reservation: Parameters<StockCounters['confirm']>): Promise<void> {
    if (!(await stockCounters.confirm(...reservation))) throw countersClosed();
  }

  /** Best effort: a workflow that misses the signal reads the outcome from the ledger when its reservation expires. */
  async function notifyReservation(reservationId: string): Promise<void> {
    await temporal.workflow
      .getHandle(reservationWorkflowId(reservationId))
      .signal(reservationChangedSignal)
      .catch((error: unknown) =>
        log.warn({ err: error, reservationId }, 'the reservation workflow could not be signaled'),
      );
  }

  async function outOfStockResult(
    request: StockRequest,
    short: StockRequest['lines'],
    available: Map<string, number>,
  ): Promise<ReservationResult> {
    const ids = short.map((line) => line.productId);
    const names = await db.rows(db.query.selectFrom('products').select(['id', 'name']).where('id', '=', anyOf(ids)));
    const nameById = new Map(names.map((row) => [row.id, row.name]));
    return {
      outcome: 'out_of_stock',
      requested: request.lines,
      lines: short.map((line) => ({
        productId: line.productId,
        name: nameById.get(line.productId) ?? 'Discontinued product',
        requested: line.quantity,
        available: available.get(line.productId) ?? 0,
      })),
    };
  }

  async function end(request: EndRequest): Promise<Ended> {
    const status = await ends.add(request);
    if (status !== 'checkout_pending' && status !== 'not_due') {
      await endInCounters(stockCounters, request.reservationId, status === 'committed' ? 'committed' : 'released');
    }
    return status;
  }

  /**
   * Ends an overdue reservation; one whose payment may be in flight is kept for longer (`reservation-end.ts`).
   * Safe to retry: the transition in the ledger is conditional, and the stock counters recognize the reservation by its ID.
   */
  const endReservation = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'expired' });

  /** Releases a reservation early, unless it has an open order. Safe to retry, like `endReservation`. */
  const releaseReservation = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'released' });

  /** Reads when a reservation expires, and whether it was extended; null when it has ended. */
  async function loadReservation({
    reservationId,
  }: {
    reservationId: string;
  }): Promise<{ expiresAt: string; isExtended: boolean } | null> {
    const reservation = await readReservation(db, reservationId);
    if (reservation?.status !== 'reserved') return null;
    return { expiresAt: reservation.expires_at.toISOString(), isExtended: reservation.extended_at !== null };
  }

  /** Extends a reservation once. Safe to retry: the same request returns the same result. */
  async function extendReservation(request: ExtendReservationRequest): Promise<ExtendedReservation> {
    const extended = await extendInLedger(db, request);
    if (extended.outcome !== 'extended') return extended;
    if (extended.orderId) await signalOrder({ db, temporal, log, settings }, extended.orderId);
    // A workflow that misses its signal reads the new time from the ledger when the old time has passed.
    await notifyReservation(request.reservationId);
    return extended;
  }

  return { reserveStock, endReservation, releaseReservation, loadReservation, extendReservation };
}

function limitsOf(settings: Settings): ReservationLimits {
  return {
    maxUnitsPerOwner: settings.RESERVATION_MAX_UNITS_PER_OWNER,
    maxUnitsPerGuest: settings.RESERVATION_MAX_UNITS_PER_GUEST,
    maxOpenPerAddress: settings.RESERVATION_MAX_OPEN_PER_ADDRESS,
    maxUnitsPerAddress: settings.RESERVATION_MAX_UNITS_PER_ADDRESS,
  };
}

function refusal(
  { lines: requested }: StockRequest,
  refused: Exclude<LedgerReservation, { outcome: 'reserved' | 'ended' }>,
): ReservationResult {
  switch (refused.outcome) {
    case 'existing':
      return { outcome: 'existing', requested, reservationId: refused.reservationId };
    case 'short':
      return { outcome: 'out_of_stock', requested, lines: refused.lines };
    case 'mixed_currencies':
      return { outcome: 'mixed_currencies', requested, lines: refused.lines };
    case 'limited':
      return { outcome: 'limited', requested, ...refused.exceeded, message: limitMessage(refused.exceeded) };
  }
}

function reservedResult(request: StockRequest, reservation: ReservedStock): ReservationResult {
  return {
    outcome: 'reserved',
    requested: request.lines,
    currency: reservation.currency,
    expiresAt: reservation.expiresAt.toISOString(),
    lines: reservation.lines,
  };
}
