/** Inputs for inventory activities, and expired reservations. */
import { randomUUID } from 'node:crypto';
import { createOutboxHandlers } from '../../activities/outbox/handlers.ts';
import { OutboxRelay } from '../../activities/outbox/relay.ts';
import { ensureStockCounters, watchStockCounters } from '../../activities/reservations/stock-counters-rebuild.ts';
import type { Services } from '../../infra/services.ts';
import type { StockRequest } from '../../workflows/reservation/messages.ts';
import { newCartId, until } from './shop.ts';

/** A reservation by a guest with a unique address, for longer than any test run, because the audit runs after all tests. */
export function reservationInput(lines: StockRequest['lines'], request: Partial<StockRequest> = {}): StockRequest {
  return {
    reservationId: randomUUID(),
    owners: [`cart:${newCartId()}`],
    cartId: null,
    addressHash: randomUUID(),
    reservationSeconds: 7_200,
    graceSeconds: 30,
    settleSeconds: 7_200,
    lines,
    ...request,
  };
}

/** Moves the deadline of a reservation and its order into the past. */
export async function endedAgo({ db }: Pick<Services, 'db'>, reservationId: string, seconds: number): Promise<void> {
  await db.run('update reservations set expires_at = now() - make_interval(secs => $2) where id = $1', [
    reservationId,
    seconds,
  ]);
  await db.run('update orders set expires_at = now() - make_interval(secs => $2) where reservation_id = $1', [
    reservationId,
    seconds,
  ]);
}

/**
 * Keeps the stock counters and the search index up to date, as a worker does, for tests without one.
 * @param topics outbox topics to process; messages of other topics stay in the outbox for inspection
 * @returns a function that stops it
 */
export async function startStock(services: Services, topics?: readonly string[]): Promise<() => Promise<void>> {
  await services.productIndex.ensure();
  await until(
    () => ensureStockCounters(services.db, services.stockCounters, services.log),
    'the stock counters to be ready',
  );
  const stopWatching = watchStockCounters(services.db, services.stockCounters, services.log);
  const handlers = Object.entries(createOutboxHandlers(services)).filter(([topic]) => topics?.includes(topic) ?? true);
  const relay = new OutboxRelay(services.db, Object.fromEntries(handlers), services.log);
  relay.start();
  return async () => {
    await relay.stop();
    await stopWatching();
  };
}
