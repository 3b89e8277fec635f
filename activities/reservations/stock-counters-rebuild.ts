/** Rebuilds the stock counters in Redis from PostgreSQL: before the first reservation, and after Redis was lost, wiped, or restarted. */

import type { Logger } from '../../infra/logger.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { MARKER_SECONDS, type StockCounters, type StockLine } from '../../infra/redis/stock-counters.ts';

/** Advisory lock of the process that rebuilds. */
const COUNTERS_LOCK = 7_261_002;
const BATCH = 5_000;

interface ReservationRow {
  id: string;
  status: string;
  owner: string;
  since: Date;
  lines: { productId: string; quantity: number }[] | null;
}

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
      const adjustments = await sql.rows<{ id: number }>(`select id from outbox where topic = 'stock.adjusted'`);
      await stockCounters.load({ adjustedOutboxIds: adjustments.map((row) => row.id) });
      const reservations = await sql.rows<ReservationRow>(
        `select reservation.id, reservation.status, reservation.owner, reservation.updated_at as since,
           (select jsonb_agg(jsonb_build_object('productId', item.product_id, 'quantity', item.quantity))
            from reservation_items item where item.reservation_id = reservation.id) as lines
         from reservations reservation
         where reservation.status = 'reserved' or reservation.updated_at > now() - make_interval(secs => $1)`,
        [MARKER_SECONDS],
      );
      for (const part of chunks(reservations)) {
        await stockCounters.load({
          reservations: part.map((row) => ({
            id: row.id,
            state: row.status === 'reserved' ? 'reserved' : row.status === 'committed' ? 'committed' : 'released',
            owner: row.owner,
            sinceMs: row.since.getTime(),
            lines: (row.lines ?? []) as StockLine[],
          })),
        });
      }
      const products = await sql.rows<{ id: string; available: number }>(
        'select id, stock_quantity - reserved_quantity as available from products where deleted_at is null',
      );
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
  let stopped = false;
  let wake = () => {};
  const loop = (async () => {
    while (!stopped) {
      await ensureStockCounters(db, stockCounters, log).catch((error: unknown) =>
        log.warn({ err: error }, 'stock counters: state could not be read'),
      );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  })();
  return async () => {
    stopped = true;
    wake();
    await loop;
  };
}
