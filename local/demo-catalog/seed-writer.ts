/** Inserts generated products into the database. Existing products stay unchanged, including their stock and edited prices. */

import {
  categoryPictureAddress,
  familyIdOf,
  pictureAddress,
  productIdOf,
} from '../../activities/catalog/catalog-ids.ts';
import { toDecimalString } from '../../domain/money.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { NewRow } from '../../infra/postgres/entities/index.ts';
import { rowsOf, textsIn } from '../../infra/postgres/statement-parts.ts';
import { CATEGORIES } from './categories.ts';
import type { CatalogProduct } from './product.ts';

/** Types of a product's columns that are inserted as they are given. */
const PLAIN = {
  id: 'uuid',
  sku: 'text',
  name: 'text',
  description: 'text',
  price: 'numeric',
  currency: 'text',
  stock_quantity: 'integer',
  family_id: 'uuid',
  is_family_lead: 'boolean',
  option_values: 'jsonb',
  image_url: 'text',
  created_at: 'timestamptz',
} as const satisfies { [Column in keyof NewRow<'products'>]: string };
const PLAIN_COLUMNS = Object.keys(PLAIN) as (keyof typeof PLAIN)[];

export async function seedCategories(db: Database): Promise<void> {
  const rows = CATEGORIES.map(({ slug, name, description }, position) => ({
    slug,
    name,
    description,
    image_url: categoryPictureAddress(slug),
    position,
  }));
  await db.run(
    db.query
      .insertInto('categories')
      .columns(['slug', 'name', 'description', 'image_url', 'position'])
      .expression((query) =>
        query
          .selectFrom(
            rowsOf(
              'given',
              { slug: 'text', name: 'text', description: 'text', image_url: 'text', position: 'integer' },
              rows,
            ),
          )
          .select(['given.slug', 'given.name', 'given.description', 'given.image_url', 'given.position']),
      )
      .onConflict((known) => known.column('slug').doNothing()),
  );
}

async function insertFamilies(sql: Sql, products: readonly CatalogProduct[]): Promise<void> {
  const families = new Map(
    products.flatMap(({ family }) =>
      family
        ? [[family.key, { id: familyIdOf(family.key), name: family.name, option_names: family.optionNames }] as const]
        : [],
    ),
  );
  if (families.size === 0) return;
  await sql.run(
    sql.query
      .insertInto('product_families')
      .columns(['id', 'name', 'option_names'])
      .expression((query) =>
        query
          .selectFrom(rowsOf('given', { id: 'uuid', name: 'text', option_names: 'jsonb' }, [...families.values()]))
          .select((family) => ['given.id', 'given.name', textsIn(family.ref('given.option_names')).as('option_names')]),
      )
      .onConflict((known) => known.column('id').doNothing()),
  );
}

/**
 * Inserts one batch in one transaction; triggers notify the search index and the stock counters.
 * @returns the number of new products
 */
export async function seedProducts(db: Database, products: readonly CatalogProduct[]): Promise<number> {
  const rows = products.map((product) => ({
    id: productIdOf(product.sku),
    sku: product.sku,
    name: product.name,
    description: product.description,
    price: toDecimalString(product.priceCents, product.currency),
    currency: product.currency,
    stock_quantity: product.stockQuantity,
    category: product.categorySlug,
    family_id: product.family ? familyIdOf(product.family.key) : null,
    is_family_lead: product.isFamilyLead,
    option_values: product.optionValues,
    tags: product.tags,
    image_url: pictureAddress(product.sku),
    created_at: product.createdAt,
  }));
  return await db.transaction(async (sql) => {
    await insertFamilies(sql, products);
    return await sql.run(
      sql.query
        .insertInto('products')
        .columns([...PLAIN_COLUMNS, 'tags', 'category_id', 'updated_at'])
        .expression((query) =>
          query
            .selectFrom(rowsOf('given', { ...PLAIN, tags: 'jsonb', category: 'text' }, rows))
            .innerJoin('categories as category', 'category.slug', 'given.category')
            .select(PLAIN_COLUMNS.map((column) => `given.${column}` as const))
            .select((product) => [
              textsIn(product.ref('given.tags')).as('tags'),
              'category.id as category_id',
              'given.created_at as updated_at',
            ]),
        )
        .onConflict((known) => known.column('sku').doNothing()),
    );
  });
}
