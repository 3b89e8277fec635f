import type { Database } from '../../infra/postgres/database.ts';
import { keptPastDeadline, keptSeconds, type ReservationEndSettings } from '../reservations/reservation-end.ts';
import type { Finding } from './finding.ts';

/** Grace period for a reservation or an order after the time that it is kept, for its workflow's next check and for the sweep. */
const LATE_SECONDS = 150;

/** Invariant 3: no reservation stays open and no order stays pending past its time. */
export async function checkReservations(db: Database, settings: ReservationEndSettings): Promise<Finding[]> {
  const values = [LATE_SECONDS, ...keptSeconds(settings)];
  const reservations = await db.rows<{ id: string; expires_at: Date }>(
    `select r.id, r.expires_at from reservations r
       left join orders pending on pending.reservation_id = r.id and pending.status = 'pending'
     where r.status = 'reserved' and r.expires_at + ${keptPastDeadline('pending', 2)} < now() - make_interval(secs => $1) limit 1000`,
    values,
  );
  const orders = await db.rows<{ id: string; expires_at: Date }>(
    `select id, expires_at from orders pending
     where status = 'pending' and expires_at + ${keptPastDeadline('pending', 2)} < now() - make_interval(secs => $1) limit 1000`,
    values,
  );
  return [
    ...reservations.map(
      (row): Finding => ({
        check: 'reservations',
        subject: `reservation ${row.id}`,
        detail: `is still reserved; it expired at ${row.expires_at.toISOString()}`,
      }),
    ),
    ...orders.map(
      (row): Finding => ({
        check: 'reservations',
        subject: `order ${row.id}`,
        detail: `is still pending; its time to pay ended at ${row.expires_at.toISOString()}`,
      }),
    ),
  ];
}
