import { createHash } from 'node:crypto';
import Router from '@koa/router';
import { DomainError } from '../../domain/errors.ts';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { categoryPicture, productPicture } from './index.ts';

/** A picture follows from its product; a changed product is drawn anew within a day. */
const CACHE_CONTROL = 'public, max-age=86400, stale-while-revalidate=604800';
const CACHE_SECONDS = 86_400;

interface PictureRow {
  sku: string;
  name: string;
  category: string | null;
  tags: string[];
  option_values: Record<string, string>;
}

/** The pictures that the project draws: `/media/products/SKU.svg`, `/media/categories/SLUG.svg`. */
export function mediaRoutes({ db, cache }: ApiDependencies): ApiRouter {
  const router = new Router<ApiState>();

  router.get('/products/:file', async (ctx) => {
    const sku = nameOf(ctx);
    const picture = await cache.getOrSet(`picture:${sku}`, CACHE_SECONDS, async () => {
      const row = await db.row<PictureRow>(
        `select p.sku, p.name, category.slug as category, p.tags, p.option_values
         from products p left join categories category on category.id = p.category_id where p.sku = $1`,
        [sku],
      );
      if (!row) throw new DomainError('not_found', 'There is no such picture.');
      return productPicture({
        sku: row.sku,
        name: row.name,
        categorySlug: row.category ?? '',
        tags: row.tags,
        optionValues: row.option_values,
      });
    });
    answer(ctx, picture);
  });

  router.get('/categories/:file', (ctx) => answer(ctx, categoryPicture(nameOf(ctx))));

  return router;
}

function nameOf(ctx: ApiContext): string {
  const file = String((ctx as unknown as { params: { file: string } }).params.file);
  if (!file.endsWith('.svg') || file.length > 100) throw new DomainError('not_found', 'There is no such picture.');
  return file.slice(0, -'.svg'.length);
}

function answer(ctx: ApiContext, svg: string | Buffer): void {
  ctx.set('Cache-Control', CACHE_CONTROL);
  ctx.set('ETag', `"${createHash('sha1').update(svg).digest('base64url')}"`);
  // Opened by itself a picture must run nothing.
  ctx.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  ctx.type = 'image/svg+xml';
  ctx.body = svg;
  if (ctx.fresh) {
    ctx.status = 304;
    ctx.body = null;
  }
}
