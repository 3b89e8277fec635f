/** The cache's guarantees: one loader at a time, and no value stored that was loaded before an invalidation. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DomainError } from '../../domain/errors.ts';
import { connectOwnRedis } from '../../tests/support/redis.ts';
import { Cache } from './cache.ts';

let redis: Redis;
let cache: Cache;
let key: string;
beforeAll(() => {
  redis = connectOwnRedis();
  cache = new Cache(redis);
});
afterAll(() => redis?.disconnect());
beforeEach(() => {
  key = randomUUID();
});

const read = async (load: () => Promise<string>) => (await cache.getOrSet(key, 600, load)).toString();
const never = async (): Promise<string> => {
  throw new Error('it is in the cache');
};

it('loads once for concurrent callers, and keeps the value for its lifetime', async () => {
  let loads = 0;
  const load = async () => {
    loads += 1;
    return 'mug';
  };
  const answers = await Promise.all(Array.from({ length: 20 }, () => read(load)));
  expect([new Set(answers), loads]).toEqual([new Set(['mug']), 1]);
  expect(await read(never)).toBe('mug');
  const seconds = await redis.ttl(`cache:${key}`);
  expect(seconds).toBeGreaterThan(500);
  expect(seconds).toBeLessThanOrEqual(600);
  expect(await redis.exists(`cache-lock:${key}`)).toBe(0);
});

it('lets the next caller load at once when a load fails, and doesn’t remove another loader’s lock', async () => {
  const failed = async () => {
    throw new Error('there is no such thing');
  };
  await expect(read(failed)).rejects.toThrow('there is no such thing');
  expect(await redis.exists(`cache-lock:${key}`)).toBe(0);
  expect(await read(async () => 'mug')).toBe('mug');
  await cache.invalidate([key]);
  const outdated = read(async () => {
    await redis.set(`cache-lock:${key}`, 'another', 'PX', 60_000);
    return failed();
  });
  await expect(outdated).rejects.toThrow('there is no such thing');
  expect(await redis.get(`cache-lock:${key}`)).toBe('another');
});

it.each([
  ['a missing item', () => new DomainError('not_found', 'No such mug.', { details: { sku: 'MUG-1' } }), 'not_found'],
  ['an unavailable store', () => Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }), 'unavailable'],
])('looks up %s once per second, for concurrent callers too', async (_, error, code) => {
  let loads = 0;
  const load = async (): Promise<string> => {
    loads += 1;
    await new Promise((resolve) => setTimeout(resolve, 50));
    throw error();
  };
  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => read(load)));
  expect([answers.filter(({ status }) => status === 'rejected').length, loads]).toEqual([20, 1]);
  await expect(read(load)).rejects.toMatchObject({ code, name: 'DomainError' });
  expect(loads).toBe(1);
  expect(await redis.pttl(`cache:${key}`)).toBeLessThanOrEqual(1_000);
  // Whoever creates the item invalidates its key, so it is found at once.
  await cache.invalidate([key]);
  expect(await read(async () => 'mug')).toBe('mug');
});

it('stores no value that was loaded before an invalidation', async () => {
  const outdated = await read(async () => {
    await cache.invalidate([key]);
    return 'old';
  });
  expect(outdated).toBe('old');
  expect(await read(async () => 'new')).toBe('new');
  expect(await read(never)).toBe('new');
});

it('keeps the entry and the lock of a loader that started after an invalidation', async () => {
  const outdated = read(async () => {
    await cache.invalidate([key]);
    // The next loader is running, with its own lock.
    await redis.set(`cache-lock:${key}`, 'another', 'PX', 60_000);
    return 'old';
  });
  expect(await outdated).toBe('old');
  expect(await redis.get(`cache-lock:${key}`)).toBe('another');
  expect(await redis.exists(`cache:${key}`)).toBe(0);
});

it('removes invalidated entries by key and by tag', async () => {
  const tag = randomUUID();
  const before = await cache.generation(tag);
  await read(async () => 'old');
  await cache.invalidate([key], [tag]);
  expect(await read(async () => 'new')).toBe('new');
  expect(await cache.generation(tag)).not.toBe(before);
});
