/** Invalidates a shopper's caches when an order of theirs was paid or refunded, so that the next response has current data. */
import { userOwner } from '../../domain/identity.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { cartCacheKey, shopperCacheKey } from '../../infra/redis/cache-keys.ts';
import type { OutboxHandler } from '../outbox/relay.ts';

/** A database trigger adds its messages. The key is the account ID, or the owner of a guest's order, `cart:<id>`. */
export const TASTE_TOPIC = 'taste.changed';

/** Safe to repeat: it only invalidates caches. */
export function createTasteHandler(cache: Cache): OutboxHandler {
  return async (messages) => {
    const keys = messages.flatMap(({ key }) =>
      key.startsWith('cart:') ? [cartCacheKey(key)] : [shopperCacheKey(userOwner(key)), cartCacheKey(userOwner(key))],
    );
    await cache.invalidate([...new Set(keys)]);
    return undefined;
  };
}
