import { limitMessage, type ReservationLimits } from '../../domain/reservation-limits.ts';
import { Batcher } from '../../infra/batcher.ts';
import type { Settings } from '../../infra/config.ts';
import { haveEnough, listOwnReservations } from '../../infra/postgres/own-reservations.ts';
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

/** What arrives while one batch commits forms the next: a rush for one product shares its row's lock. */
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
   * Takes the lines in the stock counters, then in the ledger; all or none. The shopper's earlier reservation is replaced.
   * Safe to retry: both know the reservation by its id, and a ledger that refuses undoes the stock counters.
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
      // A retry after the stock counters were rebuilt, or another request of the same shopper, can find its own units counted against it: the
      // ledger knows.
      const own = await listOwnReservations(db, owners);
      const short = lines.filter((line) => (inCounters.available.get(line.productId) ?? 0) < line.quantity);
      if (!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short))
        return shortAnswer(request, short, inCounters.available);
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
    return reservedAnswer(request, reservation);
  }

  async function confirmInCounters(...reservation: Parameters<StockCounters['confirm']>): Promise<void> {
    if (!(await stockCounters.confirm(...reservation))) throw countersClosed();
  }

  /** Best effort: a workflow that is not reached finds in the ledger what happened when its time is over. */
  async function notifyReservation(reservationId: string): Promise<void> {
    await temporal.workflow
      .getHandle(reservationWorkflowId(reservationId))
      .signal(reservationChangedSignal)
      .catch((error: unknown) =>
        log.warn({ err: error, reservationId }, 'the reservation workflow could not be signaled'),
      );
  }

  async function shortAnswer(
    request: StockRequest,
    short: StockRequest['lines'],
    available: Map<string, number>,
  ): Promise<ReservationResult> {
    const names = await db.rows<{ id: string; name: string }>(
      'select id, name from products where id = any($1::uuid[])',
      [short.map((line) => line.productId)],
    );
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
   * Ends a reservation whose time is over; one whose payment may be in flight is kept for longer (`reservation-end.ts`).
   * Safe to retry: the step in the ledger is conditional, the one in the stock counters knows the reservation.
   */
  const endReservation = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'expired' });

  /** Gives a reservation back before its time, unless an order stands on it. Safe to retry, as `endReservation`. */
  const releaseReservation = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'released' });

  /** When a reservation ends as things stand; null when it is over. */
  async function loadReservation({ reservationId }: { reservationId: string }): Promise<{ expiresAt: string } | null> {
    const reservation = await db.row<{ expires_at: Date }>(
      `select expires_at from reservations where id = $1 and status = 'reserved'`,
      [reservationId],
    );
    return reservation ? { expiresAt: reservation.expires_at.toISOString() } : null;
  }

  /** Gives a reservation more time, once. Safe to retry: the same request is answered the same. */
  async function extendReservation(request: ExtendReservationRequest): Promise<ExtendedReservation> {
    const extended = await extendInLedger(db, request);
    if (extended.outcome !== 'extended') return extended;
    if (extended.orderId) await signalOrder({ temporal, log }, extended.orderId);
    // Whoever of the two is not reached finds the new time in the ledger when the old one is over.
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

function reservedAnswer(request: StockRequest, reservation: ReservedStock): ReservationResult {
  return {
    outcome: 'reserved',
    requested: request.lines,
    currency: reservation.currency,
    expiresAt: reservation.expiresAt.toISOString(),
    lines: reservation.lines,
  };
}
