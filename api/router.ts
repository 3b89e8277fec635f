import Router from '@koa/router';
import type { Middleware } from 'koa';
import { DomainError } from '../domain/errors.ts';
import type { ApiState } from './context.ts';
import type { RouteDependencies, RouteList } from './route.ts';

/** Mounts routes below a prefix. Other methods on their paths get a 405. */
export function mount(prefix: string, lists: readonly RouteList[], deps: RouteDependencies): Middleware<ApiState> {
  const router = new Router<ApiState>({ prefix });
  for (const list of lists)
    for (const { method, path, steps } of list.connect(deps))
      router[method](path.replaceAll(/\{(\w+)\}/g, ':$1'), ...steps);
  const routes = router.routes() as Middleware<ApiState>;
  const allowed = router.allowedMethods({
    throw: true,
    methodNotAllowed,
    notImplemented: methodNotAllowed,
  }) as Middleware<ApiState>;
  return (ctx, next) => routes(ctx, () => Promise.resolve(allowed(ctx, next)));
}

function methodNotAllowed(): Error {
  return new DomainError('method_not_allowed', 'This endpoint does not support the method. See the Allow header.');
}
