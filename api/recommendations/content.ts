/** Finds products with a similar text in Elasticsearch, and caches them. While Elasticsearch is unavailable, there are none. */
import { LRUCache } from 'lru-cache';
import type { ProductIndex } from '../../infra/elasticsearch/product-index.ts';
import { type SimilarProduct, similarProducts } from '../../infra/elasticsearch/similar-products.ts';
import type { Logger } from '../../infra/logger.ts';
import type { ShelfProduct } from './shelf-reader.ts';

/** More than are shown, because some families are excluded or sold out. */
const SIZE = 24;
const LIFE_MS = 1_800_000;
/** Each takes about 1 KB. */
const MAX_PRODUCTS = 20_000;
/** Time without searches after a failure, so that requests don't all retry at once. */
const PAUSE_MS = 3_000;
const SEARCHES_AT_ONCE = 20;

type Subject = Pick<ShelfProduct, 'id' | 'category'>;

export class SimilarByContent {
  readonly #index: ProductIndex;
  readonly #log: Logger;
  readonly #cache = new LRUCache<string, { ids: Promise<string>; untilMs: number }>({ max: MAX_PRODUCTS });
  #pausedUntilMs = 0;

  constructor(index: ProductIndex, log: Logger) {
    this.#index = index;
    this.#log = log;
  }

  /** IDs, most similar first; some may be deleted or sold out since. */
  async find(product: Subject): Promise<string[]> {
    let cached = this.#cache.get(product.id);
    if (!cached || cached.untilMs <= Date.now()) {
      cached = { ids: this.#search(product), untilMs: Date.now() + LIFE_MS };
      this.#cache.set(product.id, cached);
    }
    const ids = await cached.ids;
    return ids === '' ? [] : ids.split(',');
  }

  async #search(product: Subject): Promise<string> {
    const found = await this.search([product]);
    if (!found) this.#cache.delete(product.id);
    return (found?.[0] ?? []).map(({ id }) => id).join(',');
  }

  /** For many products, without caching. @returns undefined while Elasticsearch is unavailable */
  async search(products: readonly Subject[]): Promise<SimilarProduct[][] | undefined> {
    if (Date.now() < this.#pausedUntilMs) return undefined;
    try {
      const found: SimilarProduct[][] = [];
      for (let at = 0; at < products.length; at += SEARCHES_AT_ONCE)
        found.push(...(await similarProducts(this.#index, products.slice(at, at + SEARCHES_AT_ONCE), SIZE)));
      return found;
    } catch (error) {
      this.#pausedUntilMs = Date.now() + PAUSE_MS;
      this.#log.warn({ err: error }, 'recommendations: similar products are unavailable');
      return undefined;
    }
  }
}
