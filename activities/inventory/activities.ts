import { Batcher } from '../../infra/batcher.ts';
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
import { type HeldReservation, readReservation } from './stock-ledger.ts';

/** What arrives while one batch commits forms the next: a rush for one product shares its row's lock. */
const BATCHES = { maxSize: 100, maxInFlight: 2 };

export function createInventoryActivities({
  db,
  gate,
  log,
  temporal,
}: Pick<ActivityDependencies, 'db' | 'gate' | 'log' | 'temporal'>) {
  const holds = new Batcher<HoldRequest, LedgerHold>((requests) => holdInLedger(db, requests), BATCHES);
  const ends = new Batcher<EndRequest, Ended>((requests) => endInLedger(db, requests), BATCHES);

  /**
   * Takes the lines at the gate, then in the ledger; all or none.
   * Safe to retry: both know the reservation by its id, and a ledger that refuses undoes the gate.
   */
  async function holdStock(request: HoldInput): Promise<HoldResult> {
    const { reservationId, lines } = request;
    const atGate = await gate.hold(reservationId, lines);
    if (atGate.outcome === 'closed') {
      await ensureGate(db, gate, log);
      throw gateClosed();
    }
    if (atGate.outcome === 'ended') return { outcome: 'ended', requested: lines };
    if (atGate.outcome === 'short') {
      // A retry after the gate was rebuilt can find its own hold counted against it: the ledger knows.
      const held = await readReservation(db, reservationId);
      if (held?.status !== 'held') return shortAnswer(request, atGate.available);
    }

    const expiresAt = new Date(Date.now() + request.holdSeconds * 1000);
    const inLedger = await holds.add({ ...request, expiresAt });
    if (inLedger.outcome !== 'held') {
      await endAtGate(gate, reservationId, 'released');
      return inLedger.outcome === 'short'
        ? { outcome: 'out_of_stock', requested: lines, lines: inLedger.lines }
        : { outcome: 'ended', requested: lines };
    }
    if (!(await gate.confirm(reservationId, lines))) throw gateClosed();
    return heldAnswer(request, inLedger.reservation);
  }

  async function shortAnswer(request: HoldInput, available: Map<string, number>): Promise<HoldResult> {
    const short = request.lines.filter((line) => (available.get(line.productId) ?? 0) < line.quantity);
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
   * Ends a hold whose time is over. With a checkout that may still have a charge in flight it is left alone, unless
   * `evenWithCheckout`. Safe to retry: the step in the ledger is conditional, the one at the gate knows the reservation.
   */
  const endHold = (input: {
    reservationId: string;
    evenWithCheckout: boolean;
    onlyWhenDue?: boolean;
  }): Promise<Ended> => end({ ...input, to: 'expired' });

  /** Gives a hold back before its time, unless an order stands on it. Safe to retry, as `endHold`. */
  const releaseHold = (input: { reservationId: string }): Promise<Ended> =>
    end({ ...input, to: 'released', evenWithCheckout: false });

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
    await temporal.workflow
      .getHandle(reservationWorkflowId(request.reservationId))
      .signal(reservationChangedSignal)
      .catch((error: unknown) =>
        log.warn({ err: error, reservationId: request.reservationId }, 'the hold was not told'),
      );
    return extended;
  }

  return { holdStock, endHold, releaseHold, loadHold, extendHold };
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
