import type { Middleware } from 'koa';
import type { ApiState } from '../context.ts';

/**
 * Determines the client's address: the last one in X-Forwarded-For that is not a trusted proxy. The header is used only if a trusted proxy
 * sent it; Koa's own `app.proxy` would accept it from anyone.
 */
export function clientAddress(trustedProxies: readonly string[]): Middleware<ApiState> {
  const trusted = new Set(trustedProxies);
  return (ctx, next) => {
    let address = plain(ctx.req.socket.remoteAddress ?? '');
    if (trusted.has(address)) {
      const forwarded = ctx
        .get('X-Forwarded-For')
        .split(',')
        .map((part) => plain(part.trim()))
        .filter(Boolean);
      for (const hop of forwarded.reverse()) {
        address = hop;
        if (!trusted.has(hop)) break;
      }
    }
    ctx.request.ip = address;
    return next();
  };
}

/** An IPv4-mapped IPv6 address as IPv4. */
function plain(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
