import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { ApiContext, ApiDependencies } from '../context.ts';
import { declareRoutes } from '../route.ts';
import { categoryPicture, productPicture } from './index.ts';

/** A picture is drawn from its product's data, so a changed product gets a new picture within a day. */
const CACHE_CONTROL = 'public, max-age=86400, stale-while-revalidate=604800';
const CACHE_SECONDS = 86_400;

const pictureParams = z.object({ file: z.string() });

/** Pictures that the shop draws: `/media/products/SKU.svg`, `/media/categories/SLUG.svg`. */
export const pictureRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route.undocumented({
      method: 'get',
      path: '/products/{file}',
      limit: 'pictures',
      params: pictureParams,
      async respond({ ctx, params }, deps) {
        const sku = nameOf(params.file);
        answer(ctx, await deps.cache.getOrSet(`picture:${sku}`, CACHE_SECONDS, () => drawProduct(deps, sku)));
      },
    }),

    route.undocumented({
      method: 'get',
      path: '/categories/{file}',
      limit: 'pictures',
      params: pictureParams,
      respond: ({ ctx, params }) => answer(ctx, categoryPicture(nameOf(params.file))),
    }),
  ],
);

function nameOf(file: string): string {
  if (!file.endsWith('.svg') || file.length > 100) throw new DomainError('not_found', 'There is no such picture.');
  return file.slice(0, -'.svg'.length);
}

async function drawProduct({ db }: ApiDependencies, sku: string): Promise<string> {
  const row = await db.row(
    db.query
      .selectFrom('products as p')
      .leftJoin('categories as category', 'category.id', 'p.category_id')
      .select(['p.sku', 'p.name', 'category.slug as category', 'p.tags', 'p.option_values'])
      .where('p.sku', '=', sku),
  );
  if (!row) throw new DomainError('not_found', 'There is no such picture.');
  return productPicture({
    sku: row.sku,
    name: row.name,
    categorySlug: row.category ?? '',
    tags: row.tags,
    optionValues: row.option_values,
  });
}

function answer(ctx: ApiContext, svg: string | Buffer): void {
  ctx.set('Cache-Control', CACHE_CONTROL);
  ctx.set('ETag', `"${createHash('sha1').update(svg).digest('base64url')}"`);
  // A picture that is opened as a page must not run scripts.
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  ctx.type = 'image/svg+xml';
  ctx.body = svg;
  if (ctx.fresh) {
    ctx.status = 304;
    ctx.body = null;
  }
}
