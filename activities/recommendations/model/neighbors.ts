/**
 * Learns which items predict which: for each item, a ridge regression of its recent buyers on the buyers of its nearest neighbors. EASE
 * does this for all items at once, but its dense inverse is too large for a catalog of 100,000. With the fifty nearest items by cosine,
 * each item is a system of 50 × 50, and threads share the items.
 */

import { topItems } from '../../../domain/recommendations/top-items.ts';
import { type CsrMatrix, sharedFloat32, sharedFloat64, sharedInt32 } from './csr-matrix.ts';

export interface NeighborTask {
  /** users × items: the interest, 1 for a purchase of any age, less for a cart or a view. */
  readonly byUser: CsrMatrix;
  /** items × users, the same cells: recency of the purchase, 1 for a current one and less for older ones, 0 without a purchase. */
  readonly byItem: CsrMatrix;
  /** The values of `byUser` in the order of `byItem`; undefined when all are 1. */
  readonly interest: Float32Array | undefined;
  /** By item: the sum of squared interest, which is its number of buyers when there are only purchases. */
  readonly sizes: Float64Array;
  readonly neighbors: number;
  /** Added to the diagonal, in users. */
  readonly ridge: number;
  /** items × neighbors: the neighbors of each item, −1 where there are fewer. */
  readonly indices: Int32Array;
  /** items × neighbors: the weight with which each predicts the item. */
  readonly weights: Float32Array;
}

/** For an item with more buyers, this many evenly spread ones determine its neighbors; more would only take time. */
const MAX_USERS = 2_000;

export function makeNeighborTask(
  byUser: CsrMatrix,
  byItem: CsrMatrix,
  { neighbors, ridge, interest }: { neighbors: number; ridge: number; interest?: Float32Array | undefined },
): NeighborTask {
  return {
    byUser,
    byItem,
    interest,
    sizes: sizesOf(byItem, interest),
    neighbors,
    ridge,
    indices: sharedInt32(byItem.rows * neighbors).fill(-1),
    weights: sharedFloat32(byItem.rows * neighbors),
  };
}

function sizesOf({ rows, starts }: CsrMatrix, interest: Float32Array | undefined): Float64Array {
  const sizes = sharedFloat64(rows);
  for (let item = 0; item < rows; item += 1) {
    if (!interest) sizes[item] = starts[item + 1]! - starts[item]!;
    else for (let entry = starts[item]!; entry < starts[item + 1]!; entry += 1) sizes[item]! += interest[entry]! ** 2;
  }
  return sizes;
}

/** Fills `indices` and `weights` for items from ≤ item < to. */
export function fitNeighbors(task: NeighborTask, from: number, to: number): void {
  const { byUser, byItem, neighbors, ridge } = task;
  const together = new Float64Array(byItem.rows);
  const lately = new Float64Array(byItem.rows);
  const cosine = new Float64Array(byItem.rows);
  const marks = userMarks(byUser.rows, neighbors, task.interest !== undefined);
  const system = new Float64Array(neighbors * neighbors);
  const solution = new Float64Array(neighbors);
  for (let item = from; item < to; item += 1) {
    const met = countTogether(task, item, together, lately);
    const nearest = nearestOf(task.sizes, item, met, together, cosine, neighbors);
    const size = nearest.length;
    gramOfItems(task, nearest, system, marks);
    for (let place = 0; place < size; place += 1) {
      system[place * size + place]! += ridge;
      solution[place] = lately[nearest[place]!]!;
    }
    solveSymmetric(system, solution, size);
    for (let place = 0; place < size; place += 1) {
      task.indices[item * neighbors + place] = nearest[place]!;
      task.weights[item * neighbors + place] = solution[place]!;
    }
    for (const other of met) {
      together[other] = 0;
      lately[other] = 0;
    }
  }
}

/** Counts, for each other item, the users interested in both, and how recently they bought this item. */
function countTogether(task: NeighborTask, item: number, together: Float64Array, lately: Float64Array): number[] {
  const { byUser, byItem, interest } = task;
  const met: number[] = [];
  const begin = byItem.starts[item]!;
  const end = byItem.starts[item + 1]!;
  const step = Math.max(1, (end - begin) / MAX_USERS);
  for (let place = begin; place < end; place += step) {
    const at = Math.floor(place);
    const user = byItem.indices[at]!;
    const weight = interest ? interest[at]! * step : step;
    const recency = byItem.values[at]! * step;
    for (let entry = byUser.starts[user]!; entry < byUser.starts[user + 1]!; entry += 1) {
      const other = byUser.indices[entry]!;
      if (together[other] === 0) met.push(other);
      together[other]! += weight * byUser.values[entry]!;
      lately[other]! += recency * byUser.values[entry]!;
    }
  }
  return met;
}

/**
 * The items with the highest cosine, in ascending order of their number. It does not sort all candidates, since sorting thousands to keep
 * fifty would take most of the training time.
 */
function nearestOf(
  sizes: Float64Array,
  item: number,
  met: readonly number[],
  together: Float64Array,
  cosine: Float64Array,
  count: number,
): number[] {
  for (const other of met) {
    cosine[other] = together[other]! / Math.sqrt(sizes[other]!);
  }
  // Take one more, since the item is nearest to itself.
  const nearest = topItems(met, cosine, count + 1).map((found) => found.item);
  return nearest
    .filter((other) => other !== item)
    .slice(0, count)
    .sort((a, b) => a - b);
}

interface UserMarks {
  /** Per user, the positions of the chosen items that they were interested in. */
  readonly places: Uint16Array;
  /** Per user, the weights of that interest, unless all are 1. */
  readonly weights: Float32Array;
  readonly counts: Uint16Array;
  readonly width: number;
  readonly touched: Int32Array;
}

function userMarks(users: number, width: number, isWeighted: boolean): UserMarks {
  return {
    places: new Uint16Array(users * width),
    weights: new Float32Array(isWeighted ? users * width : 0),
    counts: new Uint16Array(users),
    width,
    touched: new Int32Array(users),
  };
}

/** system[a][b] = number of users interested in both; row-major, items.length wide. */
function gramOfItems(task: NeighborTask, items: readonly number[], system: Float64Array, marks: UserMarks): void {
  const size = items.length;
  const { byItem, interest } = task;
  const { places, weights, counts, width, touched } = marks;
  system.fill(0, 0, size * size);
  let users = 0;
  for (let place = 0; place < size; place += 1) {
    const item = items[place]!;
    for (let entry = byItem.starts[item]!; entry < byItem.starts[item + 1]!; entry += 1) {
      const user = byItem.indices[entry]!;
      const known = counts[user]!;
      if (known === 0) {
        touched[users] = user;
        users += 1;
      }
      const row = place * size;
      const base = user * width;
      if (interest) {
        const weight = interest[entry]!;
        for (let other = 0; other < known; other += 1)
          system[row + places[base + other]!]! += weight * weights[base + other]!;
        system[row + place]! += weight * weight;
        weights[base + known] = weight;
      } else {
        for (let other = 0; other < known; other += 1) system[row + places[base + other]!]! += 1;
        system[row + place]! += 1;
      }
      places[base + known] = place;
      counts[user] = known + 1;
    }
  }
  for (let at = 0; at < users; at += 1) counts[touched[at]!] = 0;
}

/** Solves in place by Cholesky decomposition; reads only the lower triangle of the positive definite system. */
export function solveSymmetric(system: Float64Array, solution: Float64Array, size: number): void {
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = system[row * size + column]!;
      for (let at = 0; at < column; at += 1) sum -= system[row * size + at]! * system[column * size + at]!;
      system[row * size + column] = row === column ? Math.sqrt(sum) : sum / system[column * size + column]!;
    }
  }
  for (let row = 0; row < size; row += 1) {
    let sum = solution[row]!;
    for (let at = 0; at < row; at += 1) sum -= system[row * size + at]! * solution[at]!;
    solution[row] = sum / system[row * size + row]!;
  }
  for (let row = size - 1; row >= 0; row -= 1) {
    let sum = solution[row]!;
    for (let at = row + 1; at < size; at += 1) sum -= system[at * size + row]! * solution[at]!;
    solution[row] = sum / system[row * size + row]!;
  }
}
