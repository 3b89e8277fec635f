/** Events in, figures out. */
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import * as analytics from '../contracts/analytics.ts';
import { gives, operation } from './operation.ts';

export const analyticsPaths: ZodOpenApiPathsObject = {
  '/api/events': {
    post: operation({
      tag: 'Analytics',
      summary: 'Tell of views, carts and clicks; an event that comes twice counts once',
      headers: analytics.consentHeaders,
      body: analytics.eventBatch,
      ok: gives('All of them wait in Redis and will be written', analytics.eventsAccepted, 202),
      problems: { 503: 'None of them was taken; send them again' },
    }),
  },
  '/api/admin/analytics/events': {
    get: operation({
      tag: 'Analytics',
      summary: 'Counts of events over time',
      access: 'admin',
      query: analytics.eventReportQuery,
      ok: gives('Counts by event', analytics.eventReport),
      problems: { 503: 'InfluxDB is away' },
    }),
  },
  '/api/admin/analytics/recommendations': {
    get: operation({
      tag: 'Analytics',
      summary: 'How often lists of recommendations were followed, by model and placement',
      access: 'admin',
      query: analytics.clickThroughQuery,
      ok: gives('Impressions and clicks', analytics.clickThrough),
      problems: { 503: 'InfluxDB is away' },
    }),
  },
};
