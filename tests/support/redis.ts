/** A separate Redis database for a test, so that the shop's database stays unchanged. */
import type { Redis } from 'ioredis';
import { connectRedis } from '../../infra/redis/client.ts';

/** The retraining tests' shop uses database 9. */
const OWN_DATABASE = 10;

export const ownRedisUrl = (): string =>
  Object.assign(new URL(process.env.REDIS_URL!), { pathname: `/${OWN_DATABASE}` }).href;

export const connectOwnRedis = (): Redis => connectRedis(ownRedisUrl(), { timeoutMs: 5_000 });

/** All contents by key; of an expiry, only whether there is one. */
export async function contentsOf(redis: Redis): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {};
  for (const key of (await redis.keys('*')).sort())
    contents[key] = { value: await storedAt(redis, key), expires: (await redis.ttl(key)) >= 0 };
  return contents;
}

async function storedAt(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'zset':
      return redis.zrange(key, '0', '-1', 'WITHSCORES');
    case 'stream':
      return redis.xrange(key, '-', '+');
    default:
      return redis.get(key);
  }
}
