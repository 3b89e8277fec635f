/** Ends reservations in PostgreSQL, many per transaction. */
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { selectLockedReservations } from '../../infra/postgres/reservations.ts';
import { anyOf, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { keptReservations, type ReservationEndSettings } from './reservation-end.ts';
import { releaseInLedger } from './stock-ledger.ts';

export interface EndRequest {
  reservationId: string;
  /** `expired` ends it once it is overdue, `released` at once unless it has an open order. */
  to: 'released' | 'expired';
}

/**
 * State of a reservation after a request to end it; an earlier end stays. `not_due`: it has not expired. `checkout_pending`: its order is
 * awaiting payment, so it is kept for longer.
 */
export type Ended = 'committed' | 'released' | 'expired' | 'checkout_pending' | 'not_due';

/** Maximum difference between the clocks of the worker and PostgreSQL. */
const CLOCK_TOLERANCE_SECONDS = 1;

/** @returns the result of each request, in order; a reservation that does not exist counts as released */
export async function endInLedger(
  db: Database,
  requests: readonly EndRequest[],
  settings: ReservationEndSettings,
): Promise<Ended[]> {
  return db.transaction(async (sql) => {
    const rows = await sql.rows(
      selectLockedReservations(
        sql,
        requests.map((request) => request.reservationId),
      ).select((reservation) =>
        reservation('reservations.expires_at', '<=', secondsFromNow(CLOCK_TOLERANCE_SECONDS)).as('due'),
      ),
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    const reserved = rows.filter((row) => row.status === 'reserved').map((row) => row.id);
    const unpaid = reserved.length > 0 ? await readUnpaid(sql, reserved, settings) : new Map<string, boolean>();
    const ending = new Map<string, EndRequest>();
    const answers = requests.map((request): Ended => {
      const row = found.get(request.reservationId);
      if (!row) return 'released';
      if (row.status !== 'reserved') return row.status;
      const earlier = ending.get(row.id);
      if (earlier) return earlier.to;
      if (request.to === 'expired' && !row.due) return 'not_due';
      const isKept = unpaid.get(row.id);
      if (isKept || (isKept !== undefined && request.to === 'released')) return 'checkout_pending';
      ending.set(row.id, request);
      return request.to;
    });
    if (ending.size > 0) await releaseInLedger(sql, [...ending.values()]);
    return answers;
  });
}

/**
 * Finds which of the locked reservations have an order awaiting payment, and whether they are kept for it. This is a statement of its
 * own, so that it sees an order that was created while the transaction waited for the lock.
 */
async function readUnpaid(
  sql: Sql,
  ids: readonly string[],
  settings: ReservationEndSettings,
): Promise<Map<string, boolean>> {
  const { reservations, keptUntil } = keptReservations(sql, settings);
  const rows = await sql.rows(
    reservations
      .select((of) => [
        'reservations.id',
        of(keptUntil, '>', secondsFromNow(CLOCK_TOLERANCE_SECONDS)).$castTo<boolean>().as('kept'),
      ])
      .where('reservations.id', '=', anyOf(ids))
      .where('pending.id', 'is not', null),
  );
  return new Map(rows.map(({ id, kept }) => [id, kept]));
}
