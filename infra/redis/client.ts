import { Redis } from 'ioredis';

/**
 * Connects to Redis. Commands fail fast while it is away (no endless queue): callers answer 503 or are retried by Temporal.
 */
export function connectRedis(url: string, options: { subscriber?: boolean } = {}): Redis {
  const redis = new Redis(url, {
    enableAutoPipelining: !options.subscriber,
    maxRetriesPerRequest: options.subscriber ? null : 1,
    connectTimeout: 3_000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
  });
  // Without a listener a lost connection would end the process; each command still reports its own failure.
  redis.on('error', () => {});
  return redis;
}
