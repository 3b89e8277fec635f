/** Reads the catalog and converts its rows to API responses. */
import type { ExpressionBuilder } from 'kysely';
import { DomainError } from '../../domain/errors.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Row, Tables } from '../../infra/postgres/entities/index.ts';
import type { Category, ManagedProduct, Product, ProductPage, ProductSummary } from '../contracts/catalog.ts';
import { decodeCursor, encodeCursor, rejectForeignCursor } from '../cursor.ts';

export interface ProductListQuery {
  category?: string;
  min_price?: number;
  max_price?: number;
  sort: 'newest' | 'price_asc' | 'price_desc';
  cursor?: string;
  limit: number;
}

/** Columns of a product, `p`, and its category that lists show. */
const SUMMARY = [
  'p.id',
  'p.sku',
  'p.name',
  'p.price',
  'p.currency',
  'p.image_url',
  'p.family_id',
  'category.slug as category',
] as const;

type SummaryRow = Pick<Row<'products'>, 'id' | 'sku' | 'name' | 'price' | 'currency' | 'image_url' | 'family_id'> & {
  category: string | null;
  in_stock: boolean;
};

type Products = Tables & { p: Tables['products'] };

/** A lateral join with a limit runs once per row that is shown; `exists` may be planned as one scan of every product. */
const variantInStock = (eb: ExpressionBuilder<Products, 'p'>) =>
  eb
    .selectFrom('products as v')
    .select((v) => v.lit(true).as('found'))
    .whereRef('v.family_id', '=', 'p.family_id')
    .where('v.deleted_at', 'is', null)
    .where('v.stock_quantity', '>', (v) => v.lit(0))
    .limit((v) => v.lit(1))
    .as('variant');

/** A family is in stock if one of its variants is. */
const inStock = (p: ExpressionBuilder<Products & { variant: { found: boolean | null } }, 'p' | 'variant'>) =>
  p
    .case()
    .when('p.family_id', 'is', null)
    .then(p('p.stock_quantity', '>', 0))
    .else(p('variant.found', 'is not', null))
    .end()
    .$castTo<boolean>()
    .as('in_stock');

/** Keyset pages: each sort names its column, with its type, before the ID. A cursor contains both. */
const SORTS = {
  newest: { column: 'created_at', type: 'timestamptz', direction: 'desc' },
  price_asc: { column: 'price', type: 'numeric', direction: 'asc' },
  price_desc: { column: 'price', type: 'numeric', direction: 'desc' },
} as const;

/** Builds one page's statement, with conditions only for the filters that are set, so that each combination has its own plan. */
function pageOf({ query: builder }: Sql, query: ProductListQuery) {
  const { column, type, direction } = SORTS[query.sort];
  return builder
    .with(
      (cte) => cte('page').materialized(),
      (db) => {
        let page = db
          .selectFrom('products as p')
          .selectAll('p')
          .where('p.deleted_at', 'is', null)
          .where((p) => p.ref('p.is_family_lead'));
        const { category, min_price, max_price, cursor } = query;
        if (category !== undefined)
          page = page.where('p.category_id', '=', (p) =>
            p.selectFrom('categories').select('id').where('slug', '=', category),
          );
        if (min_price !== undefined) page = page.where('p.price', '>=', String(min_price));
        if (max_price !== undefined) page = page.where('p.price', '<=', String(max_price));
        if (cursor !== undefined) {
          const [after, afterId] = decodeCursor(cursor, 2);
          page = page.where((p) =>
            p(
              p.refTuple(`p.${column}`, 'p.id'),
              direction === 'asc' ? '>' : '<',
              p.tuple(p.cast<string>(p.val(after), type), p.cast<string>(p.val(afterId), 'uuid')),
            ),
          );
        }
        return page
          .orderBy(`p.${column}`, direction)
          .orderBy('p.id', direction)
          .limit(query.limit + 1)
          .$castTo<Tables['products']>();
      },
    )
    .selectFrom('page as p')
    .leftJoin('categories as category', 'category.id', 'p.category_id')
    .leftJoinLateral(variantInStock, (join) => join.on('p.family_id', 'is not', null))
    .select(SUMMARY)
    .select(inStock)
    .select((p) => p.cast<string>(`p.${column}`, 'text').as('sort_key'))
    .orderBy(`p.${column}`, direction)
    .orderBy('p.id', direction);
}

export async function listProducts(sql: Sql, query: ProductListQuery): Promise<ProductPage> {
  // The best plan depends on how many products match the prices.
  const isPlannedEachTime = query.min_price !== undefined || query.max_price !== undefined;
  const rows = await sql.rows(pageOf(sql, query), { isPlannedEachTime }).catch(rejectForeignCursor);
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return {
    items: items.map(toSummary),
    next_cursor: rows.length > query.limit && last ? encodeCursor([last.sort_key, last.id]) : null,
  };
}

export function listCategories(sql: Sql): Promise<Category[]> {
  return sql.rows(
    sql.query
      .selectFrom('categories as category')
      .select(['category.id', 'category.slug', 'category.name', 'category.description', 'category.image_url'])
      .select((category) =>
        category
          .selectFrom('products as p')
          .select((p) => p.fn.countAll<number>().as('count'))
          .whereRef('p.category_id', '=', 'category.id')
          .where('p.deleted_at', 'is', null)
          .where((p) => p.ref('p.is_family_lead'))
          .$asScalar()
          .$notNull()
          .as('product_count'),
      )
      .orderBy('category.position')
      .orderBy('category.name'),
  );
}

/** @throws DomainError not_found */
export async function readProduct(sql: Sql, id: string): Promise<Product> {
  const row = await sql.row(
    sql.query
      .selectFrom('products as p')
      .leftJoin('categories as category', 'category.id', 'p.category_id')
      .leftJoinLateral(variantInStock, (join) => join.on('p.family_id', 'is not', null))
      .select(SUMMARY)
      .select(inStock)
      .select(['p.description', 'p.tags', 'p.option_values', 'p.created_at', 'p.updated_at'])
      .select((p) => [
        p('p.stock_quantity', '-', p.ref('p.reserved_quantity')).as('available'),
        p('p.stock_quantity', '>', 0).$castTo<boolean>().as('own_stock'),
      ])
      .where('p.id', '=', id)
      .where('p.deleted_at', 'is', null),
  );
  if (!row) throw new DomainError('not_found', 'Product not found.');
  const variants = row.family_id ? await readVariants(sql, row.family_id) : [];
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

function readVariants(sql: Sql, familyId: string) {
  return sql.rows(
    sql.query
      .selectFrom('products')
      .select(['id', 'sku', 'name', 'option_values', 'price', 'currency'])
      .select((variant) => variant('stock_quantity', '>', 0).$castTo<boolean>().as('in_stock'))
      .where('family_id', '=', familyId)
      .where('deleted_at', 'is', null)
      .orderBy('price')
      .orderBy('sku'),
  );
}

/** The product as administrators see it. @throws DomainError not_found */
export async function readManagedProduct(sql: Sql, id: string): Promise<ManagedProduct> {
  const product = await readProduct(sql, id);
  const stock = await sql.row(
    sql.query
      .selectFrom('products')
      .select(['stock_quantity', 'reserved_quantity', 'stock_version'])
      .where('id', '=', id),
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
