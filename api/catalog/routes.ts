import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { CATALOG_TAG, productCacheKey } from '../../infra/redis/cache-keys.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { answerCached } from '../cached-json.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import {
  categoryList,
  managedProduct,
  product,
  productCreate,
  productListQuery,
  productPage,
  productPatch,
} from '../contracts/catalog.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { done, gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { listCategories, listProducts, readManagedProduct, readProduct } from './product-reader.ts';
import { createProduct, deleteProduct, updateProduct } from './product-writer.ts';

export const catalogRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'get',
      path: '/categories',
      tag: 'Catalog',
      summary: 'List all categories',
      access: 'public',
      limit: 'catalog',
      ok: gives('Categories with their product counts', categoryList),
      async respond({ ctx }, { db, cache, settings }) {
        const generation = await cache.generation(CATALOG_TAG);
        await answerCached(ctx, cache, `categories:${generation}`, settings.CACHE_CATEGORY_SECONDS, async () => ({
          items: await listCategories(db),
        }));
      },
    }),

    route({
      method: 'get',
      path: '/products',
      tag: 'Catalog',
      summary: 'List products, page by page',
      access: 'public',
      limit: 'catalog',
      query: productListQuery,
      ok: gives('A page of products; pass `next_cursor` to get the next page', productPage),
      async respond({ ctx, query }, { db, cache, settings }) {
        const generation = await cache.generation(CATALOG_TAG);
        const key = [query.category, query.min_price, query.max_price, query.sort, query.cursor, query.limit].join('|');
        await answerCached(ctx, cache, `products:${generation}:${key}`, settings.CACHE_PRODUCT_SECONDS, () =>
          listProducts(db, query),
        );
      },
    }),

    route({
      method: 'post',
      path: '/products',
      tag: 'Catalog',
      summary: 'Add a product',
      access: 'admin',
      limit: 'api',
      headers: idempotencyHeaders,
      body: productCreate,
      ok: gives('The product', managedProduct, 201),
      problems: {
        409: 'Another product already has this SKU',
        422: 'The Idempotency-Key was used for a different product',
      },
      async handle({ ctx, identity: admin, headers, body }, { db, orm, settings }) {
        const key = headers['idempotency-key'];
        const id = key ? uuidFrom(ID_NAMESPACES.product, `${admin.userId}:${key}`) : randomUUID();
        await createProduct(orm, id, body, settings.CURRENCY);
        ctx.set('Location', `/api/products/${id}`);
        return readManagedProduct(db, id);
      },
    }),

    route({
      method: 'get',
      path: '/products/{id}',
      tag: 'Catalog',
      summary: 'Get a product',
      access: 'public',
      limit: 'catalog',
      params: idParams,
      ok: gives('The product; administrators also see its stock', z.union([product, managedProduct])),
      problems: { 404: 'Product not found' },
      async respond({ ctx, params: { id } }, deps) {
        ctx.vary('Authorization');
        if (!isAdmin(ctx, deps)) return answerProduct(ctx, id, deps);
        ctx.set('Cache-Control', 'private, no-store');
        ctx.body = await readManagedProduct(deps.db, id);
      },
    }),

    route({
      method: 'patch',
      path: '/products/{id}',
      tag: 'Catalog',
      summary: 'Update a product',
      access: 'admin',
      limit: 'api',
      params: idParams,
      headers: idempotencyHeaders,
      body: productPatch,
      ok: gives('The updated product', managedProduct),
      problems: {
        404: 'Product not found',
        409: 'Stock would fall below the reserved quantity',
        412: 'Stock has changed since; the problem contains the current `stock_quantity` and `stock_version`',
        422: 'The Idempotency-Key was used for a different change',
      },
      async handle({ identity: admin, params: { id }, headers, body }, { db, orm, cache }) {
        const key = headers['idempotency-key'];
        await updateProduct(orm, id, body, key && `api:${admin.userId}:${key}`);
        await cache.invalidate([productCacheKey(id)], [CATALOG_TAG]);
        return readManagedProduct(db, id);
      },
    }),

    route({
      method: 'delete',
      path: '/products/{id}',
      tag: 'Catalog',
      summary: 'Discontinue a product',
      access: 'admin',
      limit: 'api',
      params: idParams,
      ok: done('The product is no longer sold'),
      problems: { 404: 'Product not found' },
      async handle({ params: { id } }, { orm, cache }) {
        await deleteProduct(orm, id);
        await cache.invalidate([productCacheKey(id)], [CATALOG_TAG]);
      },
    }),
  ],
);

/** Callers with an invalid or expired token get the public response. */
function isAdmin(ctx: ApiContext, { tokens }: ApiDependencies): boolean {
  const authorization = ctx.get('Authorization');
  if (!authorization) return false;
  try {
    return tokens.read(authorization).role === 'admin';
  } catch {
    return false;
  }
}

async function answerProduct(ctx: ApiContext, id: string, deps: ApiDependencies): Promise<void> {
  const { db, cache, settings } = deps;
  const available = { name: 'available_quantity', value: availableQuantity(deps, id) };
  await answerCached(
    ctx,
    cache,
    productCacheKey(id),
    settings.CACHE_PRODUCT_SECONDS,
    async () => {
      const { available_quantity: _live, ...stored } = await readProduct(db, id);
      return stored;
    },
    available,
  );
}

/** Units that can be reserved now, according to the stock counters, or PostgreSQL if they don't have the product. */
async function availableQuantity({ stockCounters, db }: ApiDependencies, id: string): Promise<number> {
  const counted = await stockCounters.available([id]).then(
    (counts) => counts.get(id)!,
    () => Number.NaN,
  );
  if (!Number.isNaN(counted)) return Math.max(0, counted);
  const row = await db.row(
    db.query
      .selectFrom('products')
      .select((product) => product('stock_quantity', '-', product.ref('reserved_quantity')).as('available'))
      .where('id', '=', id),
  );
  return Math.max(0, row?.available ?? 0);
}
