import Router from '@koa/router';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { listParams } from '../contracts/support.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { addressOfList, readLists } from './service.ts';

/** Open to anybody: a list's address tells nothing, and the Web UI asks for its own sign-in. */
export function supportRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const router = new Router<ApiState>();

  router.get('/support/lists', limits.limit('api'), async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { items: await readLists(deps, new Date()) };
  });

  router.get('/support/lists/:name', limits.limit('api'), async (ctx) => {
    const { name } = parse(listParams, ctx.params, 'address');
    ctx.set('Cache-Control', 'no-store');
    ctx.redirect(await addressOfList(deps, name, new Date()));
  });

  return router;
}
