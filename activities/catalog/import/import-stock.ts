/** Applies the stock columns of an import row to its product. */
import { changeStock, MAX_STOCK, type StockState } from '../../../domain/stock.ts';
import type { Sql } from '../../../infra/postgres/database.ts';
import type { Row } from '../../../infra/postgres/entities/index.ts';
import { rowsOf } from '../../../infra/postgres/statement-parts.ts';
import type { ImportRow } from './import-row.ts';

export type KnownProduct = StockState & Pick<Row<'products'>, 'id' | 'sku' | 'family_id'>;

/** Deltas that were already applied, by product and reference. */
export type CountedDeltas = ReadonlyMap<string, number>;

export type Verdict = { reason: string } | { stockQuantity: number | undefined };

const deltaKey = (productId: string, reference: string) => `${productId} ${reference}`;
/** The prefix keeps references apart from the Idempotency-Keys of API callers. */
const referenceOf = (row: ImportRow): string => `import:${row.stockReference}`;

/** Call this under the products' row locks, so that no concurrent import applies the same delivery. */
export async function readCountedDeltas(
  sql: Sql,
  rows: readonly ImportRow[],
  known: ReadonlyMap<string, KnownProduct>,
): Promise<CountedDeltas> {
  const deliveries = rows.filter((row) => row.stockDelta !== undefined && known.has(row.sku));
  if (deliveries.length === 0) return new Map();
  const given = deliveries.map((row) => ({ product_id: known.get(row.sku)!.id, reference: referenceOf(row) }));
  const counted = await sql.rows(
    sql.query
      .selectFrom('stock_changes')
      .innerJoin(rowsOf('given', { product_id: 'uuid', reference: 'text' }, given), (join) =>
        join
          .onRef('given.product_id', '=', 'stock_changes.product_id')
          .onRef('given.reference', '=', 'stock_changes.reference'),
      )
      .select(['stock_changes.product_id', 'stock_changes.reference', 'stock_changes.delta']),
  );
  return new Map(counted.map((row) => [deltaKey(row.product_id, row.reference), row.delta]));
}

/** Records the deliveries, so that importing the same file again does not apply them twice. */
export async function recordDeltas(
  sql: Sql,
  rows: readonly ImportRow[],
  idOf: (row: ImportRow) => string,
): Promise<void> {
  const changes = rows.flatMap((row) =>
    row.stockDelta === undefined ? [] : [{ product_id: idOf(row), reference: referenceOf(row), delta: row.stockDelta }],
  );
  if (changes.length === 0) return;
  const columns = ['product_id', 'reference', 'delta'] as const;
  await sql.run(
    sql.query
      .insertInto('stock_changes')
      .columns(columns)
      .expression((insert) =>
        insert
          .selectFrom(rowsOf('given', { product_id: 'uuid', reference: 'text', delta: 'integer' }, changes))
          .select(columns),
      )
      .onConflict((conflict) => conflict.doNothing()),
  );
}

/** @returns why a valid row can't be written, or the new units on hand; undefined leaves them unchanged */
export function judge(row: ImportRow, known: KnownProduct | undefined, counted: CountedDeltas): Verdict {
  if (!known) return judgeNew(row);
  if (row.stockDelta !== undefined) {
    const before = counted.get(deltaKey(known.id, referenceOf(row)));
    if (before === row.stockDelta) return { stockQuantity: undefined };
    if (before !== undefined) {
      return {
        reason: `stock_reference: ${row.stockReference} was already applied as ${before}; use a different reference`,
      };
    }
    return verdictOf('stock_delta', known, { delta: row.stockDelta });
  }
  if (row.stockQuantity === undefined) return { stockQuantity: undefined };
  return verdictOf('stock_quantity', known, { quantity: row.stockQuantity, version: row.stockVersion });
}

function verdictOf(column: string, known: KnownProduct, change: Parameters<typeof changeStock>[1]): Verdict {
  const outcome = changeStock(known, change);
  if ('quantity' in outcome) return { stockQuantity: outcome.quantity };
  const { quantity, reserved, version } = known;
  switch (outcome.refused) {
    case 'changed':
      return {
        reason: `${column}: ${quantity} units are on hand (stock_version ${version}); send the stock_version of your count, or use stock_delta and stock_reference`,
      };
    case 'reserved':
      return {
        reason: `${column}: ${reserved} of the ${quantity} units on hand are reserved; stock can’t be set below that`,
      };
    case 'too_many':
      return { reason: `${column}: at most ${MAX_STOCK} units can be on hand; the product has ${quantity}` };
  }
}

function judgeNew(row: ImportRow): Verdict {
  const missing = [row.name === undefined && 'a name', row.priceCents === undefined && 'a price'].filter(Boolean);
  if (missing.length > 0) return { reason: `sku ${row.sku} is new and needs ${missing.join(' and ')}` };
  if (row.stockVersion !== undefined) return { reason: `stock_version: sku ${row.sku} is new; leave it empty` };
  if (row.stockDelta !== undefined && row.stockDelta < 0) {
    return { reason: `stock_delta: sku ${row.sku} is new and has no units to remove` };
  }
  return { stockQuantity: row.stockDelta ?? row.stockQuantity };
}
