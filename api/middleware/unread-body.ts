import type { Middleware } from 'koa';
import type { ApiState } from '../context.ts';

/**
 * Closes the connection after a response that was sent before the request's body was read. The rest of that body would otherwise block the
 * connection for the next request, which a proxy may send for someone else.
 */
export const closeIfUnread: Middleware<ApiState> = async (ctx, next) => {
  try {
    await next();
  } finally {
    if (!ctx.req.complete) ctx.set('Connection', 'close');
  }
};
