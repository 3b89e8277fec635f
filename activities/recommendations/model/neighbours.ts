/**
 * Which items speak for which: for each item a ridge regression of who bought it lately on who ever bought its nearest
 * neighbours. It is what EASE does with all items at once, whose dense inverse no catalogue of 100,000 allows; with the
 * fifty nearest by cosine each item is a system of 50 × 50 of its own, and threads share the items.
 */

import { topItems } from '../../../domain/recommendations/top-items.ts';
import { type CsrMatrix, sharedFloat32, sharedInt32 } from './csr-matrix.ts';

export interface NeighbourTask {
  /** users × items: who ever bought what, values 1. */
  readonly byUser: CsrMatrix;
  /** items × users: the same, values 1 for a purchase just now and less the longer it is ago. */
  readonly byItem: CsrMatrix;
  readonly neighbours: number;
  /** Added to the diagonal, in users. */
  readonly ridge: number;
  /** items × neighbours: the neighbours of each item, −1 where there are fewer. */
  readonly indices: Int32Array;
  /** items × neighbours: how much each speaks for the item. */
  readonly weights: Float32Array;
}

/** Of an item that more users bought, this many, evenly spread, decide about its neighbours: more change nothing but time. */
const MOST_USERS = 2_000;

export function makeNeighbourTask(
  byUser: CsrMatrix,
  byItem: CsrMatrix,
  { neighbours, ridge }: { neighbours: number; ridge: number },
): NeighbourTask {
  return {
    byUser,
    byItem,
    neighbours,
    ridge,
    indices: sharedInt32(byItem.rows * neighbours).fill(-1),
    weights: sharedFloat32(byItem.rows * neighbours),
  };
}

/** Fills `indices` and `weights` for items from ≤ item < to. */
export function fitNeighbours(task: NeighbourTask, from: number, to: number): void {
  const { byUser, byItem, neighbours, ridge } = task;
  const together = new Float64Array(byItem.rows);
  const lately = new Float64Array(byItem.rows);
  const cosine = new Float64Array(byItem.rows);
  const marks = userMarks(byUser.rows, neighbours);
  const system = new Float64Array(neighbours * neighbours);
  const solution = new Float64Array(neighbours);
  for (let item = from; item < to; item += 1) {
    const met = countTogether(task, item, together, lately);
    const nearest = nearestOf(byItem, item, met, together, cosine, neighbours);
    const size = nearest.length;
    gramOfItems(byItem, nearest, system, marks);
    for (let place = 0; place < size; place += 1) {
      system[place * size + place]! += ridge;
      solution[place] = lately[nearest[place]!]!;
    }
    solveSymmetric(system, solution, size);
    for (let place = 0; place < size; place += 1) {
      task.indices[item * neighbours + place] = nearest[place]!;
      task.weights[item * neighbours + place] = solution[place]!;
    }
    for (const other of met) {
      together[other] = 0;
      lately[other] = 0;
    }
  }
}

/** How many users bought the item and each other one, and the same weighted by how lately they bought the item. */
function countTogether(task: NeighbourTask, item: number, together: Float64Array, lately: Float64Array): number[] {
  const { byUser, byItem } = task;
  const met: number[] = [];
  const begin = byItem.starts[item]!;
  const end = byItem.starts[item + 1]!;
  const step = Math.max(1, (end - begin) / MOST_USERS);
  for (let place = begin; place < end; place += step) {
    const at = Math.floor(place);
    const user = byItem.indices[at]!;
    const recency = byItem.values[at]! * step;
    for (let entry = byUser.starts[user]!; entry < byUser.starts[user + 1]!; entry += 1) {
      const other = byUser.indices[entry]!;
      if (together[other] === 0) met.push(other);
      together[other]! += step;
      lately[other]! += recency;
    }
  }
  return met;
}

/**
 * Those with the highest cosine, in ascending order of their number. Sorting thousands of candidates to keep fifty would be
 * most of the training's time.
 */
function nearestOf(
  byItem: CsrMatrix,
  item: number,
  met: readonly number[],
  together: Float64Array,
  cosine: Float64Array,
  count: number,
): number[] {
  for (const other of met) {
    cosine[other] = together[other]! / Math.sqrt(byItem.starts[other + 1]! - byItem.starts[other]!);
  }
  // One more, as the item is nearest to itself, whatever else is as near.
  const nearest = topItems(met, cosine, count + 1).map((found) => found.item);
  return nearest
    .filter((other) => other !== item)
    .slice(0, count)
    .sort((a, b) => a - b);
}

interface UserMarks {
  /** Per user the places of the chosen items that they bought. */
  readonly places: Uint16Array;
  readonly counts: Uint16Array;
  readonly width: number;
  readonly touched: Int32Array;
}

function userMarks(users: number, width: number): UserMarks {
  return {
    places: new Uint16Array(users * width),
    counts: new Uint16Array(users),
    width,
    touched: new Int32Array(users),
  };
}

/** system[a][b] = how many users bought both; row after row, items.length wide. */
function gramOfItems(byItem: CsrMatrix, items: readonly number[], system: Float64Array, marks: UserMarks): void {
  const size = items.length;
  const { places, counts, width, touched } = marks;
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
      for (let other = 0; other < known; other += 1) system[row + places[base + other]!]! += 1;
      system[row + place]! += 1;
      places[base + known] = place;
      counts[user] = known + 1;
    }
  }
  for (let at = 0; at < users; at += 1) counts[touched[at]!] = 0;
}

/** Solves in place by Cholesky; only the lower triangle of the positive definite system is read. */
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
