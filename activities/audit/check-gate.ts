/** The Redis gate against PostgreSQL. Drift here has one right answer, what PostgreSQL says, so it is repaired. */
import type { Database } from '../../infra/postgres/database.ts';
import type { StockGate } from '../../infra/redis/stock-counters.ts';
import type { Finding } from './finding.ts';

/** A hold that the gate took but PostgreSQL never heard of is in flight for at most this long. */
const IN_FLIGHT_MS = 60_000;

/** Ends marks at the gate whose reservation has ended, or was never made. @returns what was repaired */
export async function repairMarks(db: Database, gate: StockGate): Promise<Finding[]> {
  const repaired: Finding[] = [];
  const held = await gate.heldReservations();
  const ids = [...held.keys()];
  const rows = await db.rows<{ id: string; status: string }>(
    'select id, status from reservations where id = any($1::uuid[])',
    [ids],
  );
  const statusById = new Map(rows.map((row) => [row.id, row.status]));
  for (const id of ids) {
    let status = statusById.get(id);
    if (status === 'held') continue;
    if (status === undefined) {
      if (Date.now() - held.get(id)! < IN_FLIGHT_MS) continue;
      // The hold's workflow was ended between gate and ledger. Its id is used up first, so that a late try can't hold after all.
      await db.run(
        `insert into reservations (id, owner, status, currency, expires_at) values ($1, 'nobody', 'released', '---', now())
         on conflict (id) do nothing`,
        [id],
      );
      status = (await db.row<{ status: string }>('select status from reservations where id = $1', [id]))!.status;
      if (status === 'held') continue;
    }
    if (await gate.end(id, status === 'committed' ? 'committed' : 'released')) {
      repaired.push({
        check: 'gate',
        subject: `reservation ${id}`,
        detail: `was still counted as held; it is ${status}`,
      });
    }
  }
  return repaired;
}

interface ProductRow {
  id: string;
  available: number;
}

/** Counters at the gate that differ from PostgreSQL, holds in flight set off. */
export async function findDrift(
  db: Database,
  gate: StockGate,
): Promise<Map<string, { gate: number | undefined; right: number }>> {
  const drift = new Map<string, { gate: number | undefined; right: number }>();
  const [products, pending, counts, inFlight] = await Promise.all([
    db.rows<ProductRow>(
      'select id, stock_quantity - reserved_quantity as available from products where deleted_at is null',
    ),
    db.rows<{ key: string }>(`select distinct key from outbox where topic = 'stock.adjusted'`),
    gate.allAvailable(),
    inFlightByProduct(db, gate),
  ]);
  const adjusting = new Set(pending.map((row) => row.key));
  for (const { id, available } of products) {
    if (adjusting.has(id)) continue;
    const right = available - (inFlight.get(id) ?? 0);
    const counted = counts.get(id);
    if (counted !== right) drift.set(id, { gate: counted, right });
  }
  return drift;
}

/** Units by product that the gate counts as taken and PostgreSQL does not: reservations on their way, less those that they replace. */
async function inFlightByProduct(db: Database, gate: StockGate): Promise<Map<string, number>> {
  const ids = [...(await gate.heldReservations()).keys()];
  const inFlight = new Map<string, number>();
  const count = (lines: ReadonlyMap<string, number>, sign: 1 | -1) => {
    for (const [productId, quantity] of lines)
      inFlight.set(productId, (inFlight.get(productId) ?? 0) + sign * quantity);
  };
  const known = await db.rows<{ id: string }>('select id from reservations where id = any($1::uuid[])', [ids]);
  const knownIds = new Set(known.map((row) => row.id));
  for (const id of ids.filter((each) => !knownIds.has(each))) {
    count((await gate.heldLines(id)) ?? new Map(), 1);
    const replaced = await gate.replacedBy(id);
    if (replaced.size === 0) continue;
    const held = await db.rows<{ id: string }>(
      `select id from reservations where id = any($1::uuid[]) and status = 'held'`,
      [[...replaced.keys()]],
    );
    for (const row of held) count(replaced.get(row.id)!, -1);
  }
  return inFlight;
}

/**
 * Sets counters that drifted, each while its product's row is locked (no hold of it can commit meanwhile) and only if it has not
 * moved since it was seen.
 */
export async function repairDrift(
  db: Database,
  gate: StockGate,
  drift: ReadonlyMap<string, { gate: number | undefined; right: number }>,
): Promise<Finding[]> {
  const repaired: Finding[] = [];
  for (const [id, seen] of drift) {
    const right = await db.transaction(async (sql) => {
      const row = await sql.row<ProductRow>(
        'select id, stock_quantity - reserved_quantity as available from products where id = $1 for no key update',
        [id],
      );
      if (!row) return undefined;
      const target = row.available - ((await inFlightByProduct(db, gate)).get(id) ?? 0);
      return (await gate.correct(id, seen.gate, target)) ? target : undefined;
    });
    if (right !== undefined) {
      repaired.push({
        check: 'gate',
        subject: `product ${id}`,
        detail: `counted ${seen.gate ?? 'nothing'}, set to ${right}`,
      });
    }
  }
  return repaired;
}
