/** Products that shoppers recently viewed or added to their carts: a bounded list per shopper in Redis, which expires without activity. */
import type { Redis } from 'ioredis';
import { INVALIDATED_CHANNEL } from './cache.ts';
import { tasteCacheKey } from './cache-keys.ts';

const MAX_TASTES = 100;
const EXPIRE_SECONDS = 60 * 86_400;

export interface Taste {
  productId: string;
  kind: 'view' | 'cart';
  /** Epoch milliseconds. */
  timeMs: number;
}

/** `isOver`: the product was removed from the cart. */
export type NotedTaste = Taste & { isOver?: boolean };

const keyOf = (who: string) => `taste:${who}`;
const memberOf = ({ kind, productId }: Pick<Taste, 'kind' | 'productId'>) => `${kind}:${productId}`;

export class Tastes {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** Records events in order. A repeated event is kept once, with its latest time. @param who `user:<id>` or `visitor:<hash>` */
  async note(who: string, tastes: readonly NotedTaste[]): Promise<void> {
    if (tastes.length === 0) return;
    const key = keyOf(who);
    const steps = this.#redis.multi();
    for (const taste of tastes) {
      if (taste.isOver) steps.zrem(key, memberOf(taste));
      else steps.zadd(key, 'GT', taste.timeMs, memberOf(taste));
    }
    steps.zremrangebyrank(key, 0, -MAX_TASTES - 1).expire(key, EXPIRE_SECONDS);
    steps.publish(INVALIDATED_CHANNEL, tasteCacheKey(who));
    const failed = (await steps.exec())?.find(([error]) => error);
    if (failed?.[0]) throw failed[0];
  }

  /** Newest first by shopper; shoppers without any have no entry. */
  async read(names: readonly string[]): Promise<Map<string, Taste[]>> {
    const lists = await Promise.all(
      names.map(async (who) => {
        const pairs = await this.#redis.zrevrange(keyOf(who), 0, MAX_TASTES - 1, 'WITHSCORES');
        return [who, tastesOf(pairs)] as const;
      }),
    );
    return new Map(lists.filter(([, tastes]) => tastes.length > 0));
  }

  async forget(who: string): Promise<void> {
    await this.#redis.del(keyOf(who));
    await this.#redis.publish(INVALIDATED_CHANNEL, tasteCacheKey(who));
  }
}

/** @param pairs member, score, member, score, … */
function tastesOf(pairs: readonly string[]): Taste[] {
  const tastes: Taste[] = [];
  for (let at = 0; at < pairs.length; at += 2) {
    const member = pairs[at]!;
    const split = member.indexOf(':');
    tastes.push({
      kind: member.slice(0, split) as Taste['kind'],
      productId: member.slice(split + 1),
      timeMs: Number(pairs[at + 1]),
    });
  }
  return tastes;
}
