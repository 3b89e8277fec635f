/** Assembles the API: its middleware in order, and the routes of its features. */
import { bodyParser } from '@koa/bodyparser';
import Koa from 'koa';
import helmet from 'koa-helmet';
import type { ApiDependencies, ApiState } from './context.ts';
import { clientAddress } from './middleware/client-address.ts';
import { cors } from './middleware/cors.ts';
import { errors, refuseBody } from './middleware/errors.ts';
import { createRateLimits } from './middleware/rate-limit.ts';
import { requestContext } from './middleware/request-context.ts';
import { closeIfUnread } from './middleware/unread-body.ts';
import { docsPage } from './openapi/docs-page.ts';
import { openApiDocument } from './openapi/document.ts';
import { pictureRoutes } from './pictures/routes.ts';
import type { RouteDependencies } from './route.ts';
import { mount } from './router.ts';
import { API_ROUTES } from './routes.ts';
import { supportProblems } from './support/problems.ts';

/** Errors of a client that disconnects, or that sends too slowly; these are none of the shop. */
const CLIENT_LEFT = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_HTTP_REQUEST_TIMEOUT']);

export function createApp(deps: ApiDependencies): Koa<ApiState> {
  const { settings, log } = deps;
  const routeDeps = withLimitsAndDocs(deps);
  const app = new Koa<ApiState>();

  app.use(requestContext(log));
  app.use(closeIfUnread);
  app.use(errors(log, supportProblems(settings)));
  app.use(clientAddress(settings.TRUSTED_PROXIES));
  app.use(helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } }));
  // The codec comes before the storefront's CORS and the body parser because it allows another origin and larger bodies.
  app.use(mount('/api', API_ROUTES.temporalWebUi, routeDeps));
  app.use(cors(settings.STOREFRONT_URL));
  // Webhooks come before the body parser because their signature covers the raw bytes.
  app.use(mount('/api', API_ROUTES.rawBodies, routeDeps));
  app.use(
    bodyParser({
      enableTypes: ['json'],
      jsonLimit: '256kb',
      parsedMethods: ['POST', 'PUT', 'PATCH'],
      onError: refuseBody,
    }),
  );
  app.use(mount('/api', API_ROUTES.parsedBodies, routeDeps));
  app.use(mount('/media', [pictureRoutes], routeDeps));
  app.on('error', (error: unknown) => {
    if (!CLIENT_LEFT.has((error as { code?: string }).code ?? '')) log.error({ err: error }, 'response failed');
  });
  return app;
}

function withLimitsAndDocs(deps: ApiDependencies): RouteDependencies {
  const document = openApiDocument();
  return {
    ...deps,
    limits: createRateLimits(deps),
    documentation: { json: JSON.stringify(document), page: docsPage(document) },
  };
}
