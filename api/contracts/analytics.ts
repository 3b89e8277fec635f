/** What browsers and the storefront tell of, for the shop's figures. A purchase is not among it: the order itself tells of that, once. */
import { z } from 'zod';
import { PLACEMENTS } from '../../domain/analytics.ts';
import { FORBIDDEN_CHARACTERS_HINT, hasForbiddenCharacters } from '../../domain/text.ts';
import { amount, currency, quantity, timestamp, uuid } from './common.ts';

export const MAX_EVENTS = 100;
const DAY_MS = 86_400_000;
const FUTURE_MS = 300_000;

const occurredAt = timestamp
  .refine((text) => {
    const ageMs = Date.now() - Date.parse(text);
    return ageMs <= DAY_MS && ageMs >= -FUTURE_MS;
  }, 'must lie within the last day')
  .meta({ description: 'RFC 3339, UTC; within the last day. A repeated event must give the same' });

const common = {
  id: uuid.meta({ description: 'Made by whoever saw the event: one that comes again counts once' }),
  occurred_at: occurredAt,
};
/** An address is cut at its question mark: what was searched for, or an address that a mail led with, is nobody’s business. */
const path = z
  .string()
  .max(300)
  .regex(/^\/[^?#@\s]*$/, 'must be a path without query, fragment or e-mail address')
  .refine((value) => !/%40/i.test(value), 'must not hold an e-mail address')
  .refine((value) => !hasForbiddenCharacters(value), FORBIDDEN_CHARACTERS_HINT);
const modelId = z.string().regex(/^[\w.:-]{1,64}$/, 'must be a model’s id');
const price = amount.nonnegative().max(10_000_000);
const shown = { model: modelId, placement: z.enum(PLACEMENTS) };

export const analyticsEvent = z
  .discriminatedUnion('event', [
    z.strictObject({ event: z.literal('page_view'), ...common, path }),
    z.strictObject({ event: z.literal('product_view'), ...common, product_id: uuid }),
    z.strictObject({
      event: z.literal('add_to_cart'),
      ...common,
      product_id: uuid,
      quantity,
      price: price.optional(),
      currency: currency.optional(),
    }),
    z.strictObject({
      event: z.literal('remove_from_cart'),
      ...common,
      product_id: uuid,
      quantity: quantity.optional(),
    }),
    z.strictObject({
      event: z.literal('checkout_start'),
      ...common,
      item_count: z.number().int().min(1).max(10_000),
      total: price,
      currency,
    }),
    z.strictObject({
      event: z.literal('impression'),
      ...common,
      ...shown,
      product_ids: z.array(uuid).min(1).max(30).meta({ description: 'As shown, from the first on' }),
    }),
    z.strictObject({
      event: z.literal('click'),
      ...common,
      ...shown,
      product_id: uuid,
      position: z.number().int().min(1).max(30),
    }),
  ])
  .meta({ id: 'AnalyticsEvent' });
export type AnalyticsEvent = z.infer<typeof analyticsEvent>;

export const eventBatch = z
  .strictObject({ events: z.array(analyticsEvent).min(1).max(MAX_EVENTS) })
  .meta({ id: 'AnalyticsEvents' });
export const eventsAccepted = z.object({ accepted: z.number().int() });

export const consentHeaders = z.object({
  'x-analytics-consent': z.string().optional().meta({
    description:
      '`granted` lets events carry the account’s id and a hash of the cart’s; also as the cookie analytics_consent',
  }),
  dnt: z.string().optional().meta({ description: '`1`: no ids, whatever the consent' }),
  'sec-gpc': z.string().optional().meta({ description: '`1`: no ids, whatever the consent' }),
});

const REPORT_INTERVALS_MS = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': DAY_MS,
} as const;
const MAX_INTERVALS = 1_000;

export const eventReportQuery = z
  .strictObject({
    from: timestamp.optional().meta({ description: 'A day before `to` when left out' }),
    to: timestamp.optional().meta({ description: 'Now when left out' }),
    interval: z.enum(['1m', '5m', '15m', '1h', '1d']).default('1h'),
  })
  .superRefine((query, context) => {
    const { fromMs, toMs } = reportRange(query);
    if (fromMs >= toMs) context.addIssue({ code: 'custom', path: ['from'], message: 'must be before `to`' });
    if ((toMs - fromMs) / REPORT_INTERVALS_MS[query.interval] > MAX_INTERVALS) {
      context.addIssue({
        code: 'custom',
        path: ['interval'],
        message: `must be longer: at most ${MAX_INTERVALS} of them fit into the range`,
      });
    }
  });

export function reportRange({ from, to }: { from?: string; to?: string }): { fromMs: number; toMs: number } {
  const toMs = to === undefined ? Date.now() : Date.parse(to);
  return { toMs, fromMs: from === undefined ? toMs - DAY_MS : Date.parse(from) };
}

export const eventReport = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    interval: z.string(),
    totals: z.record(z.string(), z.number().int()).meta({ description: 'Count by event' }),
    intervals: z.array(z.object({ at: z.iso.datetime(), counts: z.record(z.string(), z.number().int()) })).meta({
      description: 'Those in which anything happened, oldest first',
    }),
  })
  .meta({ id: 'AnalyticsReport' });
export type EventReport = z.infer<typeof eventReport>;

export const clickThroughQuery = z
  .strictObject({
    from: timestamp.optional().meta({ description: '28 days before `to` when left out' }),
    to: timestamp.optional().meta({ description: 'Now when left out' }),
  })
  .superRefine((query, context) => {
    const { fromMs, toMs } = clickThroughRange(query);
    if (fromMs >= toMs) context.addIssue({ code: 'custom', path: ['from'], message: 'must be before `to`' });
  });

export function clickThroughRange({ from, to }: { from?: string; to?: string }): { fromMs: number; toMs: number } {
  const toMs = to === undefined ? Date.now() : Date.parse(to);
  return { toMs, fromMs: from === undefined ? toMs - 28 * DAY_MS : Date.parse(from) };
}

export const clickThrough = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    items: z.array(
      z.object({
        model: z.string(),
        placement: z.string(),
        impressions: z.number().int().meta({ description: 'Lists of which at least half was in view' }),
        clicks: z.number().int(),
        clicks_per_list: z.number().nullable().meta({ description: 'null where no list was seen' }),
      }),
    ),
  })
  .meta({ id: 'ClickThrough' });
export type ClickThrough = z.infer<typeof clickThrough>;
