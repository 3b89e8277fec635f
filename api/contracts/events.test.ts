/** Schemas of analytics events and reports: accepted and rejected values, and removal of personal data. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PLACEMENTS } from '../../domain/analytics.ts';
import {
  analyticsEvent,
  clickThroughQuery,
  clickThroughRange,
  eventBatch,
  eventReportQuery,
  reportRange,
} from './analytics.ts';
import { letters, problemsOf } from './testing.ts';

const NOW = Date.parse('2026-05-01T12:00:00.000Z');
const ID = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';
const DAY_MS = 86_400_000;
const at = (ms: number) => new Date(NOW + ms).toISOString();
const when = { id: ID, occurred_at: at(0) };
const shown = { model: 'm-1', placement: PLACEMENTS[0] };
const ids = (count: number) => Array.from({ length: count }, () => ID);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

const EVENTS = {
  page_view: { path: '/' },
  product_view: { product_id: ID },
  add_to_cart: { product_id: ID, quantity: 1 },
  remove_from_cart: { product_id: ID },
  checkout_start: { item_count: 1, total: 0, currency: 'usd' },
  impression: { ...shown, product_ids: ids(1) },
  click: { ...shown, product_id: ID, position: 1 },
} as const;

describe.each(Object.entries(EVENTS))('%s', (event, fields) => {
  const good = { event, ...when, ...fields };

  it('is accepted without unknown fields', () => {
    expect(problemsOf(analyticsEvent, good)).toEqual([]);
    expect(problemsOf(analyticsEvent, { ...good, email: 'a@b.example' })).toEqual([': Unrecognized key: "email"']);
  });

  it.each(Object.keys({ ...when, ...fields }))('requires %s', (field) => {
    const { [field as 'id']: _, ...others } = good;
    expect(problemsOf(analyticsEvent, others)).toHaveLength(1);
  });
});

describe('a field', () => {
  const taken: [keyof typeof EVENTS, Record<string, unknown>][] = [
    ['page_view', { path: `/${letters(299)}` }],
    ['add_to_cart', { quantity: 100, price: 0, currency: 'jpy' }],
    ['add_to_cart', { price: 10_000_000 }],
    ['remove_from_cart', { quantity: 1 }],
    ['checkout_start', { item_count: 10_000, total: 10_000_000 }],
    ['impression', { product_ids: ids(30), model: letters(64) }],
    ['impression', { model: 'A.b:c-d_1', placement: PLACEMENTS.at(-1) }],
    ['click', { position: 30 }],
    ['click', { occurred_at: at(-DAY_MS) }],
    ['click', { occurred_at: at(300_000) }],
  ];
  it.each(taken)('of %s is accepted: %j', (event, fields) => {
    expect(problemsOf(analyticsEvent, { event, ...when, ...EVENTS[event], ...fields })).toEqual([]);
  });

  const refused: [keyof typeof EVENTS, Record<string, unknown>, string?][] = [
    ['page_view', { path: `/${letters(300)}` }],
    ['page_view', { path: 'shop' }, 'path: must be a path without a query, fragment, or email address'],
    ['page_view', { path: '/a?q=1' }],
    ['page_view', { path: '/a#b' }],
    ['page_view', { path: '/a b' }],
    ['page_view', { path: '/ada@b.example' }],
    ['page_view', { path: '/ada%40b.example' }, 'path: must not contain an email address'],
    ['page_view', { path: '/a\u0000' }, 'path: contains a control character that can’t be stored; remove it'],
    ['add_to_cart', { quantity: 0 }],
    ['add_to_cart', { quantity: 101 }],
    ['add_to_cart', { price: -0.01 }],
    ['add_to_cart', { price: 10_000_000.01 }],
    ['add_to_cart', { currency: 'USD' }],
    ['remove_from_cart', { quantity: 0 }],
    ['checkout_start', { item_count: 0 }],
    ['checkout_start', { item_count: 10_001 }],
    ['checkout_start', { item_count: 1.5 }],
    ['impression', { product_ids: [] }],
    ['impression', { product_ids: ids(31) }],
    ['impression', { model: '' }, 'model: must be a model ID'],
    ['impression', { model: letters(65) }],
    ['impression', { model: 'a b' }],
    ['impression', { placement: 'nowhere' }],
    ['click', { position: 0 }],
    ['click', { position: 31 }],
    ['click', { position: 1.5 }],
    ['click', { occurred_at: at(-DAY_MS - 1) }, 'occurred_at: must lie within the last day'],
    ['click', { occurred_at: at(300_001) }],
    ['click', { occurred_at: '2026-05-01' }],
    ['click', { id: 'x' }],
  ];
  it.each(refused)('of %s is rejected: %j', (event, fields, message) => {
    const problems = problemsOf(analyticsEvent, { event, ...when, ...EVENTS[event], ...fields });
    expect(problems[0]).toContain(message ?? Object.keys(fields)[0]);
  });
});

describe('a batch', () => {
  const event = { event: 'page_view', ...when, path: '/' };

  it('has 1 to 100 events', () => {
    const of = (count: number) => problemsOf(eventBatch, { events: Array.from({ length: count }, () => event) }).length;
    expect([of(0), of(1), of(100), of(101)]).toEqual([1, 0, 0, 1]);
    expect(problemsOf(eventBatch, { events: [event], more: 1 })).toHaveLength(1);
  });
});

describe('a report', () => {
  it('covers the last day or the last 28 days by default', () => {
    expect(reportRange({})).toEqual({ fromMs: NOW - DAY_MS, toMs: NOW });
    expect(clickThroughRange({})).toEqual({ fromMs: NOW - 28 * DAY_MS, toMs: NOW });
  });

  it('covers the requested range', () => {
    const range = { from: at(-5_000), to: at(-1_000) };
    expect(reportRange(range)).toEqual({ fromMs: NOW - 5_000, toMs: NOW - 1_000 });
    expect(clickThroughRange(range)).toEqual({ fromMs: NOW - 5_000, toMs: NOW - 1_000 });
    expect(reportRange({ to: at(-1_000) })).toEqual({ fromMs: NOW - 1_000 - DAY_MS, toMs: NOW - 1_000 });
    expect(clickThroughRange({ to: at(-1_000) }).fromMs).toBe(NOW - 1_000 - 28 * DAY_MS);
  });

  it('must begin before it ends', () => {
    for (const schema of [eventReportQuery, clickThroughQuery]) {
      expect(problemsOf(schema, { from: at(-1), to: at(0) })).toEqual([]);
      expect(problemsOf(schema, { from: at(0), to: at(0) })).toEqual(['from: must be before `to`']);
      expect(problemsOf(schema, { from: at(-1), to: at(0), more: 1 })).toEqual([': Unrecognized key: "more"']);
      expect(problemsOf(schema, { from: 'yesterday' })).toHaveLength(1);
      expect(problemsOf(schema, { to: 'today' })).toHaveLength(1);
    }
    expect(eventReportQuery.parse({})).toEqual({ interval: '1h' });
  });

  const LENGTHS_MS = { '1m': 60_000, '5m': 300_000, '15m': 900_000, '1h': 3_600_000, '1d': DAY_MS };
  it.each(Object.entries(LENGTHS_MS))('by %s has at most 1,000 intervals', (interval, ms) => {
    expect(problemsOf(eventReportQuery, { from: at(-1_000 * ms), to: at(0), interval })).toEqual([]);
    expect(problemsOf(eventReportQuery, { from: at(-1_000 * ms - 1), to: at(0), interval })).toEqual([
      'interval: is too short for the range, which can have at most 1000 intervals',
    ]);
  });

  it('with another interval is rejected', () => {
    expect(problemsOf(eventReportQuery, { interval: '2h' })).toHaveLength(1);
  });
});
