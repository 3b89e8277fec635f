/**
 * What is told of products in recommendations, kept in this process as the text that goes out. A record stands for what a list
 * shows: a product, or a family by its lead. It is dropped in the moment in which any process says that a product of it changed.
 */
import type { Database } from '../../infra/postgres/database.ts';
import { productOfCacheKey } from '../../infra/redis/cache-keys.ts';
import type { InvalidationListener } from '../../infra/redis/invalidations.ts';
import { readShelfProducts, type ShelfProduct } from './shelf-reader.ts';

/** A record takes some 700 bytes. */
const MOST = 150_000;
const FILL_BATCH = 500;
/** While changes can't be heard of, nothing is believed for longer. */
const DEAF_SECONDS = 1;

interface Kept {
  /** undefined: there is no such product, or it was deleted. */
  product: ShelfProduct | undefined;
  untilMs: number;
}

export class ProductShelf implements InvalidationListener {
  readonly #db: Database;
  readonly #lifeMs: number;
  readonly #kept = new Map<string, Kept>();
  /** Ids that changed while something is being loaded: what was read of them may be of before. */
  readonly #changedMeanwhile = new Set<Set<string>>();
  #isHearing = false;

  /** @param lifeSeconds also without any change: a new variant of a family is noticed by then */
  constructor(db: Database, lifeSeconds: number) {
    this.#db = db;
    this.#lifeMs = lifeSeconds * 1_000;
  }

  onInvalidated(keys: readonly string[]): void {
    for (const key of keys) {
      const id = productOfCacheKey(key);
      if (id) this.#drop(id);
    }
  }

  onDeaf(): void {
    this.#isHearing = false;
    this.#clear();
  }

  onHearing(): void {
    this.#clear();
    this.#isHearing = true;
  }

  /** What is shown of each product that is for sale. Asks PostgreSQL, once, for those that it does not keep. */
  async find(ids: Iterable<string>): Promise<ReadonlyMap<string, ShelfProduct>> {
    const found = new Map<string, ShelfProduct>();
    const missing: string[] = [];
    const nowMs = Date.now();
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (!kept || kept.untilMs <= nowMs) missing.push(id);
      else if (kept.product) found.set(id, kept.product);
    }
    if (missing.length > 0) {
      for (const [id, product] of await this.#load(missing)) if (product) found.set(id, product);
    }
    return found;
  }

  /** Takes the first of a model's products in, so that the first shoppers after a start do not wait for PostgreSQL. */
  async fill(order: Int32Array, ids: readonly string[]): Promise<void> {
    for (let at = 0; at < Math.min(order.length, MOST); at += FILL_BATCH) {
      const batch = Array.from(order.subarray(at, at + FILL_BATCH), (place) => ids[place]!);
      await this.find(batch);
    }
  }

  async #load(ids: readonly string[]): Promise<Map<string, ShelfProduct | undefined>> {
    const changed = new Set<string>();
    const wasHearing = this.#isHearing;
    this.#changedMeanwhile.add(changed);
    try {
      const found = new Map<string, ShelfProduct | undefined>(ids.map((id) => [id, undefined]));
      for (const product of await readShelfProducts(this.#db, ids))
        for (const id of product.variants) found.set(id, product);
      // Spread, so that what was loaded together is not loaded together again.
      const lifeMs = this.#isHearing && wasHearing ? this.#lifeMs * (0.9 + Math.random() * 0.1) : DEAF_SECONDS * 1_000;
      const untilMs = Date.now() + lifeMs;
      for (const [id, product] of found) {
        if (changed.has(id) || product?.variants.some((variant) => changed.has(variant))) continue;
        this.#keep(id, { product, untilMs });
      }
      return found;
    } finally {
      this.#changedMeanwhile.delete(changed);
    }
  }

  #keep(id: string, kept: Kept): void {
    this.#kept.delete(id);
    if (this.#kept.size >= MOST) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(id, kept);
  }

  #drop(id: string): void {
    for (const changed of this.#changedMeanwhile) changed.add(id);
    for (const variant of this.#kept.get(id)?.product?.variants ?? []) this.#kept.delete(variant);
    this.#kept.delete(id);
  }

  #clear(): void {
    this.#kept.clear();
  }
}
