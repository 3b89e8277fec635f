/**
 * Products too new for the model, each beside the products that it is like: a shopper who is offered one of those, or bought one,
 * may be offered the new one.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../infra/logger.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { daysAgo } from '../../infra/postgres/statement-parts.ts';
import type { SimilarByContent } from './content.ts';
import type { HeldModel, ModelHolder } from './model-holder.ts';
import type { ProductShelf } from './product-shelf.ts';

const DAYS = 60;
const LOOKED_AT = 1_000;
const MAX_NEWCOMERS = 300;
const NEIGHBORS = 8;
/** Below it there is a word or two in common, as every product has with some. */
const MIN_LIKENESS = 0.25;
/** What nobody bought yet may turn out to be nothing, however alike it is. */
const DISCOUNT = 0.5;
const TICK_MS = 1_000;
const REFRESH_MS = 60_000;
/** After a change that may have brought one; an import makes thousands. */
const MIN_DELAY_MS = 2_000;

interface Neighbor {
  productId: string;
  /** 1 for the likest. */
  likeness: number;
}

interface Link {
  newcomer: string;
  likeness: number;
}

export interface PlacedNewcomer {
  productId: string;
  score: number;
  /** Place in the model of what it is like. */
  like: number;
}

export class Newcomers {
  readonly #sql: Sql;
  readonly #shelf: ProductShelf;
  readonly #content: SimilarByContent;
  readonly #models: ModelHolder;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #isStale = true;
  #refreshedAtMs = 0;
  /** By newcomer; kept over refreshes of one model, so that only new ones are searched for. */
  #neighbors = new Map<string, readonly Neighbor[]>();
  /** By the neighbor's place in the model. */
  #links: { model: string; byPlace: ReadonlyMap<number, readonly Link[]> } | undefined;

  constructor(sql: Sql, shelf: ProductShelf, content: SimilarByContent, models: ModelHolder, log: Logger) {
    this.#sql = sql;
    this.#shelf = shelf;
    this.#content = content;
    this.#models = models;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Something changed in the catalog, or the model did. */
  markStale(): void {
    this.#isStale = true;
  }

  /** The same as long as they are, and where each is placed. */
  get state(): unknown {
    return this.#links;
  }

  areNone(reserved: HeldModel): boolean {
    return this.#links?.model !== reserved.id || this.#links.byPlace.size === 0;
  }

  /** @param scores of places in the model, of what the shopper is offered or likes */
  place(reserved: HeldModel, scores: ReadonlyMap<number, number>): PlacedNewcomer[] {
    const byPlace = this.#links?.model === reserved.id ? this.#links.byPlace : undefined;
    const placed = new Map<string, PlacedNewcomer>();
    for (const [place, score] of scores) {
      for (const { newcomer, likeness } of byPlace?.get(place) ?? []) {
        const own = DISCOUNT * likeness * score;
        if (own > (placed.get(newcomer)?.score ?? 0))
          placed.set(newcomer, { productId: newcomer, score: own, like: place });
      }
    }
    return [...placed.values()].sort((one, other) => other.score - one.score);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const sinceMs = Date.now() - this.#refreshedAtMs;
      const reserved = this.#models.current;
      if (reserved && ((this.#isStale && sinceMs > MIN_DELAY_MS) || sinceMs > REFRESH_MS)) {
        const wasStale = this.#isStale;
        this.#isStale = false;
        this.#refreshedAtMs = Date.now();
        await this.#refresh(reserved, wasStale).catch((error: unknown) => {
          this.#log.warn({ err: error }, 'recommendations: new products could not be read');
        });
      }
      await delay(TICK_MS, undefined, { signal }).catch(() => {});
    }
  }

  async #refresh(reserved: HeldModel, mayDiffer: boolean): Promise<void> {
    const rows = await this.#sql.rows(
      this.#sql.query
        .selectFrom('products')
        .select('id')
        .where('deleted_at', 'is', null)
        .where((product) => product.ref('is_family_lead'))
        .where('created_at', '>', daysAgo(DAYS))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(LOOKED_AT),
    );
    const newcomers = (await this.#shelf.find(rows.map(({ id }) => id)))
      .filter((product) => product !== undefined)
      .filter(({ inStock, variants }) => inStock && !variants.some((id) => reserved.placeOf.has(id)))
      .slice(0, MAX_NEWCOMERS);
    const unknown = newcomers.filter(({ id }) => !this.#neighbors.has(id));
    const found = await this.#content.search(unknown);
    // Without an answer those that were known stay; the next round asks again.
    if (!found) this.#isStale = true;
    const neighbors = new Map<string, readonly Neighbor[]>();
    for (const { id } of newcomers) {
      const known = this.#neighbors.get(id);
      if (known) neighbors.set(id, known);
    }
    for (const [at, { id }] of unknown.entries()) {
      const best = found?.[at]?.[0]?.score ?? 0;
      // One that nothing is like may not be in the index yet.
      if (found?.[at] && best > 0)
        neighbors.set(
          id,
          found[at]
            .map((each) => ({ productId: each.id, likeness: each.score / best }))
            .filter(({ likeness }) => likeness >= MIN_LIKENESS),
        );
    }
    const isSame =
      neighbors.size === this.#neighbors.size && [...neighbors.keys()].every((id) => this.#neighbors.has(id));
    this.#neighbors = neighbors;
    if (isSame && !mayDiffer && this.#links?.model === reserved.id) return;
    this.#links = { model: reserved.id, byPlace: await this.#link(reserved, neighbors) };
  }

  async #link(
    reserved: HeldModel,
    neighbors: ReadonlyMap<string, readonly Neighbor[]>,
  ): Promise<Map<number, readonly Link[]>> {
    const ids = [...new Set([...neighbors.values()].flat().map(({ productId }) => productId))];
    const products = await this.#shelf.find(ids);
    const shown = new Map(ids.map((id, at) => [id, products[at]]));
    const byPlace = new Map<number, Link[]>();
    for (const [newcomer, all] of neighbors) {
      let linked = 0;
      for (const { productId, likeness } of all) {
        if (linked === NEIGHBORS) break;
        const places = (shown.get(productId)?.variants ?? []).flatMap((id) => reserved.placeOf.get(id) ?? []);
        if (places.length === 0) continue;
        linked += 1;
        for (const place of places) {
          const links = byPlace.get(place) ?? [];
          links.push({ newcomer, likeness });
          byPlace.set(place, links);
        }
      }
    }
    return byPlace;
  }
}
