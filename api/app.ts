/** The API: its middleware as one visible list, its features as routers. */
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import Koa, { type Middleware } from 'koa';
import helmet from 'koa-helmet';
import { DomainError } from '../domain/errors.ts';
import { accountRoutes } from './accounts/routes.ts';
import { analyticsRoutes } from './analytics/routes.ts';
import { cartRoutes } from './cart/routes.ts';
import { catalogRoutes } from './catalog/routes.ts';
import { searchRoutes } from './catalog/search-routes.ts';
import { codecRoutes } from './codec/routes.ts';
import type { ApiDependencies, ApiRouter, ApiState } from './context.ts';
import { clientAddress } from './middleware/client-address.ts';
import { cors } from './middleware/cors.ts';
import { errors, refuseBody } from './middleware/errors.ts';
import { createRateLimits } from './middleware/rate-limit.ts';
import { requestContext } from './middleware/request-context.ts';
import { checkoutRoutes } from './orders/checkout-routes.ts';
import { orderRoutes } from './orders/routes.ts';
import { mediaRoutes } from './pictures/routes.ts';
import { retrainingRoutes } from './recommendations/retraining-routes.ts';
import { recommendationRoutes } from './recommendations/routes.ts';
import { refundRoutes } from './refunds/routes.ts';
import { reservationRoutes } from './reservations/routes.ts';
import { supportRoutes } from './support/routes.ts';
import { systemRoutes } from './system/routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

export function createApp(deps: ApiDependencies): Koa<ApiState> {
  const { settings, log, redis } = deps;
  const limits = createRateLimits(redis, settings, log);
  const app = new Koa<ApiState>();

  app.use(requestContext(log));
  app.use(errors(log));
  app.use(clientAddress(settings.TRUSTED_PROXIES));
  app.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));
  // The codec comes before the storefront's CORS and the body parser: it has an origin and a size of its own.
  app.use(under('/api', codecRoutes(deps, limits)));
  app.use(cors(settings.STOREFRONT_URL));
  // Webhooks come before the body parser: a signature is made over the bytes.
  app.use(under('/api', webhookRoutes(deps)));
  app.use(
    bodyParser({
      enableTypes: ['json'],
      jsonLimit: '256kb',
      parsedMethods: ['POST', 'PUT', 'PATCH'],
      onError: refuseBody,
    }),
  );
  app.use(
    under(
      '/api',
      catalogRoutes(deps, limits),
      searchRoutes(deps, limits),
      cartRoutes(deps, limits),
      accountRoutes(deps, limits),
      reservationRoutes(deps, limits),
      checkoutRoutes(deps, limits),
      orderRoutes(deps, limits),
      refundRoutes(deps, limits),
      supportRoutes(deps, limits),
      analyticsRoutes(deps, limits),
      recommendationRoutes(deps, limits),
      retrainingRoutes(deps, limits),
      systemRoutes(deps),
    ),
  );
  app.use(under('/media', mediaRoutes(deps)));
  app.on('error', (error: unknown) => {
    // A client that went away in mid-answer is no failure of ours.
    const { code } = error as { code?: string };
    if (code !== 'ECONNRESET' && code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE')
      log.error({ err: error }, 'response failed');
  });
  return app;
}

function under(prefix: string, ...routers: ApiRouter[]): Middleware<ApiState> {
  const root = new Router<ApiState>({ prefix });
  for (const router of routers) root.use(router.routes());
  const routes = root.routes() as Middleware<ApiState>;
  const allowed = root.allowedMethods({
    throw: true,
    methodNotAllowed,
    notImplemented: methodNotAllowed,
  }) as Middleware<ApiState>;
  return (ctx, next) => routes(ctx, () => Promise.resolve(allowed(ctx, next)));
}

function methodNotAllowed(): Error {
  return new DomainError('method_not_allowed', 'This endpoint does not support the method. See the Allow header.');
}
