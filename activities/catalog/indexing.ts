/** Indexes products from PostgreSQL in the search index: those that changed, or all of them in a new index. */
import { type InferResult, sql as part } from 'kysely';
import { fromDecimal } from '../../domain/money.ts';
import type { IndexedProduct, ProductIndex } from '../../infra/elasticsearch/product-index.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { anyOf, literal, pairsOf } from '../../infra/postgres/statement-parts.ts';

/**
 * Selects products as they are indexed. A family is one document, that of its lead: it is in stock while any variant is, and has the version
 * of its newest change.
 */
function selectIndexed(sql: Sql) {
  return sql.query
    .selectFrom('products')
    .leftJoin('categories as category', 'category.id', 'products.category_id')
    .select([
      'products.id',
      'products.sku',
      'products.name',
      'products.description',
      'products.tags',
      'products.price',
      'products.currency',
      'products.image_url',
      'products.family_id',
      'products.is_family_lead',
      'products.deleted_at',
      'products.created_at',
      'category.slug as category_slug',
      'category.name as category_name',
    ])
    .select((product) => {
      const variants = product.selectFrom('products as v').whereRef('v.family_id', '=', 'products.family_id');
      const sold = variants.where('v.deleted_at', 'is', null);
      const options = sold
        .crossJoinLateral((of) => pairsOf(of.ref('v.option_values')).as('option'))
        .select(({ fn }) => fn.agg<string[]>('array_agg', ['option.value']).distinct().as('values'));
      const skus = sold.select(({ fn }) => fn.agg<string[]>('array_agg', ['v.sku']).as('skus'));
      const prices = sold.select(({ fn }) => fn.agg<string[]>('array_agg', ['v.price']).distinct().as('prices'));
      const unlessFamily = product.case().when('products.family_id', 'is', null);
      return [
        unlessFamily
          .then(product('products.stock_quantity', '>', 0))
          .else(product.exists(sold.select('v.id').where('v.stock_quantity', '>', 0)))
          .end()
          .$castTo<boolean>()
          .as('in_stock'),
        unlessFamily
          .then(product.ref('products.version'))
          .else(variants.select(({ fn }) => fn.max('v.version').as('newest')))
          .end()
          .$castTo<number>()
          .as('version'),
        unlessFamily.then(product.lit(null)).else(options).end().$castTo<string[] | null>().as('options'),
        unlessFamily.then(product.lit(null)).else(skus).end().$castTo<string[] | null>().as('skus'),
        unlessFamily.then(product.lit(null)).else(prices).end().$castTo<string[] | null>().as('prices'),
      ];
    });
}

type ProductRow = InferResult<ReturnType<typeof selectIndexed>>[number];

const BATCH = 1_000;
/** Up to this many rows force a refresh, which is cheap for few changes; larger imports wait for the index's own refresh each second. */
const FEW_ROWS = 50;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Indexes the current state of the given products. Safe to run late or repeatedly. */
export async function indexChanged(db: Sql, index: ProductIndex, productIds: readonly string[]): Promise<void> {
  const rows = await db.rows(
    selectIndexed(db).where((is) =>
      is.or([
        is('products.id', '=', anyOf(productIds)),
        is.and([
          is.ref('products.is_family_lead'),
          is(
            'products.family_id',
            'in',
            is
              .selectFrom('products as changed')
              .select('changed.family_id')
              .where('changed.id', '=', anyOf(productIds))
              .where('changed.family_id', 'is not', null),
          ),
        ]),
      ]),
    ),
  );
  const shown = rows.filter((row) => !row.deleted_at && row.is_family_lead);
  const removed = rows.filter((row) => row.deleted_at || !row.is_family_lead);
  // Make the change visible before the caller invalidates caches, or an old response would be cached again.
  await index.write(
    shown.map(toIndexed),
    removed.map((row) => ({ id: row.id, version: row.version })),
    { refresh: rows.length > FEW_ROWS ? 'wait_for' : true },
  );
}

/**
 * Fills a new index beside the current one and switches the alias. Products that change in the meantime are indexed again after the switch
 * through the outbox, since their rows are newer.
 * @returns the number of indexed products
 */
export async function rebuildIndex(
  db: Database,
  index: ProductIndex,
  onProgress: (done: number) => void,
): Promise<number> {
  const name = `${index.alias}-${Date.now()}`;
  await index.create(name);
  let after = FIRST_ID;
  let done = 0;
  for (;;) {
    const rows = await db.rows(
      selectIndexed(db)
        .where('products.deleted_at', 'is', null)
        .where((is) => is.ref('products.is_family_lead'))
        .where('products.id', '>', after)
        .orderBy('products.id')
        .limit(BATCH),
    );
    if (rows.length === 0) break;
    await index.write(rows.map(toIndexed), [], { index: name });
    after = rows.at(-1)!.id;
    done += rows.length;
    onProgress(done);
  }
  const startedAt = new Date();
  await index.publish(name);
  // Products that changed while the new index was being filled may have been indexed only in the old one.
  await db.run(
    db.query
      .insertInto('outbox')
      .columns(['topic', 'key'])
      .expression((insert) =>
        insert
          .selectFrom('products')
          .select((of) => [literal('product.changed').as('topic'), of.cast<string>('products.id', 'text').as('key')])
          .where('updated_at', '>', part<Date>`${startedAt}::timestamptz - interval '1 hour'`),
      ),
  );
  return done;
}

function toIndexed(row: ProductRow): IndexedProduct {
  return {
    id: row.id,
    sku: row.sku,
    skus: row.skus ?? [row.sku],
    name: row.name,
    description: row.description,
    tags: row.tags,
    options: row.options ?? [],
    category: row.category_slug ? { slug: row.category_slug, name: row.category_name! } : null,
    priceCents: fromDecimal(row.price, row.currency),
    pricesCents: (row.prices ?? [row.price]).map((price) => fromDecimal(price, row.currency)),
    currency: row.currency,
    imageUrl: row.image_url,
    inStock: row.in_stock,
    familyId: row.family_id,
    createdAt: row.created_at.toISOString(),
    version: row.version,
  };
}
