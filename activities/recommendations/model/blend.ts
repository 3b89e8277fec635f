/**
 * Trains the model that is served. New to a shopper: what the nearest neighbours of their purchases say is bought now. Again: what
 * they buy often, and lately, more so when it sells now, among the former. With an item: what was in one basket with it.
 * The figures behind every number here stand in docs/decisions/0020-recommendation-model.md.
 */
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { makeCompanionTask } from './companions.ts';
import { binary, type CsrMatrix, csrFromEntries, transpose } from './csr-matrix.ts';
import type { History } from './history.ts';
import type { KernelPool } from './kernel-pool.ts';
import { basketMatrix, popularity, recencyMatrix } from './matrices.ts';
import { makeNeighbourTask, type NeighbourTask } from './neighbours.ts';

/** Each item's system grows with the cube of this: a large catalogue makes do with half, at .002 of NDCG. */
const NEIGHBOURS = 100;
const LARGE_CATALOGUE_ITEMS = 20_000;
const NEIGHBOURS_IN_LARGE_CATALOGUE = 50;
/** In users: an item with few buyers is believed less. */
const RIDGE = 300;
/** A purchase two months ago counts a quarter of one now: the model follows the season. */
const RECENCY_HALF_LIFE_DAYS = 30;
const BASKET_HALF_LIFE_DAYS = 120;
const SELLING_NOW_DAYS = 30;
/** Score ÷ buyers^this, among new items: what everybody buys is found without help. It buys coverage, and relevance too. */
const NOVELTY_POWER = 0.2;
/** Own frequency × buyers of the last 30 days^this. */
const SELLING_NOW_POWER = 0.2;
const COMPANION_COMMONNESS = 0.3;

export interface TrainOptions {
  /** The end of the history: everything's age is counted from it. */
  readonly endMs: number;
  /** Items kept beside each one. */
  readonly similar?: number;
  /** Told from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** @throws the reason of the pool's signal when it is aborted */
export async function trainBlend(pool: KernelPool, history: History, options: TrainOptions): Promise<ServedModel> {
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
    trainedUntilMs: endMs,
    items: history.items,
    influence: influenceOf(neighbours),
    companions: { count: similar, indices: companions.indices, scores: companions.scores },
    novelty: Float32Array.from(history.items, (_, item) => 1 / (buyersOf(byItem, item) + 1) ** NOVELTY_POWER),
    sellingNow: Float32Array.from(normalised(now.map((buyers) => (buyers + 0.5) ** SELLING_NOW_POWER))),
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
