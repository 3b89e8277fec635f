/** One rate limit, counted in Redis, so that all API processes share it. */
import type { Redis } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ApiContext } from '../context.ts';
import { LeasedLimiter } from './leased-limiter.ts';

export interface LimitOptions {
  /** In the names of headers and of keys in Redis. */
  name: string;
  /** Requests per window. */
  points: number;
  seconds: number;
  /** Takes points from Redis in blocks and spends them in this process. For high limits of requests that must be fast. */
  leased?: true;
}

export class Limit {
  readonly #options: LimitOptions;
  readonly #limiter: RateLimiterRedis;
  readonly #leased: LeasedLimiter | undefined;
  readonly #log: Logger;

  constructor(redis: Redis, log: Logger, options: LimitOptions) {
    const { name, points, seconds } = options;
    this.#options = options;
    this.#log = log;
    this.#limiter = new RateLimiterRedis({ storeClient: redis, keyPrefix: `rate:${name}`, points, duration: seconds });
    // A block is at most 2% of the limit, so that the points lost at a window's end don't matter.
    const block = Math.max(1, Math.min(100, Math.floor(points / 50)));
    this.#leased = options.leased && new LeasedLimiter(this.#limiter, block);
  }

  /**
   * Counts one request. While Redis is unavailable, requests are allowed, because a shop without rate limits is better than none.
   * @throws DomainError rate_limited
   */
  async count(ctx: ApiContext, key: string): Promise<void> {
    let state: RateLimiterRes;
    try {
      state = await (this.#leased ?? this.#limiter).consume(key);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) {
        this.#log.warn(
          { err: refused, limit: this.#options.name },
          'rate limit: Redis is unavailable; request allowed',
        );
        return;
      }
      this.#setHeaders(ctx, refused);
      throw tooMany(ctx, refused.msBeforeNext / 1000);
    }
    this.#setHeaders(ctx, state);
  }

  /** Takes back one counted request, such as a sign-in that succeeded. Not for leased limits. */
  async giveBack(key: string): Promise<void> {
    await this.#limiter.reward(key).catch(() => undefined);
  }

  #setHeaders(ctx: ApiContext, state: RateLimiterRes): void {
    const { name, points, seconds } = this.#options;
    ctx.set('RateLimit-Policy', `"${name}";q=${points};w=${seconds}`);
    ctx.set('RateLimit', `"${name}";r=${Math.max(0, state.remainingPoints)};t=${Math.ceil(state.msBeforeNext / 1000)}`);
  }
}

/** The error for a client that sends too much. @param waitSeconds until the next request is accepted; at least 1 is stated */
export function tooMany(ctx: ApiContext, waitSeconds: number): DomainError {
  const seconds = Math.max(1, Math.ceil(waitSeconds));
  ctx.set('Retry-After', String(seconds));
  return new DomainError('rate_limited', `Too many requests. Try again in ${seconds} s.`, {
    details: { retry_after_seconds: seconds },
  });
}
