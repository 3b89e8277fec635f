/**
 * Trains the model that is served. Items new to a shopper are predicted from the nearest neighbors of their purchases. Items to buy again
 * rank by how often and how recently the shopper bought them, and higher if they sell now and their owners buy them again. Items that go
 * with an item were in the same baskets. For the figures behind every constant here, see docs/decisions/0020-recommendation-model.md.
 */
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { makeCompanionTask } from './companions.ts';
import { type CsrMatrix, sharedFloat32, sharedInt32, transpose } from './csr-matrix.ts';
import type { History } from './history.ts';
import type { KernelPool } from './kernel-pool.ts';
import { basketMatrix, boughtAgain, interestMatrices, popularity } from './matrices.ts';
import { makeNeighborTask, type NeighborTask } from './neighbors.ts';

/** The cost per item grows with the cube of this number. A large catalog uses half of it, which costs .002 of NDCG. */
const NEIGHBORS = 100;
const LARGE_CATALOG_ITEMS = 20_000;
const NEIGHBORS_IN_LARGE_CATALOG = 50;
/** In users: shrinks the weights of items with few buyers. */
const RIDGE = 300;
/** A purchase two months ago counts a quarter of a current one, so that the model follows the season. */
const RECENCY_HALF_LIFE_DAYS = 30;
const BASKET_HALF_LIFE_DAYS = 120;
const SELLING_NOW_DAYS = 30;
/** New items score ÷ buyers^this, since shoppers find popular items without help. It improves coverage, and relevance too. */
const NOVELTY_POWER = 0.2;
/** Own frequency × buyers of the last 30 days^this. */
const SELLING_NOW_POWER = 0.2;
/** Own frequency × (this + the square root of the repurchase rate). Without this term, an item that is bought once would never return. */
const AGAIN_AT_LEAST = 0.5;
const COMPANION_COMMONNESS = 0.3;
/** Companions stored per item. Requests leave out items that are sold out or unwanted, and ten must remain. */
const COMPANIONS = 24;

export interface TrainOptions {
  /** The end of the history, from which the age of all events is counted. */
  readonly endMs: number;
  /** Called with fractions from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** @throws the reason of the pool's signal when it is aborted */
export async function trainBlend(pool: KernelPool, history: History, options: TrainOptions): Promise<ServedModel> {
  const { endMs, onProgress = () => {} } = options;
  // Each step is a function of its own, so that its memory is freed before the next begins.
  const { influence, buyers, again } = await trainNeighbors(pool, history, endMs, (fraction) =>
    onProgress(fraction * 0.8),
  );
  const companions = await trainCompanions(pool, history, endMs, (fraction) => onProgress(0.8 + fraction * 0.2));
  const now = popularity(history, endMs, SELLING_NOW_DAYS);
  const selling = normalized(now.map((count) => (count + 0.5) ** SELLING_NOW_POWER));
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

interface NeighborsFound {
  readonly influence: CsrMatrix;
  /** By item: customers who ever bought it. */
  readonly buyers: Float64Array;
  readonly again: Float64Array;
}

async function trainNeighbors(
  pool: KernelPool,
  history: History,
  endMs: number,
  onProgress: (fraction: number) => void,
): Promise<NeighborsFound> {
  const { byUser, byItem, interest } = interestMatrices(history, endMs, RECENCY_HALF_LIFE_DAYS);
  const again = boughtAgain(history, endMs, SELLING_NOW_DAYS, byUser);
  const task = makeNeighborTask(byUser, byItem, {
    neighbors: byItem.rows > LARGE_CATALOG_ITEMS ? NEIGHBORS_IN_LARGE_CATALOG : NEIGHBORS,
    ridge: RIDGE,
    interest,
  });
  await pool.run(
    manySlices(byItem.rows).map((range) => ({ kernel: 'neighbors', ...task, ...range })),
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

/** Small ranges, because a popular item costs a thousand times an unpopular one, and progress is reported per range. */
function manySlices(rows: number): { from: number; to: number }[] {
  const size = Math.max(1, Math.min(500, Math.ceil(rows / 32)));
  return Array.from({ length: Math.ceil(rows / size) }, (_, slice) => ({
    from: slice * size,
    to: Math.min(rows, (slice + 1) * size),
  }));
}

/** Transposes the weights: for each item, the items that it predicts. */
function influenceOf({ indices, weights, neighbors, byItem }: NeighborTask): CsrMatrix {
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
    turned.indices[at] = Math.floor(cell / neighbors);
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

function normalized(values: Float64Array): Float64Array {
  const mean = values.reduce((total, value) => total + value, 0) / values.length;
  return values.map((value) => value / mean);
}

function byPopularity(now: Float64Array, buyers: Float64Array): Int32Array {
  return Int32Array.from(now.keys()).sort((a, b) => now[b]! - now[a]! || buyers[b]! - buyers[a]! || a - b);
}
