import { DomainError } from '../../domain/errors.ts';
import type { StockGate } from '../../infra/redis/stock-counters.ts';

/** Said while the gate is being rebuilt: Temporal runs the whole activity again, and the ledger finds itself done. */
export const gateClosed = (): DomainError =>
  new DomainError('stock_unavailable', 'Stock is being counted anew; try again in a moment.', { retryable: true });

/** Lets the gate follow the ledger at the end of a hold. @throws DomainError stock_unavailable while the gate is closed */
export async function endAtGate(
  gate: StockGate,
  reservationId: string,
  as: 'released' | 'committed' | 'refused',
): Promise<void> {
  if (!(await gate.end(reservationId, as))) throw gateClosed();
}
