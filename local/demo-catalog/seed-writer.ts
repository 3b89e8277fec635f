/** Inserts generated products into the database. Existing products stay unchanged, including their stock and edited prices. */

import {
  categoryPictureAddress,
  familyIdOf,
  pictureAddress,
  productIdOf,
} from '../../activities/catalog/catalog-ids.ts';
import { toDecimalString } from '../../domain/money.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import { CATEGORIES } from './categories.ts';
import type { CatalogProduct } from './product.ts';

export async function seedCategories(db: Database): Promise<void> {
  const rows = CATEGORIES.map(({ slug, name, description }, position) => ({
    slug,
    name,
    description,
    image_url: categoryPictureAddress(slug),
    position,
  }));
  await db.run(
    `insert into categories (slug, name, description, image_url, position)
     select slug, name, description, image_url, position
     from jsonb_to_recordset($1::jsonb) as given(slug text, name text, description text, image_url text, position int)
     on conflict (slug) do nothing`,
    [JSON.stringify(rows)],
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
    `insert into product_families (id, name, option_names)
     select id, name, array(select jsonb_array_elements_text(option_names))
     from jsonb_to_recordset($1::jsonb) as given(id uuid, name text, option_names jsonb)
     on conflict (id) do nothing`,
    [JSON.stringify([...families.values()])],
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
    created_at: product.createdAt.toISOString(),
  }));
  return await db.transaction(async (sql) => {
    await insertFamilies(sql, products);
    return await sql.run(
      `insert into products (id, sku, name, description, price, currency, stock_quantity, category_id, family_id,
         is_family_lead, option_values, tags, image_url, created_at, updated_at)
       select given.id, given.sku, given.name, given.description, given.price, given.currency, given.stock_quantity,
         category.id, given.family_id, given.is_family_lead, given.option_values,
         array(select jsonb_array_elements_text(given.tags)), given.image_url, given.created_at, given.created_at
       from jsonb_to_recordset($1::jsonb) as given(id uuid, sku text, name text, description text, price numeric,
         currency text, stock_quantity int, category text, family_id uuid, is_family_lead boolean, option_values jsonb,
         tags jsonb, image_url text, created_at timestamptz)
       join categories category on category.slug = given.category
       on conflict (sku) do nothing`,
      [JSON.stringify(rows)],
    );
  });
}
