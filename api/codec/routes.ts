/** A remote codec for Temporal's Web UI: the browser of somebody who may has payloads decrypted here, a page at a time. */
import { bodyParser } from '@koa/bodyparser';
import Router from '@koa/router';
import type { Middleware } from 'koa';
import { DomainError } from '../../domain/errors.ts';
import { EncryptingCodec } from '../../infra/temporal/payload-codec.ts';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { codecBody } from '../contracts/codec.ts';
import { refuseBody } from '../middleware/errors.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { codecAccess } from './access.ts';
import { DIRECTIONS, translate } from './service.ts';

/** What the Web UI sends; the last one is the ID token of its sign-in. */
const HEADERS = 'Authorization, Content-Type, X-Namespace, Authorization-Extras';
const PREFLIGHT_SECONDS = '3600';
/** A message of Temporal's is 4 MB at most, in base64 a third more. */
const MAX_BYTES = '6mb';

export function codecRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { settings, log } = deps;
  const router = new Router<ApiState>();
  const codec = new EncryptingCodec(settings.PAYLOAD_KEYS);
  const whoAsks = codecAccess(deps);
  const fromWebUi = onlyFrom(settings.TEMPORAL_UI_URL);
  const readBody = bodyParser({ enableTypes: ['json'], jsonLimit: MAX_BYTES, onError: refuseBody });

  for (const direction of DIRECTIONS) {
    router.options(`/codec/${direction}`, fromWebUi, (ctx) => {
      ctx.set('Access-Control-Allow-Methods', 'POST');
      ctx.set('Access-Control-Allow-Headers', HEADERS);
      ctx.set('Access-Control-Max-Age', PREFLIGHT_SECONDS);
      ctx.status = 204;
    });

    // Megabytes are read only from those who may send them.
    const admit: Middleware<ApiState> = async (ctx, next) => {
      ctx.state.whoAsks = await whoAsks(ctx);
      await next();
    };
    router.post(`/codec/${direction}`, fromWebUi, limits.limit('codec'), admit, readBody, async (ctx) => {
      const body = parse(codecBody, ctx.request.body, 'body');
      ctx.body = await translate(codec, direction, body);
      ctx.set('Cache-Control', 'no-store');
      const { requestId, whoAsks: who } = ctx.state;
      log.info({ who, payloads: body.payloads.length, requestId }, `codec: ${direction}d`);
    });
  }

  return router;
}

/** Pages of the Web UI, and programs that are no page (they send no Origin): nobody else, signed in or not. */
function onlyFrom(webUiUrl: string | undefined): Middleware<ApiState> {
  const allowed = webUiUrl && new URL(webUiUrl).origin;
  return async (ctx, next) => {
    ctx.vary('Origin');
    const origin = ctx.get('Origin');
    if (origin && origin !== allowed)
      throw new DomainError('forbidden', 'Only the Temporal Web UI can call this endpoint.');
    if (origin) ctx.set('Access-Control-Allow-Origin', origin);
    await next();
  };
}
