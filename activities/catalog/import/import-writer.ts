/** Writes imported rows: updates products with known SKUs and creates the others. One batch is one transaction. */
import { toDecimalString } from '../../../domain/money.ts';
import type { Database, Sql } from '../../../infra/postgres/database.ts';
import { categoryPictureAddress, familyIdOf, pictureAddress, productIdOf, slugOf } from '../catalog-ids.ts';
import type { BadRow, ImportRow } from './import-row.ts';
import { judge, type KnownProduct, readCountedDeltas, recordDeltas } from './import-stock.ts';

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
  const made = await sql.rows<{ name: string }>(
    `insert into categories (slug, name, image_url, position)
     select slug, name, image_url, (select coalesce(max(position), 0) + 1 from categories)
     from jsonb_to_recordset($1::jsonb) as given(slug text, name text, image_url text)
     on conflict (slug) do nothing returning name`,
    [JSON.stringify([...wanted].map(([slug, name]) => ({ slug, name, image_url: categoryPictureAddress(slug) })))],
  );
  const known = await sql.rows<{ slug: string; id: string }>('select slug, id from categories where slug = any($1)', [
    [...wanted.keys()],
  ]);
  return { ids: new Map(known.map(({ slug, id }) => [slug, id])), made: made.map(({ name }) => name) };
}

async function ensureFamilies(sql: Sql, rows: readonly ImportRow[]): Promise<void> {
  const families = new Map(rows.flatMap(({ family }) => (family ? [[familyIdOf(family), family] as const] : [])));
  if (families.size === 0) return;
  await sql.run(
    `insert into product_families (id, name)
     select id, name from jsonb_to_recordset($1::jsonb) as given(id uuid, name text) on conflict (id) do nothing`,
    [JSON.stringify([...families].map(([id, name]) => ({ id, name })))],
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
    name: row.name,
    description: row.description,
    price: row.priceCents === undefined ? undefined : toDecimalString(row.priceCents, row.currency),
    currency: row.currency,
    stock_quantity: stockQuantity,
    category_id: row.category && categoryIds.get(slugOf(row.category)),
    family_id: row.family && familyIdOf(row.family),
    option_values: row.options,
    tags: row.tags,
    image_url: row.imageUrl,
    picture: pictureAddress(row.sku),
  };
}

const GIVEN = `jsonb_to_recordset($1::jsonb) as given(id uuid, sku text, name text, description text, price numeric,
  currency text, stock_quantity int, category_id uuid, family_id uuid, option_values jsonb, tags jsonb, image_url text,
  picture text)`;
const TAGS = 'array(select jsonb_array_elements_text(given.tags))';

async function insertNew(sql: Sql, records: readonly object[]): Promise<number> {
  return await sql.run(
    `insert into products (id, sku, name, description, price, currency, stock_quantity, category_id, family_id,
       is_family_lead, option_values, tags, image_url)
     select id, sku, name, coalesce(description, ''), price, currency, coalesce(stock_quantity, 0), category_id, family_id,
       family_id is null, coalesce(option_values, '{}'), case when tags is null then '{}' else ${TAGS} end,
       coalesce(image_url, picture)
     from ${GIVEN}`,
    [JSON.stringify(records)],
  );
}

/**
 * Updates existing products. A price changes together with its currency. A deleted product is restored, and leads its family only if no
 * other product does.
 * @returns how many products changed
 */
async function updateKnown(sql: Sql, records: readonly object[]): Promise<number> {
  return await sql.run(
    `with changed as (
       select p.id, coalesce(given.name, p.name) as name, coalesce(given.description, p.description) as description,
         coalesce(given.price, p.price) as price,
         case when given.price is null then p.currency else given.currency::char(3) end as currency,
         coalesce(given.stock_quantity, p.stock_quantity) as stock_quantity,
         coalesce(given.category_id, p.category_id) as category_id, coalesce(given.family_id, p.family_id) as family_id,
         coalesce(given.option_values, p.option_values) as option_values,
         case when given.tags is null then p.tags else ${TAGS} end as tags,
         coalesce(given.image_url, p.image_url) as image_url
       from ${GIVEN} join products p on p.sku = given.sku)
     update products p set name = changed.name, description = changed.description, price = changed.price,
       currency = changed.currency, stock_quantity = changed.stock_quantity, category_id = changed.category_id,
       family_id = changed.family_id, option_values = changed.option_values, tags = changed.tags,
       image_url = changed.image_url, deleted_at = null,
       is_family_lead = case when p.deleted_at is not null or changed.family_id is distinct from p.family_id
         then changed.family_id is null else p.is_family_lead end
     from changed
     where p.id = changed.id and (p.deleted_at is not null or
       (p.name, p.description, p.price, p.currency, p.stock_quantity, p.category_id, p.family_id, p.option_values, p.tags,
        p.image_url)
       is distinct from
       (changed.name, changed.description, changed.price, changed.currency, changed.stock_quantity, changed.category_id,
        changed.family_id, changed.option_values, changed.tags, changed.image_url))`,
    [JSON.stringify(records)],
  );
}

/** Makes sure that each changed family has one lead, which lists show, and the names of the options in which its members differ. */
async function completeFamilies(sql: Sql, familyIds: readonly string[]): Promise<void> {
  if (familyIds.length === 0) return;
  await sql.run(
    `update products set is_family_lead = true where id in (
       select distinct on (family_id) id from products member
       where family_id = any($1::uuid[]) and deleted_at is null and not exists (
         select 1 from products lead
         where lead.family_id = member.family_id and lead.deleted_at is null and lead.is_family_lead)
       order by family_id, sku)`,
    [familyIds],
  );
  await sql.run(
    `update product_families family set option_names = differing.names
     from (
       select family_id, array_agg(name order by name) as names
       from (
         select family_id, option.key as name from products, jsonb_each_text(option_values) option
         where family_id = any($1::uuid[]) and deleted_at is null
         group by family_id, option.key having count(distinct option.value) > 1) each_option
       group by family_id) differing
     where family.id = differing.family_id and not family.option_names @> differing.names`,
    [familyIds],
  );
}

async function write(sql: Sql, rows: readonly ImportRow[]): Promise<BatchResult> {
  // Lock in order of IDs, as reservations do, so that the two can't deadlock.
  const known = new Map(
    (
      await sql.rows<KnownProduct>(
        `select id, sku, stock_quantity as quantity, reserved_quantity as reserved, stock_version as version, family_id
         from products where sku = any($1) order by id for update`,
        [rows.map(({ sku }) => sku)],
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
