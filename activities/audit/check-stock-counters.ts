/** Compares the stock counters in Redis with PostgreSQL. PostgreSQL is the source of truth, so drift is repaired. */
import type { Database } from '../../infra/postgres/database.ts';
import { anyOf, now } from '../../infra/postgres/statement-parts.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';
import { selectAvailable } from '../reservations/stock-ledger.ts';
import type { Finding } from './finding.ts';

/** A reservation that is in the stock counters but not in PostgreSQL is in flight for at most this long. */
const IN_FLIGHT_MS = 60_000;

/** Ends markers in the stock counters whose reservation has ended or was never made. @returns the repairs */
export async function repairMarks(db: Database, stockCounters: StockCounters): Promise<Finding[]> {
  const repaired: Finding[] = [];
  const reserved = await stockCounters.openReservations();
  const ids = [...reserved.keys()];
  const rows = await db.rows(db.query.selectFrom('reservations').select(['id', 'status']).where('id', '=', anyOf(ids)));
  const statusById = new Map(rows.map((row) => [row.id, row.status]));
  for (const id of ids) {
    let status = statusById.get(id);
    if (status === 'reserved') continue;
    if (status === undefined) {
      if (Date.now() - reserved.get(id)! < IN_FLIGHT_MS) continue;
      // The workflow was terminated between counters and ledger. Inserting its ID first keeps a late retry from reserving after all.
      await db.run(
        db.query
          .insertInto('reservations')
          .values({ id, owner: 'nobody', status: 'released', currency: '---', expires_at: now })
          .onConflict((conflict) => conflict.column('id').doNothing()),
      );
      status = (await db.row(db.query.selectFrom('reservations').select('status').where('id', '=', id)))!.status;
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

/** Finds stock counters that differ from PostgreSQL minus reservations in flight. */
export async function findDrift(
  db: Database,
  stockCounters: StockCounters,
): Promise<Map<string, { stockCounters: number | undefined; right: number }>> {
  const drift = new Map<string, { stockCounters: number | undefined; right: number }>();
  const [products, pending, counts, inFlight] = await Promise.all([
    db.rows(selectAvailable(db).where('deleted_at', 'is', null)),
    db.rows(db.query.selectFrom('outbox').select('key').distinct().where('topic', '=', 'stock.adjusted')),
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
  const known = await db.rows(db.query.selectFrom('reservations').select('id').where('id', '=', anyOf(ids)));
  const knownIds = new Set(known.map((row) => row.id));
  for (const id of ids.filter((each) => !knownIds.has(each))) {
    count((await stockCounters.reservedLines(id)) ?? new Map(), 1);
    const replaced = await stockCounters.replacedBy(id);
    if (replaced.size === 0) continue;
    const reserved = await db.rows(
      db.query
        .selectFrom('reservations')
        .select('id')
        .where('id', '=', anyOf([...replaced.keys()]))
        .where('status', '=', 'reserved'),
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
      const row = await sql.row(selectAvailable(sql).where('id', '=', id).forNoKeyUpdate());
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
