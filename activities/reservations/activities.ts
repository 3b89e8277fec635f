import { limitMessage, type ReservationLimits } from '../../domain/reservation-limits.ts';
import { Batcher } from '../../infra/batcher.ts';
import type { Settings } from '../../infra/config.ts';
import { haveEnough, listOwnReservations } from '../../infra/postgres/own-reservations.ts';
import type { StockGate } from '../../infra/redis/stock-counters.ts';
import {
  type HoldInput,
  type HoldResult,
  reservationChangedSignal,
  reservationWorkflowId,
} from '../../workflows/reservation/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { tellOrder } from '../orders/tell-order.ts';
import { endAtGate, gateClosed } from './end-at-gate.ts';
import { type Ended, type EndRequest, endInLedger } from './end-ledger.ts';
import { type ExtendedHold, type ExtendHoldRequest, extendHold as extendInLedger } from './extend-hold.ts';
import { ensureGate } from './gate-rebuild.ts';
import { type HoldRequest, holdInLedger, type LedgerHold } from './hold-ledger.ts';
import type { HeldReservation } from './stock-ledger.ts';

/** What arrives while one batch commits forms the next: a rush for one product shares its row's lock. */
const BATCHES = { maxSize: 100, maxInFlight: 2 };

export function createInventoryActivities({
  db,
  gate,
  log,
  settings,
  temporal,
}: Pick<ActivityDependencies, 'db' | 'gate' | 'log' | 'settings' | 'temporal'>) {
  const limits = limitsOf(settings);
  const holds = new Batcher<HoldRequest, LedgerHold>((requests) => holdInLedger(db, requests, limits), BATCHES);
  const ends = new Batcher<EndRequest, Ended>((requests) => endInLedger(db, requests, settings), BATCHES);

  /**
   * Takes the lines at the gate, then in the ledger; all or none. The shopper's earlier reservation is replaced.
   * Safe to retry: both know the reservation by its id, and a ledger that refuses undoes the gate.
   */
  async function holdStock(request: HoldInput): Promise<HoldResult> {
    const { reservationId, owners, lines } = request;
    const atGate = await gate.hold(reservationId, lines, owners);
    if (atGate.outcome === 'closed') {
      await ensureGate(db, gate, log);
      throw gateClosed();
    }
    if (atGate.outcome === 'ended') return { outcome: 'ended', requested: lines };
    if (atGate.outcome === 'short') {
      // A retry after the gate was rebuilt, or another request of the same shopper, can find its own units counted against it: the
      // ledger knows.
      const own = await listOwnReservations(db, owners);
      const short = lines.filter((line) => (atGate.available.get(line.productId) ?? 0) < line.quantity);
      if (!own.some(({ hasOrder }) => hasOrder) && !haveEnough(own, short))
        return shortAnswer(request, short, atGate.available);
    }

    const inLedger = await holds.add(request);
    if (inLedger.outcome === 'ended') {
      await endAtGate(gate, reservationId, 'released');
      return { outcome: 'ended', requested: lines };
    }
    if (inLedger.outcome !== 'held') {
      await endAtGate(gate, reservationId, 'refused');
      for (const open of inLedger.open) await confirmAtGate(open.id, open.lines, { owner: open.owner });
      return refusal(request, inLedger);
    }
    const { reservation } = inLedger;
    await confirmAtGate(reservationId, lines, { owner: owners[0]!, replaces: reservation.replaces });
    for (const id of reservation.replaces) await notifyReservation(id);
    return heldAnswer(request, reservation);
  }

  async function confirmAtGate(...reservation: Parameters<StockGate['confirm']>): Promise<void> {
    if (!(await gate.confirm(...reservation))) throw gateClosed();
  }

  /** Best effort: a workflow that is not reached finds in the ledger what happened when its time is over. */
  async function notifyReservation(reservationId: string): Promise<void> {
    await temporal.workflow
      .getHandle(reservationWorkflowId(reservationId))
      .signal(reservationChangedSignal)
      .catch((error: unknown) => log.warn({ err: error, reservationId }, 'reservation workflow was not notified'));
  }

  async function shortAnswer(
    request: HoldInput,
    short: HoldInput['lines'],
    available: Map<string, number>,
  ): Promise<HoldResult> {
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
        name: nameById.get(line.productId) ?? 'A product that is no longer sold',
        requested: line.quantity,
        available: available.get(line.productId) ?? 0,
      })),
    };
  }

  async function end(request: EndRequest): Promise<Ended> {
    const status = await ends.add(request);
    if (status !== 'checkout_pending' && status !== 'not_due') {
      await endAtGate(gate, request.reservationId, status === 'committed' ? 'committed' : 'released');
    }
    return status;
  }

  /**
   * Ends a hold whose time is over; one whose payment may be in flight is kept for longer (`hold-end.ts`).
   * Safe to retry: the step in the ledger is conditional, the one at the gate knows the reservation.
   */
  const endHold = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'expired' });

  /** Gives a hold back before its time, unless an order stands on it. Safe to retry, as `endHold`. */
  const releaseHold = ({ reservationId }: { reservationId: string }): Promise<Ended> =>
    end({ reservationId, to: 'released' });

  /** When a hold ends as things stand; null when it is over. */
  async function loadHold({ reservationId }: { reservationId: string }): Promise<{ expiresAt: string } | null> {
    const hold = await db.row<{ expires_at: Date }>(
      `select expires_at from reservations where id = $1 and status = 'held'`,
      [reservationId],
    );
    return hold ? { expiresAt: hold.expires_at.toISOString() } : null;
  }

  /** Gives a hold more time, once. Safe to retry: the same request is answered the same. */
  async function extendHold(request: ExtendHoldRequest): Promise<ExtendedHold> {
    const extended = await extendInLedger(db, request);
    if (extended.outcome !== 'extended') return extended;
    if (extended.orderId) await tellOrder({ temporal, log }, extended.orderId);
    // Whoever of the two is not reached finds the new time in the ledger when the old one is over.
    await notifyReservation(request.reservationId);
    return extended;
  }

  return { holdStock, endHold, releaseHold, loadHold, extendHold };
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
  { lines: requested }: HoldInput,
  refused: Exclude<LedgerHold, { outcome: 'held' | 'ended' }>,
): HoldResult {
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

function heldAnswer(request: HoldInput, reservation: HeldReservation): HoldResult {
  return {
    outcome: 'held',
    requested: request.lines,
    currency: reservation.currency,
    expiresAt: reservation.expiresAt.toISOString(),
    lines: reservation.lines,
  };
}
