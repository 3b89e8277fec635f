/** Rebuilds the stock counters in Redis from PostgreSQL: before the first reservation, and after Redis was lost, wiped, or restarted. */

import type { Logger } from '../../infra/logger.ts';
import { Loop } from '../../infra/loop.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { reservedLines } from '../../infra/postgres/reservations.ts';
import { literal, secondsFromNow } from '../../infra/postgres/statement-parts.ts';
import { MARKER_SECONDS, type StockCounters } from '../../infra/redis/stock-counters.ts';
import { selectAvailable } from './stock-ledger.ts';

/** Advisory lock of the process that rebuilds. */
const COUNTERS_LOCK = 7_261_002;
const BATCH = 5_000;

/**
 * Makes sure that the stock counters are open and were built in the running Redis process.
 * @returns false when another process is rebuilding them
 */
export async function ensureStockCounters(db: Database, stockCounters: StockCounters, log: Logger): Promise<boolean> {
  const [builtIn, serverRun] = await Promise.all([stockCounters.builtIn(), stockCounters.serverRun()]);
  if (builtIn === serverRun) return true;
  const client = await db.pool.connect();
  try {
    const lock = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [COUNTERS_LOCK]);
    if (!lock.rows[0]!.locked) return false;
    try {
      if ((await stockCounters.builtIn()) === (await stockCounters.serverRun())) return true;
      await rebuild(db, stockCounters, log);
      return true;
    } finally {
      await client.query('select pg_advisory_unlock($1)', [COUNTERS_LOCK]);
    }
  } finally {
    client.release();
  }
}

async function rebuild(db: Database, stockCounters: StockCounters, log: Logger): Promise<void> {
  const startedAt = Date.now();
  const serverRun = await stockCounters.serverRun();
  await stockCounters.close();
  // One snapshot of counts, reservations, and pending adjustments; whatever commits after it updates the stock counters in the usual way.
  const counts = await db.transaction(
    async (sql) => {
      const adjustments = await sql.rows(
        sql.query.selectFrom('outbox').select('id').where('topic', '=', 'stock.adjusted'),
      );
      await stockCounters.load({ adjustedOutboxIds: adjustments.map((row) => row.id) });
      const reservations = await sql.rows(
        sql.query
          .selectFrom('reservations')
          .select((reservation) => ['id', 'status', 'owner', 'updated_at', reservedLines(reservation)])
          .where((is) =>
            is.or([is('status', '=', literal('reserved')), is('updated_at', '>', secondsFromNow(-MARKER_SECONDS))]),
          ),
      );
      for (const part of chunks(reservations)) {
        await stockCounters.load({
          reservations: part.map((row) => ({
            id: row.id,
            state: row.status === 'reserved' ? 'reserved' : row.status === 'committed' ? 'committed' : 'released',
            owner: row.owner,
            sinceMs: row.updated_at.getTime(),
            lines: row.lines,
          })),
        });
      }
      const products = await sql.rows(selectAvailable(sql).where('deleted_at', 'is', null));
      for (const part of chunks(products)) {
        await stockCounters.load({ counts: part.map((row) => ({ productId: row.id, available: row.available })) });
      }
      return { products: products.length, reservations: reservations.length };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
  await stockCounters.open(serverRun);
  log.info({ ...counts, durationMs: Date.now() - startedAt }, 'stock counters rebuilt from PostgreSQL');
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

/** Checks every `intervalMs` whether Redis was lost, and rebuilds the stock counters if so. @returns a function that stops the checks */
export function watchStockCounters(
  db: Database,
  stockCounters: StockCounters,
  log: Logger,
  intervalMs = 1_000,
): () => Promise<void> {
  const loop = Loop.every(
    intervalMs,
    () => ensureStockCounters(db, stockCounters, log),
    (error) => log.warn({ err: error }, 'stock counters: state could not be read'),
  );
  return () => loop.stop();
}
