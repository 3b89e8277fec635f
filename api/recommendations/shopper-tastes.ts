/** What shoppers looked at and put into their carts lately, kept in this process as long as no process notes more of it. */
import { tasteCacheKey, tasteOfCacheKey } from '../../infra/redis/cache-keys.ts';
import type { NotedTaste, Taste, Tastes } from '../../infra/redis/tastes.ts';
import { SubscribedCache } from './subscribed-cache.ts';

const LIFE_MS = 3_600_000;
/** Of most shoppers there is nothing, which takes some 150 bytes; a hundred views take 10,000. */
const MAX_RECORDS = 50_000;

export class ShopperTastes extends SubscribedCache<readonly Taste[]> {
  readonly #tastes: Tastes;

  constructor(tastes: Tastes) {
    super({
      idOfKey: tasteOfCacheKey,
      load: (names) => tastes.read(names),
      max: MAX_RECORDS,
      lifeMs: LIFE_MS,
      // What was forgotten may not be used for another second.
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

  /** Other processes hear of it in a moment; this one may be asked sooner. */
  #drop(who: string): void {
    this.onInvalidated([tasteCacheKey(who)]);
  }
}
