import { randomUUID } from 'node:crypto';
import Router from '@koa/router';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { CATALOG_TAG, productCacheKey } from '../../infra/redis/cache-keys.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import { answerCached } from '../cached-json.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { productCreate, productListQuery, productPatch } from '../contracts/catalog.ts';
import { idempotencyHeaders, idParams } from '../contracts/common.ts';
import { identity, requireRole } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { listCategories, listProducts, readManagedProduct, readProduct } from './product-reader.ts';
import { createProduct, deleteProduct, updateProduct } from './product-writer.ts';

export function catalogRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, orm, cache, settings, tokens } = deps;
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.get('/categories', limits.limit('catalog'), async (ctx) => {
    const generation = await cache.generation(CATALOG_TAG);
    await answerCached(ctx, cache, `categories:${generation}`, settings.CACHE_CATEGORY_SECONDS, async () => ({
      items: await listCategories(db),
    }));
  });

  router.get('/products', limits.limit('catalog'), async (ctx) => {
    const query = parse(productListQuery, ctx.query, 'query');
    const generation = await cache.generation(CATALOG_TAG);
    const key = [query.category, query.min_price, query.max_price, query.sort, query.cursor, query.limit].join('|');
    await answerCached(ctx, cache, `products:${generation}:${key}`, settings.CACHE_PRODUCT_SECONDS, () =>
      listProducts(db, query),
    );
  });

  router.get('/products/:id', limits.limit('catalog'), async (ctx) => {
    const { id } = parse(idParams, ctx.params, 'address');
    ctx.vary('Authorization');
    if (isAdmin(ctx)) {
      ctx.set('Cache-Control', 'private, no-store');
      ctx.body = await readManagedProduct(db, id);
      return;
    }
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
  });

  router.post('/products', limits.limit('api'), identify, async (ctx) => {
    const admin = requireRole(ctx, 'admin');
    const headers = parse(idempotencyHeaders, ctx.headers, 'headers');
    const body = parse(productCreate, ctx.request.body, 'body');
    const key = headers['idempotency-key'];
    const id = key ? uuidFrom(ID_NAMESPACES.product, `${admin.userId}:${key}`) : randomUUID();
    await createProduct(orm, id, body, settings.CURRENCY);
    ctx.status = 201;
    ctx.set('Location', `/api/products/${id}`);
    ctx.body = await readManagedProduct(db, id);
  });

  router.patch('/products/:id', limits.limit('api'), identify, async (ctx) => {
    const admin = requireRole(ctx, 'admin');
    const { id } = parse(idParams, ctx.params, 'address');
    const key = parse(idempotencyHeaders, ctx.headers, 'headers')['idempotency-key'];
    const patch = parse(productPatch, ctx.request.body, 'body');
    await updateProduct(orm, id, patch, key && `api:${admin.userId}:${key}`);
    await cache.invalidate([productCacheKey(id)], [CATALOG_TAG]);
    ctx.body = await readManagedProduct(db, id);
  });

  router.delete('/products/:id', limits.limit('api'), identify, async (ctx) => {
    requireRole(ctx, 'admin');
    const { id } = parse(idParams, ctx.params, 'address');
    await deleteProduct(orm, id);
    await cache.invalidate([productCacheKey(id)], [CATALOG_TAG]);
    ctx.status = 204;
  });

  /** Whoever else asks gets the public answer, a token that is over or not. */
  function isAdmin(ctx: ApiContext): boolean {
    const authorization = ctx.get('Authorization');
    if (!authorization) return false;
    try {
      return tokens.read(authorization).role === 'admin';
    } catch {
      return false;
    }
  }

  return router;
}

/** What can be reserved now: the stock counters know at once; PostgreSQL where it does not. */
async function availableQuantity({ stockCounters, db }: ApiDependencies, id: string): Promise<number> {
  const counted = await stockCounters.available([id]).then(
    (counts) => counts.get(id)!,
    () => Number.NaN,
  );
  if (!Number.isNaN(counted)) return Math.max(0, counted);
  const row = await db.row<{ available: number }>(
    'select stock_quantity - reserved_quantity as available from products where id = $1',
    [id],
  );
  return Math.max(0, row?.available ?? 0);
}
