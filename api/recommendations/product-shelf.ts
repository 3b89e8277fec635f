/**
 * Caches in this process the JSON text of products in recommendations. A record is what a list shows: a product, or a family by its
 * lead.
 */
import type { Database } from '../../infra/postgres/database.ts';
import { productOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { readShelfProducts, type ShelfProduct } from './shelf-reader.ts';
import { SubscribedCache } from './subscribed-cache.ts';

/** A record takes about 700 bytes. */
const MAX_RECORDS = 150_000;
const FILL_BATCH = 500;

export class ProductShelf extends SubscribedCache<ShelfProduct> {
  /** @param lifeSeconds maximum age of a record, after which also a new variant of its family is included */
  constructor(db: Database, lifeSeconds: number, canonical: (productId: string) => string) {
    super({
      idOfKey: productOfCacheKey,
      async load(ids) {
        const found = new Map<string, ShelfProduct>();
        for (const product of await readShelfProducts(db, ids, canonical))
          for (const id of product.variants) found.set(id, product);
        return found;
      },
      max: MAX_RECORDS,
      lifeMs: lifeSeconds * 1_000,
      idsOf: ({ variants }) => variants,
    });
  }

  /** The families of these products, each once. */
  async familiesOf(productIds: readonly string[]): Promise<Set<string>> {
    const products = await this.find(productIds);
    return new Set(products.flatMap((product) => product?.family ?? []));
  }

  /** Preloads a model's first products, so that the first requests after a start don't wait for PostgreSQL. */
  async fill(order: Int32Array, ids: readonly string[], signal: AbortSignal): Promise<void> {
    for (let at = 0; at < Math.min(order.length, MAX_RECORDS) && !signal.aborted; at += FILL_BATCH) {
      const batch = Array.from(order.subarray(at, at + FILL_BATCH), (index) => ids[index]!);
      await this.find(batch);
    }
  }
}
