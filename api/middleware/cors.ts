import type { Middleware } from 'koa';
import type { ApiState } from '../context.ts';

const METHODS = 'GET, POST, PUT, PATCH, DELETE';
const HEADERS =
  'Authorization, Content-Type, Idempotency-Key, X-Analytics-Consent, X-Cart-Id, X-Order-Key, X-Request-Id, If-None-Match';
const EXPOSED = 'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Cart-Id, X-Request-Id';
const PREFLIGHT_SECONDS = '86400';

/** Allows browsers to call the API from the storefront's origin only. */
export function cors(storefrontUrl: string): Middleware<ApiState> {
  const { origin } = new URL(storefrontUrl);
  return async (ctx, next) => {
    ctx.vary('Origin');
    if (ctx.get('Origin') !== origin) return next();
    ctx.set('Access-Control-Allow-Origin', origin);
    ctx.set('Access-Control-Allow-Credentials', 'true');
    ctx.set('Access-Control-Expose-Headers', EXPOSED);
    if (ctx.method === 'OPTIONS' && ctx.get('Access-Control-Request-Method')) {
      ctx.set('Access-Control-Allow-Methods', METHODS);
      ctx.set('Access-Control-Allow-Headers', HEADERS);
      ctx.set('Access-Control-Max-Age', PREFLIGHT_SECONDS);
      ctx.status = 204;
      return;
    }
    await next();
  };
}
