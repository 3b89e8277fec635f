/** Finds items that are bought together, counted over invoices, including those of guests. */

import { topItems } from '../../../domain/recommendations/top-items.ts';
import { type CsrMatrix, sharedFloat32, sharedInt32 } from './csr-matrix.ts';

export interface CompanionTask {
  /** invoices × items; the value is the weight of the invoice. */
  readonly byInvoice: CsrMatrix;
  /** items × invoices. */
  readonly byItem: CsrMatrix;
  /** Exponent from 0 to 1. An item's count is divided by its total to this power, since a common item is not specific to any other. */
  readonly commonness: number;
  readonly count: number;
  /** items × count, best first; −1 where there are fewer. */
  readonly indices: Int32Array;
  readonly scores: Float32Array;
}

/** For an item in more invoices, only this many of the latest are used. */
const MAX_INVOICES = 4_000;

export function makeCompanionTask(
  byInvoice: CsrMatrix,
  byItem: CsrMatrix,
  { count, commonness }: { count: number; commonness: number },
): CompanionTask {
  const cells = byItem.rows * count;
  return {
    byInvoice,
    byItem,
    commonness,
    count,
    indices: sharedInt32(cells).fill(-1),
    scores: sharedFloat32(cells),
  };
}

/** Fills `indices` and `scores` for items from ≤ item < to. */
export function findCompanions(task: CompanionTask, from: number, to: number): void {
  const { byInvoice, byItem, count } = task;
  const discount = new Float64Array(byItem.rows);
  for (let item = 0; item < byItem.rows; item += 1) {
    let total = 0;
    for (let entry = byItem.starts[item]!; entry < byItem.starts[item + 1]!; entry += 1) total += byItem.values[entry]!;
    discount[item] = total > 0 ? 1 / total ** task.commonness : 0;
  }
  const together = new Float64Array(byItem.rows);
  const scores = new Float64Array(byItem.rows);
  for (let item = from; item < to; item += 1) {
    const met: number[] = [];
    const end = byItem.starts[item + 1]!;
    for (let at = Math.max(byItem.starts[item]!, end - MAX_INVOICES); at < end; at += 1) {
      const invoice = byItem.indices[at]!;
      const weight = byItem.values[at]!;
      for (let entry = byInvoice.starts[invoice]!; entry < byInvoice.starts[invoice + 1]!; entry += 1) {
        const other = byInvoice.indices[entry]!;
        if (together[other] === 0) met.push(other);
        together[other]! += weight;
      }
    }
    for (const other of met) scores[other] = together[other]! * discount[other]!;
    // Take one more, since the item itself is among them.
    const best = topItems(met, scores, count + 1).filter((found) => found.item !== item);
    for (const [place, found] of best.slice(0, count).entries()) {
      task.indices[item * count + place] = found.item;
      task.scores[item * count + place] = found.score;
    }
    for (const other of met) together[other] = 0;
  }
}
