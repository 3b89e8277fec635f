/** Ends holds in PostgreSQL, many in one transaction. */
import type { Database } from '../../infra/postgres/database.ts';
import { releaseInLedger } from './stock-ledger.ts';

export interface EndRequest {
  reservationId: string;
  to: 'released' | 'expired';
  /** End it although an order waits for its payment on it. */
  evenWithCheckout: boolean;
  /** Leave it when its time was put off meanwhile. */
  onlyWhenDue?: boolean;
}

/** How a hold stands after it was asked to end: whoever came first has decided. `not_due`: it goes on. */
export type Ended = 'committed' | 'released' | 'expired' | 'checkout_pending' | 'not_due';

/** Two clocks may differ by as much. */
const CLOCK_TOLERANCE_SECONDS = 1;

/** @returns an answer for each request, in order; a reservation that never was counts as released */
export async function endInLedger(db: Database, requests: readonly EndRequest[]): Promise<Ended[]> {
  return db.transaction(async (sql) => {
    const rows = await sql.rows<{
      id: string;
      status: 'held' | Exclude<Ended, 'checkout_pending' | 'not_due'>;
      due: boolean;
      checkout: boolean;
    }>(
      `select r.id, r.status, r.expires_at <= now() + make_interval(secs => $2) as due,
         exists (select 1 from orders where reservation_id = r.id and status = 'pending') as checkout
       from reservations r where r.id = any($1::uuid[]) order by r.id for no key update of r`,
      [requests.map((request) => request.reservationId), CLOCK_TOLERANCE_SECONDS],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    const ending = new Map<string, EndRequest>();
    const isEarly = (request: EndRequest) => request.onlyWhenDue && found.get(request.reservationId)?.due === false;
    for (const request of requests) {
      const row = found.get(request.reservationId);
      const may = !row?.checkout || request.evenWithCheckout;
      if (row?.status === 'held' && may && !isEarly(request) && !ending.has(row.id)) ending.set(row.id, request);
    }
    if (ending.size > 0) await releaseInLedger(sql, [...ending.values()]);
    return requests.map((request): Ended => {
      const row = found.get(request.reservationId);
      if (!row) return 'released';
      const to = ending.get(row.id)?.to;
      if (to) return to;
      if (row.status !== 'held') return row.status;
      return isEarly(request) ? 'not_due' : 'checkout_pending';
    });
  });
}
