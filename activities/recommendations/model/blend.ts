/**
 * The model that is served. New to a shopper: what the nearest neighbours of their purchases say is bought now. Again: what
 * they buy often, and lately, more so when it sells now, among the former. With an item: what was in one basket with it.
 * The figures behind every number here stand in docs/decisions/0020-recommendation-model.md.
 */
import { type CompanionTask, makeCompanionTask } from './companions.ts';
import { binary, type CsrMatrix, csrFromEntries, transpose } from './csr-matrix.ts';
import type { History } from './history.ts';
import type { KernelPool } from './kernel-pool.ts';
import { basketMatrix, frequencyMatrix, popularity, recencyMatrix } from './matrices.ts';
import { makeNeighbourTask, type NeighbourTask } from './neighbours.ts';
import { type ScoredItem, topItems } from './top-items.ts';

/** Each item's system grows with the cube of this: a large catalogue makes do with half, at .002 of NDCG. */
const NEIGHBOURS = 100;
const LARGE_CATALOGUE_ITEMS = 20_000;
const NEIGHBOURS_IN_LARGE_CATALOGUE = 50;
/** In users: an item with few buyers is believed less. */
const RIDGE = 300;
/** A purchase two months ago counts a quarter of one now: the model follows the season. */
const RECENCY_HALF_LIFE_DAYS = 30;
const FREQUENCY_HALF_LIFE_DAYS = 180;
const BASKET_HALF_LIFE_DAYS = 120;
const SELLING_NOW_DAYS = 30;
/** Score ÷ buyers^this, among new items: what everybody buys is found without help. It buys coverage, and relevance too. */
const NOVELTY_POWER = 0.2;
/** Own frequency × buyers of the last 30 days^this. */
const SELLING_NOW_POWER = 0.2;
/** What neighbours say beside one own purchase just now. */
const NEIGHBOUR_WEIGHT = 3;
const COMPANION_COMMONNESS = 0.3;

export interface Blend {
  readonly history: History;
  /** customers × items, values 1. */
  readonly bought: CsrMatrix;
  /** customers × items: purchases, each halved with time. */
  readonly frequency: CsrMatrix;
  /** items × items: row = what was bought, column = what it speaks for. */
  readonly influence: CsrMatrix;
  readonly companions: CompanionTask;
  readonly novelty: Float64Array;
  readonly sellingNow: Float64Array;
  /** All items, those that sell best now first. */
  readonly popular: Int32Array;
}

export interface TrainOptions {
  /** The end of the history: everything's age is counted from it. */
  readonly endMs: number;
  /** Items kept beside each one. */
  readonly similar?: number;
  /** Told from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** @throws the reason of the pool's signal when it is aborted */
export async function trainBlend(pool: KernelPool, history: History, options: TrainOptions): Promise<Blend> {
  const { endMs, similar = 10, onProgress = () => {} } = options;
  const recency = recencyMatrix(history, endMs, RECENCY_HALF_LIFE_DAYS);
  const bought = binary(recency);
  const byItem = transpose(recency);
  const neighbours = makeNeighbourTask(bought, byItem, {
    neighbours: byItem.rows > LARGE_CATALOGUE_ITEMS ? NEIGHBOURS_IN_LARGE_CATALOGUE : NEIGHBOURS,
    ridge: RIDGE,
  });
  const itemRanges = manySlices(byItem.rows);
  await pool.run(
    itemRanges.map((range) => ({ kernel: 'neighbours', ...neighbours, ...range })),
    (fraction) => onProgress(fraction * 0.8),
  );
  const baskets = basketMatrix(history, endMs, BASKET_HALF_LIFE_DAYS);
  const companions = makeCompanionTask(baskets, transpose(baskets), {
    count: similar,
    commonness: COMPANION_COMMONNESS,
  });
  await pool.run(
    itemRanges.map((range) => ({ kernel: 'companions', ...companions, ...range })),
    (fraction) => onProgress(0.8 + fraction * 0.2),
  );
  const now = popularity(history, endMs, SELLING_NOW_DAYS);
  return {
    history,
    bought,
    frequency: frequencyMatrix(history, endMs, FREQUENCY_HALF_LIFE_DAYS),
    influence: influenceOf(neighbours),
    companions,
    novelty: Float64Array.from(history.items, (_, item) => 1 / (buyersOf(byItem, item) + 1) ** NOVELTY_POWER),
    sellingNow: normalised(now.map((buyers) => (buyers + 0.5) ** SELLING_NOW_POWER)),
    popular: byPopularity(now, byItem),
  };
}

/** Small ranges: an item that everybody buys costs a thousand times one that nobody does, and progress is told by range. */
function manySlices(rows: number): { from: number; to: number }[] {
  const size = Math.max(1, Math.min(500, Math.ceil(rows / 32)));
  return Array.from({ length: Math.ceil(rows / size) }, (_, slice) => ({
    from: slice * size,
    to: Math.min(rows, (slice + 1) * size),
  }));
}

function influenceOf({ indices, weights, neighbours, byItem }: NeighbourTask): CsrMatrix {
  const count = indices.reduce((total, index) => total + (index >= 0 ? 1 : 0), 0);
  const entries = { rows: new Int32Array(count), columns: new Int32Array(count), values: new Float32Array(count) };
  let at = 0;
  for (let cell = 0; cell < indices.length; cell += 1) {
    if (indices[cell]! < 0) continue;
    entries.rows[at] = indices[cell]!;
    entries.columns[at] = Math.floor(cell / neighbours);
    entries.values[at] = weights[cell]!;
    at += 1;
  }
  return csrFromEntries(byItem.rows, byItem.rows, entries);
}

function buyersOf(byItem: CsrMatrix, item: number): number {
  return byItem.starts[item + 1]! - byItem.starts[item]!;
}

function normalised(values: Float64Array): Float64Array {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return values.map((value) => value / mean);
}

function byPopularity(now: Float64Array, byItem: CsrMatrix): Int32Array {
  return Int32Array.from(now.keys()).sort(
    (a, b) => now[b]! - now[a]! || buyersOf(byItem, b) - buyersOf(byItem, a) || a - b,
  );
}

/** Asks the blend for one shopper after the other; keeps its working memory between them, so it is not for several threads. */
export class Recommender {
  readonly #blend: Blend;
  readonly #scores: Float64Array;

  constructor(blend: Blend) {
    this.#blend = blend;
    this.#scores = new Float64Array(blend.history.items.length);
  }

  /** Items that the customer has never bought, best first; always `count` while there are so many. */
  newItems(customer: number, count = 10): ScoredItem[] {
    const { novelty } = this.#blend;
    const own = this.#ownItems(customer);
    const touched = this.#scoreByNeighbours(customer).filter((item) => !own.has(item));
    for (const item of touched) this.#scores[item]! *= novelty[item]!;
    const best = topItems(
      touched.filter((item) => this.#scores[item]! > 0),
      this.#scores,
      count,
    );
    this.#scores.fill(0);
    return this.#filledUp(best, count, own);
  }

  /** Items for the customer, bought before or not, best first. */
  anyItems(customer: number, count = 10): ScoredItem[] {
    const { frequency, sellingNow } = this.#blend;
    const touched = new Set(this.#scoreByNeighbours(customer));
    for (const item of touched) this.#scores[item] = Math.max(0, this.#scores[item]!) * NEIGHBOUR_WEIGHT;
    for (let entry = frequency.starts[customer]!; entry < frequency.starts[customer + 1]!; entry += 1) {
      const item = frequency.indices[entry]!;
      touched.add(item);
      this.#scores[item]! += frequency.values[entry]! * sellingNow[item]!;
    }
    const best = topItems(
      [...touched].filter((item) => this.#scores[item]! > 0),
      this.#scores,
      count,
    );
    this.#scores.fill(0);
    return this.#filledUp(best, count, new Set());
  }

  /** What was in one basket with the item, best first; filled up with what sells now. */
  similarItems(item: number, count = 10): ScoredItem[] {
    const { companions } = this.#blend;
    const found: ScoredItem[] = [];
    for (let place = 0; place < Math.min(count, companions.count); place += 1) {
      const cell = item * companions.count + place;
      if (companions.indices[cell]! < 0) break;
      found.push({ item: companions.indices[cell]!, score: companions.scores[cell]! });
    }
    return this.#filledUp(found, count, new Set([item]));
  }

  #ownItems(customer: number): Set<number> {
    const { bought } = this.#blend;
    return new Set(bought.indices.subarray(bought.starts[customer]!, bought.starts[customer + 1]!));
  }

  /** Fills the scores. @returns the items that have one */
  #scoreByNeighbours(customer: number): number[] {
    const { bought, influence } = this.#blend;
    const touched = new Set<number>();
    for (let own = bought.starts[customer]!; own < bought.starts[customer + 1]!; own += 1) {
      const source = bought.indices[own]!;
      for (let entry = influence.starts[source]!; entry < influence.starts[source + 1]!; entry += 1) {
        const item = influence.indices[entry]!;
        touched.add(item);
        this.#scores[item]! += influence.values[entry]!;
      }
    }
    return [...touched];
  }

  /** Too few: what sells now, with a score of 0. */
  #filledUp(found: ScoredItem[], count: number, without: ReadonlySet<number>): ScoredItem[] {
    if (found.length >= count) return found;
    const known = new Set(found.map(({ item }) => item));
    for (const item of this.#blend.popular) {
      if (found.length >= count) break;
      if (!known.has(item) && !without.has(item)) found.push({ item, score: 0 });
    }
    return found;
  }
}
