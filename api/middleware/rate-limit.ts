/** Rate limits per client address, counted in Redis, so that all API processes share them. */

import type { Redis } from 'ioredis';
import type { Middleware } from 'koa';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/errors.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ApiContext, ApiState, Settings } from '../context.ts';
import { LeasedLimiter } from './leased-limiter.ts';

export type RateTier = 'catalog' | 'api' | 'auth' | 'payment' | 'lookup' | 'events' | 'support' | 'codec';

export interface RateLimits {
  /** Counts every request. */
  limit(tier: RateTier): Middleware<ApiState>;
  /** Counts only requests that fail, such as a sign-in with a wrong password. */
  limitFailures(tier: RateTier): Middleware<ApiState>;
}

export function createRateLimits(redis: Redis, settings: Settings, log: Logger): RateLimits {
  const limiter = (tier: RateTier, points: number, duration: number) =>
    new RateLimiterRedis({ storeClient: redis, keyPrefix: `rate:${tier}`, points, duration });
  const limiters: Record<RateTier, RateLimiterRedis> = {
    catalog: limiter('catalog', settings.RATE_LIMIT_CATALOG, settings.RATE_LIMIT_CATALOG_SECONDS),
    api: limiter('api', settings.RATE_LIMIT_API, settings.RATE_LIMIT_API_SECONDS),
    auth: limiter('auth', settings.RATE_LIMIT_AUTH, settings.RATE_LIMIT_AUTH_SECONDS),
    payment: limiter('payment', settings.RATE_LIMIT_PAYMENT, settings.RATE_LIMIT_PAYMENT_SECONDS),
    lookup: limiter('lookup', settings.RATE_LIMIT_LOOKUP, settings.RATE_LIMIT_LOOKUP_SECONDS),
    events: limiter('events', settings.RATE_LIMIT_EVENTS, settings.RATE_LIMIT_EVENTS_SECONDS),
    support: limiter('support', settings.RATE_LIMIT_SUPPORT, settings.RATE_LIMIT_SUPPORT_SECONDS),
    codec: limiter('codec', settings.RATE_LIMIT_CODEC, settings.RATE_LIMIT_CODEC_SECONDS),
  };

  // A block is at most 2% of the limit, so that the points lost at a window's end don't matter.
  const catalog = new LeasedLimiter(
    limiters.catalog,
    Math.max(1, Math.min(100, Math.floor(settings.RATE_LIMIT_CATALOG / 50))),
  );

  function setLimitHeaders(ctx: ApiContext, tier: RateTier, state: RateLimiterRes): void {
    const { points, duration } = limiters[tier];
    ctx.set('RateLimit-Policy', `"${tier}";q=${points};w=${duration}`);
    ctx.set('RateLimit', `"${tier}";r=${Math.max(0, state.remainingPoints)};t=${Math.ceil(state.msBeforeNext / 1000)}`);
  }

  /** While Redis is unavailable, requests are allowed, because a shop without rate limits is better than none. */
  async function count(ctx: ApiContext, tier: RateTier, points: number): Promise<void> {
    let state: RateLimiterRes;
    try {
      state = tier === 'catalog' ? await catalog.consume(ctx.ip) : await limiters[tier].consume(ctx.ip, points);
    } catch (refused) {
      if (!(refused instanceof RateLimiterRes)) {
        log.warn({ err: refused, tier }, 'rate limit: Redis is unavailable; request allowed');
        return;
      }
      setLimitHeaders(ctx, tier, refused);
      const seconds = Math.max(1, Math.ceil(refused.msBeforeNext / 1000));
      ctx.set('Retry-After', String(seconds));
      throw new DomainError('rate_limited', `Too many requests. Try again in ${seconds} s.`, {
        details: { retry_after_seconds: seconds },
      });
    }
    setLimitHeaders(ctx, tier, state);
  }

  return {
    limit: (tier) => async (ctx, next) => {
      if (settings.RATE_LIMIT_ENABLED) await count(ctx, tier, 1);
      await next();
    },
    limitFailures: (tier) => async (ctx, next) => {
      if (!settings.RATE_LIMIT_ENABLED) return next();
      const state = await limiters[tier].get(ctx.ip).catch(() => null);
      if (state && state.consumedPoints >= limiters[tier].points) await count(ctx, tier, 1);
      try {
        await next();
      } catch (error) {
        if (error instanceof DomainError) await count(ctx, tier, 1).catch(() => undefined);
        throw error;
      }
    },
  };
}
