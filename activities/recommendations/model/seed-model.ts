/** The baseline: the recommendation engine of the project's brief, TruncatedSVD of the binary matrix with 50 components. */

import { type ScoredItem, topItems } from '../../../domain/recommendations/top-items.ts';
import { binary, type CsrMatrix } from './csr-matrix.ts';
import type { History } from './history.ts';
import type { KernelPool } from './kernel-pool.ts';
import { recencyMatrix } from './matrices.ts';
import { type TruncatedSvd, truncatedSvd } from './truncated-svd.ts';

const COMPONENTS = 50;
const SEED = 42;

export class SeedModel {
  readonly #bought: CsrMatrix;
  readonly #svd: TruncatedSvd;
  readonly #directions: Float64Array;
  readonly #scores: Float64Array;

  private constructor(bought: CsrMatrix, svd: TruncatedSvd) {
    this.#bought = bought;
    this.#svd = svd;
    this.#directions = unitRows(svd.itemVectors, svd.components);
    this.#scores = new Float64Array(bought.columns);
  }

  static async train(pool: KernelPool, history: History, endMs: number): Promise<SeedModel> {
    const bought = binary(recencyMatrix(history, endMs, 1));
    const components = Math.min(COMPONENTS, bought.rows, bought.columns);
    return new SeedModel(bought, await truncatedSvd(pool, bought, { components, seed: SEED }));
  }

  newItems(customer: number, count = 10): ScoredItem[] {
    const { starts, indices } = this.#bought;
    const own = new Set(indices.subarray(starts[customer]!, starts[customer + 1]!));
    return this.#best(this.#svd.itemVectors, this.#svd.userVectors, customer, count, own);
  }

  anyItems(customer: number, count = 10): ScoredItem[] {
    return this.#best(this.#svd.itemVectors, this.#svd.userVectors, customer, count, new Set());
  }

  similarItems(item: number, count = 10): ScoredItem[] {
    return this.#best(this.#directions, this.#directions, item, count, new Set([item]));
  }

  #best(
    rows: Float64Array,
    asking: Float64Array,
    who: number,
    count: number,
    without: ReadonlySet<number>,
  ): ScoredItem[] {
    const { components } = this.#svd;
    const candidates: number[] = [];
    for (let item = 0; item < this.#scores.length; item += 1) {
      let score = 0;
      for (let at = 0; at < components; at += 1) {
        score += rows[item * components + at]! * asking[who * components + at]!;
      }
      this.#scores[item] = score;
      if (!without.has(item)) candidates.push(item);
    }
    return topItems(candidates, this.#scores, count);
  }
}

function unitRows(rows: Float64Array, width: number): Float64Array {
  const unit = Float64Array.from(rows);
  for (let begin = 0; begin < unit.length; begin += width) {
    const row = unit.subarray(begin, begin + width);
    const length = Math.hypot(...row);
    if (length > 0) for (let at = 0; at < width; at += 1) row[at]! /= length;
  }
  return unit;
}
