/**
 * Links products that are too new for the model to similar products in the model, so that shoppers who bought a similar product, or
 * would be shown one, may be shown the new one.
 */
import type { Logger } from '../../infra/logger.ts';
import { Loop } from '../../infra/loop.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { daysAgo } from '../../infra/postgres/statement-parts.ts';
import type { SimilarByContent } from './content.ts';
import { type LoadedModel, type ModelHolder, variantIndexes } from './model-holder.ts';
import type { ProductShelf } from './product-shelf.ts';

const MAX_AGE_DAYS = 60;
const MAX_READ = 1_000;
const MAX_NEWCOMERS = 300;
const MAX_NEIGHBORS = 8;
/** Below this, products usually share only a word or two. */
const MIN_SIMILARITY = 0.25;
/** A new product has no sales yet, so it scores lower than the product that it is similar to. */
const DISCOUNT = 0.5;
const TICK_MS = 1_000;
const REFRESH_MS = 60_000;
/** Minimum time between refreshes, because an import reports thousands of changes. */
const MIN_DELAY_MS = 2_000;

interface Neighbor {
  productId: string;
  /** Relative to the most similar product, which has 1. */
  similarity: number;
}

interface Link {
  newcomer: string;
  similarity: number;
}

export interface ScoredNewcomer {
  productId: string;
  score: number;
  /** Index in the model of the product that it is similar to. */
  similarTo: number;
}

export class Newcomers {
  readonly #sql: Sql;
  readonly #shelf: ProductShelf;
  readonly #content: SimilarByContent;
  readonly #models: ModelHolder;
  readonly #log: Logger;
  #loop: Loop | undefined;
  #isStale = true;
  #refreshedAtMs = 0;
  /** By new product; kept between refreshes, so that only products without an entry are searched for. */
  #neighbors = new Map<string, readonly Neighbor[]>();
  /** By the similar product's index in the model. */
  #links: { model: string; byIndex: ReadonlyMap<number, readonly Link[]> } | undefined;

  constructor(sql: Sql, shelf: ProductShelf, content: SimilarByContent, models: ModelHolder, log: Logger) {
    this.#sql = sql;
    this.#shelf = shelf;
    this.#content = content;
    this.#models = models;
    this.#log = log;
  }

  start(): void {
    this.#loop = Loop.every(
      TICK_MS,
      () => this.#turn(),
      (error) => this.#log.warn({ err: error }, 'recommendations: new products could not be read'),
    );
  }

  async stop(): Promise<void> {
    await this.#loop?.stop();
  }

  /** Called when the catalog or the model has changed. */
  markStale(): void {
    this.#isStale = true;
  }

  /** Identical as long as the new products and their links are the same. */
  get version(): unknown {
    return this.#links;
  }

  isEmpty(served: LoadedModel): boolean {
    return this.#links?.model !== served.id || this.#links.byIndex.size === 0;
  }

  /**
   * Scores the new products that are similar to these, best first.
   * @param scores by index in the model, of products that the shopper likes or would be shown
   */
  score(served: LoadedModel, scores: ReadonlyMap<number, number>): ScoredNewcomer[] {
    const byIndex = this.#links?.model === served.id ? this.#links.byIndex : undefined;
    const scored = new Map<string, ScoredNewcomer>();
    for (const [index, score] of scores) {
      for (const { newcomer, similarity } of byIndex?.get(index) ?? []) {
        const newScore = DISCOUNT * similarity * score;
        if (newScore > (scored.get(newcomer)?.score ?? 0))
          scored.set(newcomer, { productId: newcomer, score: newScore, similarTo: index });
      }
    }
    return [...scored.values()].sort((one, other) => other.score - one.score);
  }

  async #turn(): Promise<void> {
    const sinceMs = Date.now() - this.#refreshedAtMs;
    const served = this.#models.current;
    if (!served || !((this.#isStale && sinceMs > MIN_DELAY_MS) || sinceMs > REFRESH_MS)) return;
    const wasStale = this.#isStale;
    this.#isStale = false;
    this.#refreshedAtMs = Date.now();
    await this.#refresh(served, wasStale);
  }

  async #refresh(served: LoadedModel, mayDiffer: boolean): Promise<void> {
    const rows = await this.#sql.rows(
      this.#sql.query
        .selectFrom('products')
        .select('id')
        .where('deleted_at', 'is', null)
        .where((product) => product.ref('is_family_lead'))
        .where('created_at', '>', daysAgo(MAX_AGE_DAYS))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(MAX_READ),
    );
    const newcomers = (await this.#shelf.find(rows.map(({ id }) => id)))
      .filter((product) => product !== undefined)
      .filter(({ inStock, variants }) => inStock && !variants.some((id) => served.indexById.has(id)))
      .slice(0, MAX_NEWCOMERS);
    const unknown = newcomers.filter(({ id }) => !this.#neighbors.has(id));
    const found = await this.#content.search(unknown);
    // While search is unavailable, known links are kept, and the next round retries.
    if (!found) this.#isStale = true;
    const neighbors = new Map<string, readonly Neighbor[]>();
    for (const { id } of newcomers) {
      const known = this.#neighbors.get(id);
      if (known) neighbors.set(id, known);
    }
    for (const [at, { id }] of unknown.entries()) {
      const best = found?.[at]?.[0]?.score ?? 0;
      // A product without similar ones may not be indexed yet, so the next refresh searches for it again.
      if (found?.[at] && best > 0)
        neighbors.set(
          id,
          found[at]
            .map((each) => ({ productId: each.id, similarity: each.score / best }))
            .filter(({ similarity }) => similarity >= MIN_SIMILARITY),
        );
    }
    const isSame =
      neighbors.size === this.#neighbors.size && [...neighbors.keys()].every((id) => this.#neighbors.has(id));
    this.#neighbors = neighbors;
    if (isSame && !mayDiffer && this.#links?.model === served.id) return;
    this.#links = { model: served.id, byIndex: await this.#link(served, neighbors) };
  }

  async #link(
    served: LoadedModel,
    neighbors: ReadonlyMap<string, readonly Neighbor[]>,
  ): Promise<Map<number, readonly Link[]>> {
    const ids = [...new Set([...neighbors.values()].flat().map(({ productId }) => productId))];
    const products = await this.#shelf.find(ids);
    const shown = new Map(ids.map((id, at) => [id, products[at]]));
    const byIndex = new Map<number, Link[]>();
    for (const [newcomer, all] of neighbors) {
      let linked = 0;
      for (const { productId, similarity } of all) {
        if (linked === MAX_NEIGHBORS) break;
        const product = shown.get(productId);
        const indexes = product ? variantIndexes(served, product) : [];
        if (indexes.length === 0) continue;
        linked += 1;
        for (const index of indexes) {
          const links = byIndex.get(index) ?? [];
          links.push({ newcomer, similarity });
          byIndex.set(index, links);
        }
      }
    }
    return byIndex;
  }
}
