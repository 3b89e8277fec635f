/** Selects popular products: by the model, which follows the season; before a model exists, recent bestsellers and then new products. */
import { Random } from '../../domain/random.ts';
import { drawEarlyOnes } from '../../domain/recommendations/diversity.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { allOf, daysAgo } from '../../infra/postgres/statement-parts.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import type { ModelHolder } from './model-holder.ts';
import type { Candidate } from './offer.ts';
import type { ProductShelf } from './product-shelf.ts';

/** Number of products to draw from. */
const POOL = 100;
/** Maximum products that are checked for stock to fill the pool. */
const MAX_CHECKED = 400;
const POOL_MS = 5_000;
const BEST_SELLERS_SECONDS = 300;
const BEST_SELLERS_DAYS = 30;
const HOUR_MS = 3_600_000;

export class Popular {
  readonly #sql: Sql;
  readonly #cache: Cache;
  readonly #shelf: ProductShelf;
  readonly #models: ModelHolder;
  #pool: { candidates: Promise<Candidate[]>; untilMs: number; model: string | undefined } | undefined;

  constructor(sql: Sql, cache: Cache, shelf: ProductShelf, models: ModelHolder) {
    this.#sql = sql;
    this.#cache = cache;
    this.#shelf = shelf;
    this.#models = models;
  }

  /** @param seed identifies the shopper, who gets the same products for an hour; without it, every call draws new ones */
  async draw(count: number, seed?: string): Promise<Candidate[]> {
    const random = new Random(seed ? `${seed} ${Math.floor(Date.now() / HOUR_MS)}` : Math.random() * 2 ** 32);
    return drawEarlyOnes(await this.#candidates(), count, () => random.fraction());
  }

  #candidates(): Promise<Candidate[]> {
    const model = this.#models.current?.id;
    if (!this.#pool || this.#pool.untilMs < Date.now() || this.#pool.model !== model) {
      const candidates = this.#find();
      this.#pool = { candidates, untilMs: Date.now() + POOL_MS, model };
      candidates.catch(() => {
        this.#pool = undefined;
      });
    }
    return this.#pool.candidates;
  }

  async #find(): Promise<Candidate[]> {
    const model = this.#models.current?.model;
    const ordered = model
      ? Array.from(
          model.popular.subarray(0, MAX_CHECKED),
          (index): Candidate => ({ productId: model.items[index]!, reason: 'popular' }),
        )
      : await this.#bySales();
    const products = await this.#shelf.find(ordered.map(({ productId }) => productId));
    const seen = new Set<string>();
    const pool: Candidate[] = [];
    for (const [at, candidate] of ordered.entries()) {
      const product = products[at];
      if (!product?.inStock || seen.has(product.family)) continue;
      seen.add(product.family);
      pool.push(candidate);
      if (pool.length === POOL) break;
    }
    return pool;
  }

  async #bySales(): Promise<Candidate[]> {
    const text = await this.#cache.getOrSet('best-sellers', BEST_SELLERS_SECONDS, async () => {
      const sold = await this.#sql.rows(selectBestSellers(this.#sql).limit(MAX_CHECKED));
      const newest = await this.#sql.rows(selectNewest(this.#sql).limit(POOL));
      return [...sold.map(({ id }) => `popular ${id}`), ...newest.map(({ id }) => `new ${id}`)].join(',');
    });
    if (text.length === 0) return [];
    return text
      .toString('latin1')
      .split(',')
      .map((entry) => {
        const [reason, productId] = entry.split(' ');
        return { productId: productId!, reason: reason as 'popular' | 'new' };
      });
  }
}

function selectBestSellers(sql: Sql) {
  return sql.query
    .selectFrom('orders')
    .innerJoin('order_items as item', 'item.order_id', 'orders.id')
    .select('item.product_id as id')
    .where('orders.paid_at', '>', daysAgo(BEST_SELLERS_DAYS))
    .where('orders.status', '<>', allOf(['refunded', 'canceled', 'expired']))
    .groupBy('item.product_id')
    .orderBy((sold) => sold.fn.countAll(), 'desc')
    .orderBy('item.product_id');
}

function selectNewest(sql: Sql) {
  return sql.query
    .selectFrom('products')
    .select('id')
    .where('deleted_at', 'is', null)
    .where((product) => product.ref('is_family_lead'))
    .where('stock_quantity', '>', 0)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc');
}
