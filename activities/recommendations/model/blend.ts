/**
 * Trains the model that is served. New to a shopper: what the nearest neighbours of their purchases say is bought now. Again: what
 * they buy often, and lately, more so when it sells now and its owners buy it again, among the former. With an item: what was in one basket with it.
 * The figures behind every number here stand in docs/decisions/0020-recommendation-model.md.
 */
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { makeCompanionTask } from './companions.ts';
import { type CsrMatrix, sharedFloat32, sharedInt32, transpose } from './csr-matrix.ts';
import type { History } from './history.ts';
import type { KernelPool } from './kernel-pool.ts';
import { basketMatrix, boughtAgain, interestMatrices, popularity } from './matrices.ts';
import { makeNeighbourTask, type NeighbourTask } from './neighbours.ts';

/** Each item's system grows with the cube of this: a large catalog makes do with half, at .002 of NDCG. */
const NEIGHBOURS = 100;
const LARGE_CATALOG_ITEMS = 20_000;
const NEIGHBOURS_IN_LARGE_CATALOG = 50;
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
/** Own frequency × (this + the root of how readily the item is bought again): by it alone, what is bought once would never return. */
const AGAIN_AT_LEAST = 0.5;
const COMPANION_COMMONNESS = 0.3;
/** Kept with each item: what is sold out or unwanted is left out when the shop is asked, and ten must be left. */
const COMPANIONS = 24;

export interface TrainOptions {
  /** The end of the history: everything's age is counted from it. */
  readonly endMs: number;
  /** Told from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** @throws the reason of the pool's signal when it is aborted */
export async function trainBlend(pool: KernelPool, history: History, options: TrainOptions): Promise<ServedModel> {
  const { endMs, onProgress = () => {} } = options;
  // Each step in a function of its own: what one needed is let go before the next begins.
  const { influence, buyers, again } = await trainNeighbours(pool, history, endMs, (fraction) =>
    onProgress(fraction * 0.8),
  );
  const companions = await trainCompanions(pool, history, endMs, (fraction) => onProgress(0.8 + fraction * 0.2));
  const now = popularity(history, endMs, SELLING_NOW_DAYS);
  const selling = normalised(now.map((count) => (count + 0.5) ** SELLING_NOW_POWER));
  return {
    trainedUntilMs: endMs,
    items: history.items,
    influence,
    companions,
    novelty: Float32Array.from(buyers, (count) => 1 / (count + 1) ** NOVELTY_POWER),
    sellingNow: Float32Array.from(selling, (value, item) => value * (AGAIN_AT_LEAST + Math.sqrt(again[item]!))),
    popular: byPopularity(now, buyers),
  };
}

interface NeighboursFound {
  readonly influence: CsrMatrix;
  /** By item: customers who ever bought it. */
  readonly buyers: Float64Array;
  readonly again: Float64Array;
}

async function trainNeighbours(
  pool: KernelPool,
  history: History,
  endMs: number,
  onProgress: (fraction: number) => void,
): Promise<NeighboursFound> {
  const { byUser, byItem, interest } = interestMatrices(history, endMs, RECENCY_HALF_LIFE_DAYS);
  const again = boughtAgain(history, endMs, SELLING_NOW_DAYS, byUser);
  const task = makeNeighbourTask(byUser, byItem, {
    neighbours: byItem.rows > LARGE_CATALOG_ITEMS ? NEIGHBOURS_IN_LARGE_CATALOG : NEIGHBOURS,
    ridge: RIDGE,
    interest,
  });
  await pool.run(
    manySlices(byItem.rows).map((range) => ({ kernel: 'neighbours', ...task, ...range })),
    onProgress,
  );
  return { influence: influenceOf(task), buyers: buyersOf(byItem), again };
}

async function trainCompanions(
  pool: KernelPool,
  history: History,
  endMs: number,
  onProgress: (fraction: number) => void,
): Promise<ServedModel['companions']> {
  const baskets = basketMatrix(history, endMs, BASKET_HALF_LIFE_DAYS);
  const task = makeCompanionTask(baskets, transpose(baskets), { count: COMPANIONS, commonness: COMPANION_COMMONNESS });
  await pool.run(
    manySlices(history.items.length).map((range) => ({ kernel: 'companions', ...task, ...range })),
    onProgress,
  );
  return { count: COMPANIONS, indices: task.indices, scores: task.scores };
}

/** Small ranges: an item that everybody buys costs a thousand times one that nobody does, and progress is told by range. */
function manySlices(rows: number): { from: number; to: number }[] {
  const size = Math.max(1, Math.min(500, Math.ceil(rows / 32)));
  return Array.from({ length: Math.ceil(rows / size) }, (_, slice) => ({
    from: slice * size,
    to: Math.min(rows, (slice + 1) * size),
  }));
}

/** Turned around: what each item speaks for. */
function influenceOf({ indices, weights, neighbours, byItem }: NeighbourTask): CsrMatrix {
  const starts = sharedInt32(byItem.rows + 1);
  for (const source of indices) if (source >= 0) starts[source + 1]! += 1;
  for (let row = 0; row < byItem.rows; row += 1) starts[row + 1]! += starts[row]!;
  const next = starts.slice(0, byItem.rows);
  const count = starts[byItem.rows]!;
  const turned = {
    rows: byItem.rows,
    columns: byItem.rows,
    starts,
    indices: sharedInt32(count),
    values: sharedFloat32(count),
  };
  for (let cell = 0; cell < indices.length; cell += 1) {
    const source = indices[cell]!;
    if (source < 0) continue;
    const at = next[source]!;
    next[source] = at + 1;
    turned.indices[at] = Math.floor(cell / neighbours);
    turned.values[at] = weights[cell]!;
  }
  return turned;
}

function buyersOf({ rows, starts, values }: CsrMatrix): Float64Array {
  const buyers = new Float64Array(rows);
  for (let item = 0; item < rows; item += 1) {
    for (let entry = starts[item]!; entry < starts[item + 1]!; entry += 1) if (values[entry]! > 0) buyers[item]! += 1;
  }
  return buyers;
}

function normalised(values: Float64Array): Float64Array {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return values.map((value) => value / mean);
}

function byPopularity(now: Float64Array, buyers: Float64Array): Int32Array {
  return Int32Array.from(now.keys()).sort((a, b) => now[b]! - now[a]! || buyers[b]! - buyers[a]! || a - b);
}
