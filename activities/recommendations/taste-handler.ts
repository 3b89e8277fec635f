/** Drops what is cached of a shopper when an order of theirs was paid or its money given back: the next answer reads anew. */
import { userOwner } from '../../domain/identity.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { cartCacheKey, shopperCacheKey } from '../../infra/redis/cache-keys.ts';
import type { OutboxHandler } from '../outbox/relay.ts';

/** A trigger writes its rows; the key is the account's id, or a guest's order's owner, `cart:<id>`. */
export const TASTE_TOPIC = 'taste.changed';

/** Safe to repeat: it only makes somebody read again. */
export function createTasteHandler(cache: Cache): OutboxHandler {
  return async (messages) => {
    const keys = messages.flatMap(({ key }) =>
      key.startsWith('cart:') ? [cartCacheKey(key)] : [shopperCacheKey(userOwner(key)), cartCacheKey(userOwner(key))],
    );
    await cache.invalidate([...new Set(keys)]);
    return undefined;
  };
}
