import type { Database } from '../../infra/postgres/database.ts';
import { literal, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { keptReservations, orderKeptUntil, type ReservationEndSettings } from '../reservations/reservation-end.ts';
import type { Finding } from './finding.ts';

/** Grace period for a reservation or an order after the time that it is kept, for its workflow's next check and for the sweep. */
const LATE_SECONDS = 150;
const MAX_FINDINGS = 1000;

/** Invariant 3: no reservation stays open and no order stays pending past its time. */
export async function checkReservations(db: Database, settings: ReservationEndSettings): Promise<Finding[]> {
  const late = secondsFromNow(-LATE_SECONDS);
  const { reservations, keptUntil } = keptReservations(db, settings);
  const openReservations = await db.rows(
    reservations
      .select(['reservations.id', 'reservations.expires_at'])
      .where('reservations.status', '=', literal('reserved'))
      .where(keptUntil, '<', late)
      .limit(MAX_FINDINGS),
  );
  const pendingOrders = await db.rows(
    db.query
      .selectFrom('orders')
      .select(['id', 'expires_at'])
      .where('status', '=', literal('pending'))
      .where(orderKeptUntil(settings), '<', late)
      .limit(MAX_FINDINGS),
  );
  return [
    ...openReservations.map(
      (row): Finding => ({
        check: 'reservations',
        subject: `reservation ${row.id}`,
        detail: `is still reserved; it expired at ${row.expires_at.toISOString()}`,
      }),
    ),
    ...pendingOrders.map(
      (row): Finding => ({
        check: 'reservations',
        subject: `order ${row.id}`,
        detail: `is still pending; its time to pay ended at ${row.expires_at.toISOString()}`,
      }),
    ),
  ];
}
