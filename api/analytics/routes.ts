import type { ApiContext } from '../context.ts';
import {
  clickThrough,
  clickThroughQuery,
  clickThroughRange,
  consentHeaders,
  eventBatch,
  eventReport,
  eventReportQuery,
  eventsAccepted,
  reportRange,
} from '../contracts/analytics.ts';
import { hasConsented } from '../middleware/consent.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { reportClickThrough } from './click-through.ts';
import { reportEvents } from './event-report.ts';
import { acceptEvents, type Sender } from './service.ts';
import { noteTastes } from './taste-notes.ts';

export const analyticsRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'post',
      path: '/events',
      tag: 'Analytics',
      summary: 'Record views, cart changes, and clicks; an event sent twice counts once',
      access: 'anyone',
      limit: 'events',
      headers: consentHeaders,
      body: eventBatch,
      ok: gives('All events were accepted and queued', eventsAccepted, 202),
      problems: { 503: 'No events were accepted; send them again' },
      async handle({ ctx, body: { events } }, deps) {
        const sender = senderOf(ctx);
        await acceptEvents(deps.events, events, sender);
        await noteTastes(deps, events, sender);
        return { accepted: events.length };
      },
    }),

    route({
      method: 'get',
      path: '/admin/analytics/events',
      tag: 'Analytics',
      summary: 'Counts of events over time',
      access: 'admin',
      limit: 'reads',
      query: eventReportQuery,
      ok: gives('Counts by event', eventReport),
      problems: { 503: 'InfluxDB is unavailable' },
      handle({ ctx, query }, { influx }) {
        ctx.set('Cache-Control', 'no-store');
        return reportEvents(influx, { ...reportRange(query), interval: query.interval });
      },
    }),

    route({
      method: 'get',
      path: '/admin/analytics/recommendations',
      tag: 'Analytics',
      summary: 'Click-through of recommendations by model and placement',
      access: 'admin',
      limit: 'reads',
      query: clickThroughQuery,
      ok: gives('Impressions and clicks', clickThrough),
      problems: { 503: 'InfluxDB is unavailable' },
      handle({ ctx, query }, deps) {
        ctx.set('Cache-Control', 'no-store');
        return reportClickThrough(deps, clickThroughRange(query));
      },
    }),
  ],
);

/** The sender's identity, which is ignored without consent. */
function senderOf(ctx: ApiContext): Sender {
  if (!hasConsented(ctx)) return {};
  return { userId: ctx.state.identity?.userId, cartId: ctx.state.cartId };
}
