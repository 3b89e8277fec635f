/** Events in, figures out. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import * as analytics from '../contracts/analytics.ts';
import { gives, operation } from './operation.ts';

export const analyticsPaths: ZodOpenApiPathsObject = {
  '/api/events': {
    post: operation({
      tag: 'Analytics',
      summary: 'Record views, cart changes, and clicks; an event sent twice counts once',
      headers: analytics.consentHeaders,
      body: analytics.eventBatch,
      ok: gives('All events were accepted and queued', analytics.eventsAccepted, 202),
      problems: { 503: 'No events were accepted; send them again' },
    }),
  },
  '/api/admin/analytics/events': {
    get: operation({
      tag: 'Analytics',
      summary: 'Counts of events over time',
      access: 'admin',
      query: analytics.eventReportQuery,
      ok: gives('Counts by event', analytics.eventReport),
      problems: { 503: 'InfluxDB is unavailable' },
    }),
  },
  '/api/admin/analytics/recommendations': {
    get: operation({
      tag: 'Analytics',
      summary: 'Click-through of recommendations by model and placement',
      access: 'admin',
      query: analytics.clickThroughQuery,
      ok: gives('Impressions and clicks', analytics.clickThrough),
      problems: { 503: 'InfluxDB is unavailable' },
    }),
  },
};
