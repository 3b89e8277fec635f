import Router from '@koa/router';
import type { Middleware } from 'koa';
import { DomainError } from '../domain/errors.ts';
import type { ApiState } from './context.ts';
import type { RouteDependencies, RouteList } from './route.ts';

/** Mounts routes below a prefix. Other methods on their paths get a 405 with the methods that they support. */
export function mount(prefix: string, lists: readonly RouteList[], deps: RouteDependencies): Middleware<ApiState> {
  const router = new Router<ApiState>({ prefix });
  for (const list of lists)
    for (const { method, path, steps } of list.connect(deps))
      router[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...steps);
  const routes = router.routes() as Middleware<ApiState>;
  const allowed = router.allowedMethods() as Middleware<ApiState>;
  return (ctx, next) =>
    routes(ctx, async () => {
      await allowed(ctx, next);
      // 501 is for methods that no endpoint supports. Both have the Allow header.
      if (ctx.status === 405 || ctx.status === 501)
        throw new DomainError('method_not_allowed', 'This endpoint does not support the method. See the Allow header.');
    });
}
