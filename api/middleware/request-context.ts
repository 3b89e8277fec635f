import { randomUUID } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from '../../infra/logger.ts';
import type { ApiState } from '../context.ts';
import { recordRequest } from '../metrics.ts';

const REQUEST_ID = /^[\w.:-]{8,64}$/;
/** A slower request is logged at level info. */
const SLOW_MS = 1_000;

/** Assigns a request ID, and measures and logs the request at level debug (failed and slow ones at info). */
export function requestContext(log: Logger): Middleware<ApiState> {
  return async (ctx, next) => {
    const startedAt = performance.now();
    const given = ctx.get('X-Request-Id');
    ctx.state.requestId = REQUEST_ID.test(given) ? given : randomUUID();
    ctx.set('X-Request-Id', ctx.state.requestId);
    try {
      await next();
    } finally {
      const durationMs = performance.now() - startedAt;
      recordRequest(ctx.method, (ctx as { _matchedRoute?: unknown })._matchedRoute, ctx.status, durationMs);
      const notable = ctx.status >= 500 || durationMs > SLOW_MS;
      if (notable || log.isLevelEnabled('debug')) {
        log[notable ? 'info' : 'debug'](
          {
            requestId: ctx.state.requestId,
            method: ctx.method,
            path: ctx.path,
            status: ctx.status,
            durationMs: Math.round(durationMs),
          },
          'request',
        );
      }
    }
  };
}
