import type { InferResult } from 'kysely';
import type { Sql } from '../../infra/postgres/database.ts';
import { rowsOf } from '../../infra/postgres/statement-parts.ts';
import type { ProductSummary } from '../contracts/catalog.ts';

/** An entry of a list: a product, or a family represented by its lead. */
export interface ShelfProduct {
  /** ID of the product that is shown. */
  id: string;
  /** ID of the family, or of the product if it has none. */
  family: string;
  category: string | null;
  name: string;
  /** Whether any variant is in stock; reserved units count as stock. */
  inStock: boolean;
  /** IDs of all variants, including the product that is shown. */
  variants: readonly string[];
  /** A `ProductSummary` in JSON, without the closing brace. */
  text: string;
}

type ShelfRow = InferResult<ReturnType<typeof selectShelfRows>>[number];

/** Selects the products and their variants. The lead of a family comes first or, if it was deleted, the cheapest variant. */
function selectShelfRows(sql: Sql, ids: readonly string[]) {
  const wanted = rowsOf(
    'given',
    { id: 'uuid' },
    ids.map((id) => ({ id })),
  );
  return sql.query
    .with('wanted', (query) => query.selectFrom(wanted).select('given.id'))
    .selectFrom('products as product')
    .leftJoin('categories as category', 'category.id', 'product.category_id')
    .select(['product.id', 'product.sku', 'product.name', 'product.price', 'product.currency', 'product.image_url'])
    .select(['product.family_id', 'product.stock_quantity', 'category.slug as category'])
    .where('product.deleted_at', 'is', null)
    .where('product.id', 'in', (query) =>
      query
        .selectFrom('wanted')
        .select('wanted.id')
        .union(
          query
            .selectFrom('wanted')
            .innerJoin('products as named', 'named.id', 'wanted.id')
            .innerJoin('products as variant', 'variant.family_id', 'named.family_id')
            .select('variant.id'),
        ),
    )
    .orderBy('product.is_family_lead', 'desc')
    .orderBy('product.price')
    .orderBy('product.sku');
}

/**
 * Reads the products that are for sale, each family once with all of its variants.
 * @param canonical returns the same string for equal product IDs, which saves memory and speeds up lookups
 */
export async function readShelfProducts(
  sql: Sql,
  ids: readonly string[],
  canonical: (productId: string) => string,
): Promise<ShelfProduct[]> {
  const families = new Map<string, [ShelfRow, ...ShelfRow[]]>();
  for (const row of await sql.rows(selectShelfRows(sql, ids))) {
    const family = row.family_id ?? row.id;
    const known = families.get(family);
    if (known) known.push(row);
    else families.set(family, [row]);
  }
  return [...families].map(([family, rows]) => toShelf(family, rows, canonical));
}

function toShelf(
  family: string,
  rows: readonly [ShelfRow, ...ShelfRow[]],
  canonical: (productId: string) => string,
): ShelfProduct {
  const [lead] = rows;
  const summary: ProductSummary = {
    id: lead.id,
    sku: lead.sku,
    name: lead.name,
    price: Number(lead.price),
    currency: lead.currency,
    image_url: lead.image_url,
    category: lead.category,
    // Lists show only products in stock.
    in_stock: true,
    family_id: lead.family_id,
  };
  return {
    id: canonical(lead.id),
    family: canonical(family),
    category: lead.category,
    name: lead.name,
    inStock: rows.some((row) => row.stock_quantity > 0),
    variants: rows.map((row) => canonical(row.id)),
    text: JSON.stringify(summary).slice(0, -1),
  };
}
