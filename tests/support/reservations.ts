/** What inventory activities are asked with, and reservations whose time is over. */
import { randomUUID } from 'node:crypto';
import { createOutboxHandlers } from '../../activities/outbox/handlers.ts';
import { OutboxRelay } from '../../activities/outbox/relay.ts';
import { ensureStockCounters, watchStockCounters } from '../../activities/reservations/stock-counters-rebuild.ts';
import type { Services } from '../../infra/services.ts';
import type { StockRequest } from '../../workflows/reservation/messages.ts';
import { until } from './shop.ts';

/** A guest of an address of their own reserves the lines, for longer than any run of the tests: the audit looks when all have run. */
export function reservationInput(lines: StockRequest['lines'], request: Partial<StockRequest> = {}): StockRequest {
  return {
    reservationId: randomUUID(),
    owners: [`cart:${randomUUID()}`],
    cartId: null,
    addressHash: randomUUID(),
    reservationSeconds: 7_200,
    graceSeconds: 30,
    settleSeconds: 7_200,
    lines,
    ...request,
  };
}

/** Puts a reservation's deadline, and its order's, into the past. */
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
 * @param topics of the outbox that are carried; what others hold stays there to be looked at
 * @returns what stops it
 */
export async function startStock(services: Services, topics?: readonly string[]): Promise<() => Promise<void>> {
  await services.productIndex.ensure();
  await until(() => ensureStockCounters(services.db, services.stockCounters, services.log), 'the stock counters');
  const stopWatching = watchStockCounters(services.db, services.stockCounters, services.log);
  const handlers = Object.entries(createOutboxHandlers(services)).filter(([topic]) => topics?.includes(topic) ?? true);
  const relay = new OutboxRelay(services.db, Object.fromEntries(handlers), services.log);
  relay.start();
  return async () => {
    await relay.stop();
    await stopWatching();
  };
}
