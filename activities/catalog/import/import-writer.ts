/** Writes imported rows: updates products with known SKUs and creates the others. One batch is one transaction. */
import type { QueryCreator } from 'kysely';
import { toDecimalString } from '../../../domain/money.ts';
import type { Database, Sql } from '../../../infra/postgres/database.ts';
import type { Tables } from '../../../infra/postgres/entities/index.ts';
import { anyOf, pairsOf, rowsOf, textsIn } from '../../../infra/postgres/statement-parts.ts';
import { categoryPictureAddress, familyIdOf, pictureAddress, productIdOf, slugOf } from '../catalog-ids.ts';
import type { BadRow, ImportRow } from './import-row.ts';
import { judge, readCountedDeltas, recordDeltas } from './import-stock.ts';

export interface BatchResult {
  made: number;
  changed: number;
  unchanged: number;
  bad: BadRow[];
  /** Names of categories that were created. */
  newCategories: string[];
}

/** Rolls back the transaction of a dry run, and carries its result. */
class DryRunRollback extends Error {
  readonly result: BatchResult;
  constructor(result: BatchResult) {
    super('dry run');
    this.result = result;
  }
}

/** Creates missing categories. @returns IDs by slug, and the names of the created categories */
async function ensureCategories(
  sql: Sql,
  rows: readonly ImportRow[],
): Promise<{ ids: Map<string, string>; made: string[] }> {
  const wanted = new Map(rows.flatMap(({ category }) => (category ? [[slugOf(category), category] as const] : [])));
  if (wanted.size === 0) return { ids: new Map(), made: [] };
  const given = [...wanted].map(([slug, name]) => ({ slug, name, image_url: categoryPictureAddress(slug) }));
  const columns = ['slug', 'name', 'image_url'] as const;
  const made = await sql.rows(
    sql.query
      .insertInto('categories')
      .columns([...columns, 'position'])
      .expression((insert) =>
        insert
          .selectFrom(rowsOf('given', { slug: 'text', name: 'text', image_url: 'text' }, given))
          .select(columns)
          .select((row) =>
            row
              .selectFrom('categories')
              .select((of) => of(of.fn.coalesce(of.fn.max('position'), of.lit(0)), '+', 1).as('next'))
              .as('position'),
          ),
      )
      .onConflict((conflict) => conflict.column('slug').doNothing())
      .returning('name'),
  );
  const known = await sql.rows(
    sql.query
      .selectFrom('categories')
      .select(['slug', 'id'])
      .where('slug', '=', anyOf([...wanted.keys()])),
  );
  return { ids: new Map(known.map(({ slug, id }) => [slug, id])), made: made.map(({ name }) => name) };
}

async function ensureFamilies(sql: Sql, rows: readonly ImportRow[]): Promise<void> {
  const families = new Map(rows.flatMap(({ family }) => (family ? [[familyIdOf(family), family] as const] : [])));
  if (families.size === 0) return;
  const given = [...families].map(([id, name]) => ({ id, name }));
  await sql.run(
    sql.query
      .insertInto('product_families')
      .columns(['id', 'name'])
      .expression((insert) =>
        insert.selectFrom(rowsOf('given', { id: 'uuid', name: 'text' }, given)).select(['id', 'name']),
      )
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
}

/** @param stockQuantity new units on hand; undefined leaves them unchanged */
function toRecord(
  row: ImportRow,
  id: string,
  stockQuantity: number | undefined,
  categoryIds: ReadonlyMap<string, string>,
) {
  return {
    id,
    sku: row.sku,
    name: row.name ?? null,
    description: row.description ?? null,
    price: row.priceCents === undefined ? null : toDecimalString(row.priceCents, row.currency),
    currency: row.currency,
    stock_quantity: stockQuantity ?? null,
    category_id: (row.category && categoryIds.get(slugOf(row.category))) ?? null,
    family_id: row.family === undefined ? null : familyIdOf(row.family),
    option_values: row.options ?? null,
    tags: row.tags ?? null,
    image_url: row.imageUrl ?? null,
  };
}

/** A product as it is imported: null leaves a column of an existing product unchanged. */
type ProductRecord = ReturnType<typeof toRecord>;

const RECORD_TYPES = {
  id: 'uuid',
  sku: 'text',
  name: 'text',
  description: 'text',
  price: 'numeric',
  currency: 'text',
  stock_quantity: 'integer',
  category_id: 'uuid',
  family_id: 'uuid',
  option_values: 'jsonb',
  tags: 'jsonb',
  image_url: 'text',
} as const;

async function insertNew(sql: Sql, records: readonly ProductRecord[]): Promise<number> {
  const columns = ['id', 'sku', 'name', 'price', 'currency', 'category_id', 'family_id'] as const;
  const defaulted = ['description', 'stock_quantity', 'is_family_lead', 'option_values', 'image_url'] as const;
  const rows = records.map((record) => ({
    ...record,
    description: record.description ?? '',
    stock_quantity: record.stock_quantity ?? 0,
    is_family_lead: record.family_id === null,
    option_values: record.option_values ?? {},
    image_url: record.image_url ?? pictureAddress(record.sku),
  }));
  return await sql.run(
    sql.query
      .insertInto('products')
      .columns([...columns, ...defaulted, 'tags'])
      .expression((insert) =>
        insert
          .selectFrom(rowsOf('given', { ...RECORD_TYPES, is_family_lead: 'boolean' }, rows))
          .select([...columns, ...defaulted])
          .select((given) => textsIn(given.ref('tags')).as('tags')),
      ),
  );
}

/** Columns whose change is a change of the product. */
const COMPARED = [
  'name',
  'description',
  'price',
  'currency',
  'stock_quantity',
  'category_id',
  'family_id',
  'option_values',
  'tags',
  'image_url',
] as const;

/**
 * Updates existing products. A price changes together with its currency. A deleted product is restored, and leads its family only if no
 * other product does.
 * @returns how many products changed
 */
async function updateKnown(sql: Sql, records: readonly ProductRecord[]): Promise<number> {
  return await sql.run(
    sql.query
      .with('changed', (changed) => selectChanged(changed, records))
      .updateTable('products as p')
      .from('changed')
      .set((to) => ({
        name: to.ref('changed.name'),
        description: to.ref('changed.description'),
        price: to.ref('changed.price'),
        currency: to.ref('changed.currency'),
        stock_quantity: to.ref('changed.stock_quantity'),
        category_id: to.ref('changed.category_id'),
        family_id: to.ref('changed.family_id'),
        option_values: to.ref('changed.option_values'),
        tags: to.ref('changed.tags'),
        image_url: to.ref('changed.image_url'),
        deleted_at: null,
        is_family_lead: to
          .case()
          .when(
            to.or([
              to('p.deleted_at', 'is not', null),
              to('changed.family_id', 'is distinct from', to.ref('p.family_id')),
            ]),
          )
          .then(to('changed.family_id', 'is', null).$castTo<boolean>())
          .else(to.ref('p.is_family_lead'))
          .end(),
      }))
      .whereRef('p.id', '=', 'changed.id')
      .where((is) =>
        is.or([
          is('p.deleted_at', 'is not', null),
          ...COMPARED.map((column) => is(`p.${column}`, 'is distinct from', is.ref(`changed.${column}`))),
        ]),
      ),
  );
}

/** Selects existing products as they are after the import. */
function selectChanged(sql: QueryCreator<Tables>, records: readonly ProductRecord[]) {
  return sql
    .selectFrom(rowsOf('given', RECORD_TYPES, records))
    .innerJoin('products as p', 'p.sku', 'given.sku')
    .select((of) => [
      'p.id',
      of.fn.coalesce('given.name', 'p.name').as('name'),
      of.fn.coalesce('given.description', 'p.description').as('description'),
      of.fn.coalesce('given.price', 'p.price').as('price'),
      of
        .case()
        .when('given.price', 'is', null)
        .then(of.ref('p.currency'))
        .else(of.ref('given.currency'))
        .end()
        .as('currency'),
      of.fn.coalesce('given.stock_quantity', 'p.stock_quantity').as('stock_quantity'),
      of.fn.coalesce('given.category_id', 'p.category_id').as('category_id'),
      of.fn.coalesce('given.family_id', 'p.family_id').as('family_id'),
      of.fn.coalesce('given.option_values', 'p.option_values').as('option_values'),
      of
        .case()
        .when('given.tags', 'is', null)
        .then(of.ref('p.tags'))
        .else(textsIn(of.ref('given.tags')))
        .end()
        .as('tags'),
      of.fn.coalesce('given.image_url', 'p.image_url').as('image_url'),
    ]);
}

/** Makes sure that each changed family has one lead, which lists show, and the names of the options in which its members differ. */
async function completeFamilies(sql: Sql, familyIds: readonly string[]): Promise<void> {
  if (familyIds.length === 0) return;
  await sql.run(
    sql.query
      .updateTable('products')
      .set({ is_family_lead: true })
      .where('id', 'in', selectFirstsWithoutLead(sql, familyIds)),
  );
  await sql.run(
    sql.query
      .updateTable('product_families as family')
      .from(selectDifferingOptions(sql, familyIds).as('differing'))
      .set((to) => ({ option_names: to.ref('differing.names') }))
      .whereRef('family.id', '=', 'differing.family_id')
      .where((is) => is.not(is('family.option_names', '@>', is.ref('differing.names')))),
  );
}

function selectFirstsWithoutLead(sql: Sql, familyIds: readonly string[]) {
  return sql.query
    .selectFrom('products as member')
    .distinctOn('member.family_id')
    .select('member.id')
    .where('member.family_id', '=', anyOf(familyIds))
    .where('member.deleted_at', 'is', null)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('products as lead')
            .select('lead.id')
            .whereRef('lead.family_id', '=', 'member.family_id')
            .where('lead.deleted_at', 'is', null)
            .where((lead) => lead.ref('lead.is_family_lead')),
        ),
      ),
    )
    .orderBy('member.family_id')
    .orderBy('member.sku');
}

function selectDifferingOptions(sql: Sql, familyIds: readonly string[]) {
  return sql.query
    .selectFrom((from) =>
      from
        .selectFrom('products')
        .crossJoinLateral((of) => pairsOf(of.ref('products.option_values')).as('option'))
        .select(['products.family_id', 'option.key as name'])
        .where('products.family_id', '=', anyOf(familyIds))
        .where('products.deleted_at', 'is', null)
        .groupBy(['products.family_id', 'option.key'])
        .having((of) => of.fn.count('option.value').distinct(), '>', 1)
        .as('option'),
    )
    .select((of) => [
      'option.family_id',
      of.fn.agg<string[]>('array_agg', ['option.name']).orderBy('option.name').as('names'),
    ])
    .groupBy('option.family_id');
}

async function write(sql: Sql, rows: readonly ImportRow[]): Promise<BatchResult> {
  // Lock in order of IDs, as reservations do, so that the two can't deadlock.
  const known = new Map(
    (
      await sql.rows(
        sql.query
          .selectFrom('products')
          .select(['id', 'sku', 'family_id'])
          .select(['stock_quantity as quantity', 'reserved_quantity as reserved', 'stock_version as version'])
          .where('sku', '=', anyOf(rows.map(({ sku }) => sku)))
          .orderBy('id')
          .forUpdate(),
      )
    ).map((product) => [product.sku, product]),
  );
  const counted = await readCountedDeltas(sql, rows, known);
  const bad: BadRow[] = [];
  const valid: ImportRow[] = [];
  const stockOf = new Map<ImportRow, number | undefined>();
  for (const row of rows) {
    const verdict = judge(row, known.get(row.sku), counted);
    if ('reason' in verdict) {
      bad.push({ line: row.line, reason: verdict.reason });
      continue;
    }
    valid.push(row);
    stockOf.set(row, verdict.stockQuantity);
  }
  const categories = await ensureCategories(sql, valid);
  await ensureFamilies(sql, valid);
  const idOf = (row: ImportRow) => known.get(row.sku)?.id ?? productIdOf(row.sku);
  const records = valid.map((row) => toRecord(row, idOf(row), stockOf.get(row), categories.ids));
  const newRecords = records.filter(({ sku }) => !known.has(sku));
  const knownRecords = records.filter(({ sku }) => known.has(sku));
  const made = newRecords.length > 0 ? await insertNew(sql, newRecords) : 0;
  const changed = knownRecords.length > 0 ? await updateKnown(sql, knownRecords) : 0;
  await recordDeltas(sql, valid, idOf);
  const families = [...records.map(({ family_id }) => family_id), ...valid.map(({ sku }) => known.get(sku)?.family_id)];
  await completeFamilies(sql, [...new Set(families.filter((id) => typeof id === 'string'))]);
  return { made, changed, unchanged: knownRecords.length - changed, bad, newCategories: categories.made };
}

/**
 * Writes one batch, in which each SKU occurs once.
 * @param dryRun writes everything and then rolls it back, so that the result is what an import would report
 */
export async function importBatch(db: Database, rows: readonly ImportRow[], dryRun: boolean): Promise<BatchResult> {
  try {
    return await db.transaction(async (sql) => {
      const result = await write(sql, rows);
      if (dryRun) throw new DryRunRollback(result);
      return result;
    });
  } catch (error) {
    if (error instanceof DryRunRollback) return error.result;
    throw error;
  }
}
