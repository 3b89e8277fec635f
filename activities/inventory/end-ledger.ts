/** Ends holds in PostgreSQL, many in one transaction. */
import type { Database } from '../../infra/postgres/database.ts';
import { releaseInLedger } from './stock-ledger.ts';

export interface EndRequest {
  reservationId: string;
  to: 'released' | 'expired';
  /** End it although an order waits for its payment on it. */
  evenWithCheckout: boolean;
}

/** How a hold stands after it was asked to end: whoever came first has decided. */
export type Ended = 'committed' | 'released' | 'expired' | 'checkout_pending';

/** @returns an answer for each request, in order; a reservation that never was counts as released */
export async function endInLedger(db: Database, requests: readonly EndRequest[]): Promise<Ended[]> {
  return db.transaction(async (sql) => {
    const rows = await sql.rows<{ id: string; status: 'held' | Exclude<Ended, 'checkout_pending'>; checkout: boolean }>(
      `select r.id, r.status, exists (select 1 from orders where reservation_id = r.id and status = 'pending') as checkout
       from reservations r where r.id = any($1::uuid[]) order by r.id for no key update of r`,
      [requests.map((request) => request.reservationId)],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    const ending = new Map<string, EndRequest>();
    for (const request of requests) {
      const row = found.get(request.reservationId);
      if (row?.status === 'held' && (!row.checkout || request.evenWithCheckout) && !ending.has(row.id))
        ending.set(row.id, request);
    }
    if (ending.size > 0) await releaseInLedger(sql, [...ending.values()]);
    return requests.map(({ reservationId }): Ended => {
      const row = found.get(reservationId);
      if (!row) return 'released';
      return ending.get(reservationId)?.to ?? (row.status === 'held' ? 'checkout_pending' : row.status);
    });
  });
}
