/** Caches shoppers' recent product views and cart additions in this process until any process records more. */
import { tasteCacheKey, tasteOfCacheKey } from '../../infra/redis/cache-keys.ts';
import type { NotedTaste, Taste, Tastes } from '../../infra/redis/tastes.ts';
import { SubscribedCache } from './subscribed-cache.ts';

const LIFE_MS = 3_600_000;
/** Most shoppers have none, which takes about 150 bytes; a hundred views take 10,000. */
const MAX_RECORDS = 50_000;

export class ShopperTastes extends SubscribedCache<readonly Taste[]> {
  readonly #tastes: Tastes;

  constructor(tastes: Tastes) {
    super({
      idOfKey: tasteOfCacheKey,
      load: (names) => tastes.read(names),
      max: MAX_RECORDS,
      lifeMs: LIFE_MS,
      // A deleted history must not be used any longer.
      disconnectedMs: 0,
    });
    this.#tastes = tastes;
  }

  /** @param who `user:<id>` or `visitor:<hash>` */
  async note(who: string, tastes: readonly NotedTaste[]): Promise<void> {
    await this.#tastes.note(who, tastes);
    this.#drop(who);
  }

  async forget(who: string): Promise<void> {
    await this.#tastes.forget(who);
    this.#drop(who);
  }

  /** Invalidates this process's record immediately; the published invalidation arrives a moment later. */
  #drop(who: string): void {
    this.onInvalidated([tasteCacheKey(who)]);
  }
}
