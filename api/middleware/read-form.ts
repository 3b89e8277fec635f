import type { Middleware } from 'koa';
import type { ApiState } from '../context.ts';
import { readRawBody } from './raw-body.ts';

const MAX_BYTES = 16_384;

/**
 * Reads a body that an HTML form sent. Only routes that change nothing accept forms, because another site's page can send them, with the
 * visitor's cookies, without asking.
 */
export const readForm: Middleware<ApiState> = async (ctx, next) => {
  if (ctx.is('application/x-www-form-urlencoded')) {
    const fields = new URLSearchParams((await readRawBody(ctx.req, MAX_BYTES)).toString());
    ctx.request.body = Object.fromEntries(fields);
  }
  await next();
};
