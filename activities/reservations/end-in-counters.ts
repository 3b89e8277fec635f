import { DomainError } from '../../domain/errors.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';

/** Said while the stock counters are being rebuilt: Temporal runs the whole activity again, and the ledger finds itself done. */
export const countersClosed = (): DomainError =>
  new DomainError('stock_unavailable', 'Stock counters are rebuilding. Try again in a moment.', { retryable: true });

/** Lets the stock counters follow the ledger at the end of a reservation. @throws DomainError stock_unavailable while the stock counters are closed */
export async function endInCounters(
  stockCounters: StockCounters,
  reservationId: string,
  as: 'released' | 'committed' | 'refused',
): Promise<void> {
  if (!(await stockCounters.end(reservationId, as))) throw countersClosed();
}
