/** Rebuilds the Redis gate from PostgreSQL: before the first hold, and whenever Redis was lost, wiped or restarted. */

import type { Logger } from '../../infra/logger.ts';
import type { Database } from '../../infra/postgres/database.ts';
import { MARKER_SECONDS, type StockGate, type StockLine } from '../../infra/redis/stock-counters.ts';

/** Held by the one process that rebuilds. */
const GATE_LOCK = 7_261_002;
const BATCH = 5_000;

interface ReservationRow {
  id: string;
  status: string;
  owner: string;
  since: Date;
  lines: { productId: string; quantity: number }[] | null;
}

/**
 * Makes sure that the gate is open and belongs to the running Redis process.
 * @returns false when another process is rebuilding it just now
 */
export async function ensureGate(db: Database, gate: StockGate, log: Logger): Promise<boolean> {
  const [builtIn, serverRun] = await Promise.all([gate.builtIn(), gate.serverRun()]);
  if (builtIn === serverRun) return true;
  const client = await db.pool.connect();
  try {
    const lock = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [GATE_LOCK]);
    if (!lock.rows[0]!.locked) return false;
    try {
      if ((await gate.builtIn()) === (await gate.serverRun())) return true;
      await rebuild(db, gate, log);
      return true;
    } finally {
      await client.query('select pg_advisory_unlock($1)', [GATE_LOCK]);
    }
  } finally {
    client.release();
  }
}

async function rebuild(db: Database, gate: StockGate, log: Logger): Promise<void> {
  const startedAt = Date.now();
  const serverRun = await gate.serverRun();
  await gate.close();
  // One snapshot for counts, holds and adjustments still on their way: what commits after it reaches the gate by itself.
  const counts = await db.transaction(
    async (sql) => {
      const adjustments = await sql.rows<{ id: number }>(`select id from outbox where topic = 'stock.adjusted'`);
      await gate.load({ adjustedOutboxIds: adjustments.map((row) => row.id) });
      const reservations = await sql.rows<ReservationRow>(
        `select reservation.id, reservation.status, reservation.owner, reservation.updated_at as since,
           (select jsonb_agg(jsonb_build_object('productId', item.product_id, 'quantity', item.quantity))
            from reservation_items item where item.reservation_id = reservation.id) as lines
         from reservations reservation
         where reservation.status = 'held' or reservation.updated_at > now() - make_interval(secs => $1)`,
        [MARKER_SECONDS],
      );
      for (const part of chunks(reservations)) {
        await gate.load({
          reservations: part.map((row) => ({
            id: row.id,
            state: row.status === 'held' ? 'held' : row.status === 'committed' ? 'committed' : 'released',
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
        await gate.load({ counts: part.map((row) => ({ productId: row.id, available: row.available })) });
      }
      return { products: products.length, reservations: reservations.length };
    },
    { isolation: 'repeatable read', readOnly: true },
  );
  await gate.open(serverRun);
  log.info({ ...counts, durationMs: Date.now() - startedAt }, 'stock gate rebuilt from PostgreSQL');
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

/** Looks every `intervalMs` whether Redis was lost, and rebuilds the gate if so. @returns a function that stops it */
export function watchGate(db: Database, gate: StockGate, log: Logger, intervalMs = 1_000): () => Promise<void> {
  let stopped = false;
  let wake = () => {};
  const loop = (async () => {
    while (!stopped) {
      await ensureGate(db, gate, log).catch((error: unknown) => log.warn({ err: error }, 'stock gate: could not look'));
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
