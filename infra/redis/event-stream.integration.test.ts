/** Events of a request are added all or none, each once, and never displace accepted events. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { connectOwnRedis, contentsOf } from '../../tests/support/redis.ts';
import { EVENT_STREAM, EventStream, type StreamEvent } from './event-stream.ts';

const MAX_EVENTS = 3;

let redis: Redis;
let events: EventStream;
beforeAll(() => {
  redis = connectOwnRedis();
  events = new EventStream(redis, MAX_EVENTS);
});
afterAll(() => redis?.disconnect());
beforeEach(() => redis.flushdb());

const event = (): StreamEvent => ({ id: randomUUID(), event: 'purchase', atMs: 1_000, data: { total: 25 } });
const stored = async () => (await redis.xrange(EVENT_STREAM, '-', '+')).map(([, fields]) => fields);
const fieldsOf = ({ id, event: name, atMs, data }: StreamEvent) => [
  'id',
  id,
  'event',
  name,
  'at',
  `${atMs}`,
  'data',
  JSON.stringify(data),
];

it('accepts all events of a request or none, up to its maximum size', async () => {
  const [one, two, three] = [event(), event(), event()];
  expect(await events.add([one, two])).toBe(true);
  const before = await contentsOf(redis);
  expect(await events.add([three, event()])).toBe(false);
  expect(await contentsOf(redis)).toEqual(before);
  expect(await events.add([three])).toBe(true);
  expect(await events.add([event()])).toBe(false);
  expect(await stored()).toEqual([one, two, three].map(fieldsOf));
});

it('adds an event of the outbox once, however often it is delivered', async () => {
  const purchase = event();
  expect(await events.addOnce(purchase)).toBe(true);
  const before = await contentsOf(redis);
  for (const answer of await Promise.all([1, 2, 3].map(() => events.addOnce(purchase)))) expect(answer).toBe(true);
  expect(await contentsOf(redis)).toEqual(before);
  expect(await stored()).toEqual([fieldsOf(purchase)]);
  expect(await redis.ttl(`analytics:added:${purchase.id}`)).toBeGreaterThan(0);
});

it('rejects an event while it is full, and accepts it later', async () => {
  const [purchase, late] = [event(), event()];
  await events.add([event(), event()]);
  expect(await events.addOnce(purchase)).toBe(true);
  const before = await contentsOf(redis);
  expect(await events.addOnce(late)).toBe(false);
  expect(await contentsOf(redis)).toEqual(before);
  // A repeated event is recognized even though the stream is full.
  expect(await events.addOnce(purchase)).toBe(true);
  await redis.xtrim(EVENT_STREAM, 'MAXLEN', 0);
  expect(await events.addOnce(late)).toBe(true);
  expect(await stored()).toEqual([fieldsOf(late)]);
});
