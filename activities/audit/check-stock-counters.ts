/** Compares the stock counters in Redis with PostgreSQL. PostgreSQL is the source of truth, so drift is repaired. */
import type { Database } from '../../infra/postgres/database.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';
import type { Finding } from './finding.ts';

/** A reservation that is in the stock counters but not in PostgreSQL is in flight for at most this long. */
const IN_FLIGHT_MS = 60_000;

/** Ends markers in the stock counters whose reservation has ended or was never made. @returns the repairs */
export async function repairMarks(db: Database, stockCounters: StockCounters): Promise<Finding[]> {
  const repaired: Finding[] = [];
  const reserved = await stockCounters.openReservations();
  const ids = [...reserved.keys()];
  const rows = await db.rows<{ id: string; status: string }>(
    'select id, status from reservations where id = any($1::uuid[])',
    [ids],
  );
  const statusById = new Map(rows.map((row) => [row.id, row.status]));
  for (const id of ids) {
    let status = statusById.get(id);
    if (status === 'reserved') continue;
    if (status === undefined) {
      if (Date.now() - reserved.get(id)! < IN_FLIGHT_MS) continue;
      // The workflow was terminated between counters and ledger. Inserting its ID first keeps a late retry from reserving after all.
      await db.run(
        `insert into reservations (id, owner, status, currency, expires_at) values ($1, 'nobody', 'released', '---', now())
         on conflict (id) do nothing`,
        [id],
      );
      status = (await db.row<{ status: string }>('select status from reservations where id = $1', [id]))!.status;
      if (status === 'reserved') continue;
    }
    if (await stockCounters.end(id, status === 'committed' ? 'committed' : 'released')) {
      repaired.push({
        check: 'counters',
        subject: `reservation ${id}`,
        detail: `was still counted as reserved but is ${status}`,
      });
    }
  }
  return repaired;
}

interface ProductRow {
  id: string;
  available: number;
}

/** Finds stock counters that differ from PostgreSQL minus reservations in flight. */
export async function findDrift(
  db: Database,
  stockCounters: StockCounters,
): Promise<Map<string, { stockCounters: number | undefined; right: number }>> {
  const drift = new Map<string, { stockCounters: number | undefined; right: number }>();
  const [products, pending, counts, inFlight] = await Promise.all([
    db.rows<ProductRow>(
      'select id, stock_quantity - reserved_quantity as available from products where deleted_at is null',
    ),
    db.rows<{ key: string }>(`select distinct key from outbox where topic = 'stock.adjusted'`),
    stockCounters.allAvailable(),
    inFlightByProduct(db, stockCounters),
  ]);
  const adjusting = new Set(pending.map((row) => row.key));
  for (const { id, available } of products) {
    if (adjusting.has(id)) continue;
    const right = available - (inFlight.get(id) ?? 0);
    const counted = counts.get(id);
    if (counted !== right) drift.set(id, { stockCounters: counted, right });
  }
  return drift;
}

/** Units by product that only the stock counters count as reserved: reservations in flight, minus those that they replace. */
async function inFlightByProduct(db: Database, stockCounters: StockCounters): Promise<Map<string, number>> {
  const ids = [...(await stockCounters.openReservations()).keys()];
  const inFlight = new Map<string, number>();
  const count = (lines: ReadonlyMap<string, number>, sign: 1 | -1) => {
    for (const [productId, quantity] of lines)
      inFlight.set(productId, (inFlight.get(productId) ?? 0) + sign * quantity);
  };
  const known = await db.rows<{ id: string }>('select id from reservations where id = any($1::uuid[])', [ids]);
  const knownIds = new Set(known.map((row) => row.id));
  for (const id of ids.filter((each) => !knownIds.has(each))) {
    count((await stockCounters.reservedLines(id)) ?? new Map(), 1);
    const replaced = await stockCounters.replacedBy(id);
    if (replaced.size === 0) continue;
    const reserved = await db.rows<{ id: string }>(
      `select id from reservations where id = any($1::uuid[]) and status = 'reserved'`,
      [[...replaced.keys()]],
    );
    for (const row of reserved) count(replaced.get(row.id)!, -1);
  }
  return inFlight;
}

/**
 * Sets counters that drifted, each under the lock of its product's row, so that no reservation of it can commit, and only if the counter
 * has not changed since it was read.
 */
export async function repairDrift(
  db: Database,
  stockCounters: StockCounters,
  drift: ReadonlyMap<string, { stockCounters: number | undefined; right: number }>,
): Promise<Finding[]> {
  const repaired: Finding[] = [];
  for (const [id, seen] of drift) {
    const right = await db.transaction(async (sql) => {
      const row = await sql.row<ProductRow>(
        'select id, stock_quantity - reserved_quantity as available from products where id = $1 for no key update',
        [id],
      );
      if (!row) return undefined;
      const target = row.available - ((await inFlightByProduct(db, stockCounters)).get(id) ?? 0);
      return (await stockCounters.correct(id, seen.stockCounters, target)) ? target : undefined;
    });
    if (right !== undefined) {
      repaired.push({
        check: 'counters',
        subject: `product ${id}`,
        detail: `was ${seen.stockCounters ?? 'missing'}; set to ${right}`,
      });
    }
  }
  return repaired;
}
