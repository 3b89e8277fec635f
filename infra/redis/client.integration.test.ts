import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../../tests/support/shop.ts';
import { connectRedis, RedisAwayError } from './client.ts';

const url = process.env.REDIS_URL!;
let redis: Redis;
/** Pauses the server for all other clients. */
let control: Redis;

beforeAll(async () => {
  redis = connectRedis(url, { timeoutMs: 200 });
  control = new Redis(url);
  await redis.ping();
});
afterAll(() => {
  redis.disconnect();
  control.disconnect();
});

it('waits once for a hanging server, then fails immediately until it answers again', async () => {
  const key = `test:${randomUUID()}`;
  await redis.set(key, '1', 'EX', 60);
  await control.client('PAUSE', 1_500, 'ALL');
  // These commands are sent together, so they time out together.
  const first = await Promise.allSettled([redis.get(key), redis.pipeline().get(key).incr(key).exec(), redis.get(key)]);
  expect(first.map((each) => each.status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  const later = await Promise.allSettled(Array.from({ length: 100 }, () => redis.get(key)));
  expect(later.every((each) => each.status === 'rejected' && each.reason instanceof RedisAwayError)).toBe(true);
  const piped = await redis.pipeline().get(key).incr(key).exec();
  expect(piped?.map(([error]) => error instanceof RedisAwayError)).toEqual([true, true]);
  await expect(redis.multi().incr(key).exec()).rejects.toThrow();
  await until(async () => (await redis.get(key).catch(() => undefined)) !== undefined, 'Redis to be used again');
  expect(await redis.multi().set(key, '5').get(key).exec()).toEqual([
    [null, 'OK'],
    [null, '5'],
  ]);
});

it('is used again after the connection was lost while the server was unavailable', async () => {
  await control.client('PAUSE', 1_000, 'ALL');
  await expect(redis.get('x')).rejects.toThrow('Command timed out');
  redis.disconnect(true);
  await until(
    async () =>
      await redis.get('x').then(
        () => true,
        () => false,
      ),
    'Redis to be used again',
  );
});
