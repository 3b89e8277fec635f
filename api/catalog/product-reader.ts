/** Reads the catalog as plain rows, shaped for the wire. */
import { DomainError } from '../../domain/errors.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Category, ManagedProduct, Product, ProductPage, ProductSummary } from '../contracts/catalog.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';

interface SummaryRow {
  id: string;
  sku: string;
  name: string;
  price: string;
  currency: string;
  image_url: string;
  category: string | null;
  in_stock: boolean;
  family_id: string | null;
}

export interface ProductListQuery {
  category?: string;
  min_price?: number;
  max_price?: number;
  sort: 'newest' | 'price_asc' | 'price_desc';
  cursor?: string;
  limit: number;
}

/** A lateral join with a limit is asked for each row that is shown: `exists` may be planned as one scan of every product. */
const IN_STOCK = `
  left join lateral (select true as found from products v
    where v.family_id = p.family_id and v.deleted_at is null and v.stock_quantity > 0 limit 1) variant on p.family_id is not null`;
const SUMMARY = `p.id, p.sku, p.name, p.price, p.currency, p.image_url, category.slug as category, p.family_id,
  case when p.family_id is null then p.stock_quantity > 0 else variant.found is not null end as in_stock`;

/** Keyset pages: each sort names its order, and what a cursor holds. */
const SORTS = {
  newest: { columns: ['created_at', 'id'], types: ['timestamptz', 'uuid'], direction: 'desc' },
  price_asc: { columns: ['price', 'id'], types: ['numeric', 'uuid'], direction: 'asc' },
  price_desc: { columns: ['price', 'id'], types: ['numeric', 'uuid'], direction: 'desc' },
} as const;

/** @returns the statement of one page, with a condition for each filter that is set and no other: so each has a plan of its own */
function pageOf(query: ProductListQuery): { text: string; values: unknown[] } {
  const { columns, types, direction } = SORTS[query.sort];
  const values: unknown[] = [];
  const value = (given: unknown, type: string): string => {
    values.push(given);
    return `$${values.length}::${type}`;
  };
  const conditions = ['p.deleted_at is null', 'p.is_family_lead'];
  if (query.category !== undefined)
    conditions.push(`p.category_id = (select id from categories where slug = ${value(query.category, 'text')})`);
  if (query.min_price !== undefined) conditions.push(`p.price >= ${value(query.min_price, 'numeric')}`);
  if (query.max_price !== undefined) conditions.push(`p.price <= ${value(query.max_price, 'numeric')}`);
  if (query.cursor !== undefined) {
    const after = decodeCursor(query.cursor, 2).map((given, index) => value(given, types[index]!));
    conditions.push(`(p.${columns.join(', p.')}) ${direction === 'asc' ? '>' : '<'} (${after.join(', ')})`);
  }
  const order = columns.map((column) => `p.${column} ${direction}`).join(', ');
  const text = `
    with page as materialized (
      select p.* from products p where ${conditions.join(' and ')} order by ${order} limit ${value(query.limit + 1, 'int')})
    select ${SUMMARY}, p.${columns[0]}::text as sort_key
    from page p left join categories category on category.id = p.category_id ${IN_STOCK}
    order by ${order}`;
  return { text, values };
}

export async function listProducts(sql: Sql, query: ProductListQuery): Promise<ProductPage> {
  const { text, values } = pageOf(query);
  // How many products a price leaves decides on the plan.
  const isPlannedEachTime = query.min_price !== undefined || query.max_price !== undefined;
  const rows = await sql
    .rows<SummaryRow & { sort_key: string }>(text, values, { isPlannedEachTime })
    .catch((error: { code?: string }) => {
      // A cursor of another sort holds no date, number or id where this one expects it.
      if (error.code?.startsWith('22'))
        throw new DomainError('invalid_request', 'The cursor is from a different list. Start at the first page.');
      throw error;
    });
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(toSummary),
    next_cursor: rows.length > query.limit && last ? encodeCursor([last.sort_key, last.id]) : null,
  };
}

export async function listCategories(sql: Sql): Promise<Category[]> {
  const rows = await sql.rows<Category>(
    `select category.id, category.slug, category.name, category.description, category.image_url,
       (select count(*)::int from products p where p.category_id = category.id and p.deleted_at is null and p.is_family_lead) as product_count
     from categories category order by category.position, category.name`,
  );
  return rows;
}

interface ProductRow extends SummaryRow {
  description: string;
  tags: string[];
  option_values: Record<string, string>;
  available: number;
  created_at: Date;
  updated_at: Date;
  own_stock: boolean;
}

/** @throws DomainError not_found */
export async function readProduct(sql: Sql, id: string): Promise<Product> {
  const row = await sql.row<ProductRow>(
    `select ${SUMMARY}, p.description, p.tags, p.option_values, p.stock_quantity - p.reserved_quantity as available,
       p.stock_quantity > 0 as own_stock, p.created_at, p.updated_at
     from products p left join categories category on category.id = p.category_id ${IN_STOCK}
     where p.id = $1 and p.deleted_at is null`,
    [id],
  );
  if (!row) throw new DomainError('not_found', 'Product not found.');
  const variants = row.family_id
    ? await sql.rows<{
        id: string;
        sku: string;
        name: string;
        option_values: Record<string, string>;
        price: string;
        currency: string;
        in_stock: boolean;
      }>(
        `select id, sku, name, option_values, price, currency, stock_quantity > 0 as in_stock
         from products where family_id = $1 and deleted_at is null order by price, sku`,
        [row.family_id],
      )
    : [];
  return {
    ...toSummary(row),
    in_stock: row.own_stock,
    description: row.description,
    tags: row.tags,
    option_values: row.option_values,
    available_quantity: Math.max(0, row.available),
    variants: variants.map((variant) => ({ ...variant, price: Number(variant.price) })),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  };
}

/** The product as administrators see it. @throws DomainError not_found */
export async function readManagedProduct(sql: Sql, id: string): Promise<ManagedProduct> {
  const product = await readProduct(sql, id);
  const stock = await sql.row<Pick<ManagedProduct, 'stock_quantity' | 'reserved_quantity' | 'stock_version'>>(
    'select stock_quantity, reserved_quantity, stock_version from products where id = $1',
    [id],
  );
  return { ...product, ...stock! };
}

function toSummary(row: SummaryRow): ProductSummary {
  return {
    id: row.id,
    sku: row.sku,
    name: row.name,
    price: Number(row.price),
    currency: row.currency,
    image_url: row.image_url,
    category: row.category,
    in_stock: row.in_stock,
    family_id: row.family_id,
  };
}
