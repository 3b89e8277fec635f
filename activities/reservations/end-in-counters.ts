import { DomainError } from '../../domain/errors.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';

/** The error while the stock counters are being rebuilt. Temporal retries the whole activity, whose ledger step is idempotent. */
export const countersClosed = (): DomainError =>
  new DomainError('stock_unavailable', 'Stock counters are rebuilding. Try again in a moment.', { retryable: true });

/** Applies the end of a reservation to the stock counters. @throws DomainError stock_unavailable while they are being rebuilt */
export async function endInCounters(
  stockCounters: StockCounters,
  reservationId: string,
  as: 'released' | 'committed' | 'refused',
): Promise<void> {
  if (!(await stockCounters.end(reservationId, as))) throw countersClosed();
}
