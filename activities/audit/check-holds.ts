import type { Database } from '../../infra/postgres/database.ts';
import type { Finding } from './finding.ts';

/** Past its end a hold has this long to go: the grace for a charge in flight, and the sweep that runs every minute. */
const LATE_SECONDS = 150;

/** Invariant 3: nothing is held, and no order waits, past its time. */
export async function checkHolds(db: Database, graceSeconds: number): Promise<Finding[]> {
  const holds = await db.rows<{ id: string; expires_at: Date }>(
    `select id, expires_at from reservations
     where status = 'held' and expires_at < now() - make_interval(secs => $1) limit 1000`,
    [graceSeconds + LATE_SECONDS],
  );
  const orders = await db.rows<{ id: string; expires_at: Date }>(
    `select id, expires_at from orders
     where status = 'pending' and expires_at < now() - make_interval(secs => $1) limit 1000`,
    [graceSeconds + LATE_SECONDS],
  );
  return [
    ...holds.map(
      (row): Finding => ({
        check: 'holds',
        subject: `reservation ${row.id}`,
        detail: `still held; its time was over at ${row.expires_at.toISOString()}`,
      }),
    ),
    ...orders.map(
      (row): Finding => ({
        check: 'holds',
        subject: `order ${row.id}`,
        detail: `still pending; its time was over at ${row.expires_at.toISOString()}`,
      }),
    ),
  ];
}
