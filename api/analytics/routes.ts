import Router from '@koa/router';
import type { ApiContext, ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import {
  clickThroughQuery,
  clickThroughRange,
  eventBatch,
  eventReportQuery,
  reportRange,
} from '../contracts/analytics.ts';
import { hasConsented } from '../middleware/consent.ts';
import { identity, requireRole } from '../middleware/identity.ts';
import type { RateLimits } from '../middleware/rate-limit.ts';
import { parse } from '../middleware/validate.ts';
import { reportClickThrough } from './click-through.ts';
import { reportEvents } from './event-report.ts';
import { acceptEvents, type Sender } from './service.ts';
import { noteTastes } from './taste-notes.ts';

export function analyticsRoutes(deps: ApiDependencies, limits: RateLimits): ApiRouter {
  const { db, events: stream, influx } = deps;
  const identify = identity(deps);
  const router = new Router<ApiState>();

  router.post('/events', limits.limit('events'), identify, async (ctx) => {
    const { events } = parse(eventBatch, ctx.request.body, 'body');
    const sender = senderOf(ctx);
    await acceptEvents(stream, events, sender);
    await noteTastes(deps, events, sender);
    ctx.status = 202;
    ctx.body = { accepted: events.length };
  });

  router.get('/admin/analytics/events', limits.limit('api'), identify, async (ctx) => {
    requireRole(ctx, 'admin');
    const query = parse(eventReportQuery, ctx.query, 'query');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await reportEvents(influx, { ...reportRange(query), interval: query.interval });
  });

  router.get('/admin/analytics/recommendations', limits.limit('api'), identify, async (ctx) => {
    requireRole(ctx, 'admin');
    const query = parse(clickThroughQuery, ctx.query, 'query');
    ctx.set('Cache-Control', 'no-store');
    ctx.body = await reportClickThrough({ db, influx }, clickThroughRange(query));
  });

  return router;
}

/** Without consent the credentials that came along are not looked at any further. */
function senderOf(ctx: ApiContext): Sender {
  if (!hasConsented(ctx)) return {};
  return { userId: ctx.state.identity?.userId, cartId: ctx.state.cartId };
}
