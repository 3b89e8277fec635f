/**
 * Rate limits. Each route names its tier. Most count requests per client address. Those that a shopper needs to buy count per shopper,
 * with a higher limit per address, so that shoppers behind one address don't use up each other's.
 */

import type { Middleware } from 'koa';
import { networkOf } from '../../infra/address-hash.ts';
import type { ApiContext, ApiDependencies, ApiState, Settings } from '../context.ts';
import { cartIdOf } from './identity.ts';
import { Limit } from './limit.ts';

export type RateTier =
  | 'catalog'
  | 'reads'
  | 'api'
  | 'payment'
  | 'events'
  | 'pictures'
  | 'webhooks'
  | 'support'
  | 'codec';

export interface RateLimits {
  /** Counts every request. */
  limit(tier: RateTier): Middleware<ApiState>;
}

/** The limits of a tier: per client address, and for some a lower one per shopper. */
interface Tier {
  perAddress: Limit;
  perShopper?: Limit;
}

/** The client's address as counted: IPv6 by /64, because one household or server can use all addresses of a /64. */
export const addressKey = (ctx: ApiContext): string => networkOf(ctx.ip);

export function createRateLimits(deps: Pick<ApiDependencies, 'redis' | 'settings' | 'log' | 'tokens'>): RateLimits {
  const { settings, tokens } = deps;
  const tiers = createTiers(deps, settings);

  /** An account or a guest's cart. A token is verified later; one that is not valid counts as none. */
  function shopperKey(ctx: ApiContext): string {
    const userId = tokens.tryRead(ctx.get('Authorization'))?.userId;
    if (userId) return `account:${userId}`;
    const cartId = cartIdOf(ctx);
    return cartId ? `cart:${cartId}` : addressKey(ctx);
  }

  return {
    limit: (tier) => async (ctx, next) => {
      if (settings.RATE_LIMIT_ENABLED) {
        const { perAddress, perShopper } = tiers[tier];
        await perAddress.count(ctx, addressKey(ctx));
        // The last one is in the headers: it is the one that a shopper reaches first.
        await perShopper?.count(ctx, shopperKey(ctx));
      }
      await next();
    },
  };
}

function createTiers(
  { redis, log }: Pick<ApiDependencies, 'redis' | 'log'>,
  settings: Settings,
): Readonly<Record<RateTier, Tier>> {
  const limit = (name: string, points: number, seconds: number) => new Limit(redis, log, { name, points, seconds });
  const leased = (name: string, points: number, seconds: number) =>
    new Limit(redis, log, { name, points, seconds, leased: true });
  return {
    catalog: { perAddress: leased('catalog', settings.RATE_LIMIT_CATALOG, settings.RATE_LIMIT_CATALOG_SECONDS) },
    reads: { perAddress: leased('reads', settings.RATE_LIMIT_READS, settings.RATE_LIMIT_READS_SECONDS) },
    api: {
      perAddress: leased('api-address', settings.RATE_LIMIT_API_PER_ADDRESS, settings.RATE_LIMIT_API_SECONDS),
      perShopper: limit('api', settings.RATE_LIMIT_API, settings.RATE_LIMIT_API_SECONDS),
    },
    payment: {
      perAddress: limit(
        'payment-address',
        settings.RATE_LIMIT_PAYMENT_PER_ADDRESS,
        settings.RATE_LIMIT_PAYMENT_SECONDS,
      ),
      perShopper: limit('payment', settings.RATE_LIMIT_PAYMENT, settings.RATE_LIMIT_PAYMENT_SECONDS),
    },
    events: { perAddress: limit('events', settings.RATE_LIMIT_EVENTS, settings.RATE_LIMIT_EVENTS_SECONDS) },
    pictures: { perAddress: leased('pictures', settings.RATE_LIMIT_PICTURES, settings.RATE_LIMIT_PICTURES_SECONDS) },
    webhooks: { perAddress: leased('webhooks', settings.RATE_LIMIT_WEBHOOKS, settings.RATE_LIMIT_WEBHOOKS_SECONDS) },
    support: { perAddress: limit('support', settings.RATE_LIMIT_SUPPORT, settings.RATE_LIMIT_SUPPORT_SECONDS) },
    codec: { perAddress: limit('codec', settings.RATE_LIMIT_CODEC, settings.RATE_LIMIT_CODEC_SECONDS) },
  };
}
