/** Builds the matrices of a history. An item on several lines of a customer or an invoice counts once. */
import { SIGNAL_KINDS, weightOf } from '../../../domain/recommendations/signals.ts';
import { binary, type CsrMatrix, csrFromEntries, type Merge, transpose } from './csr-matrix.ts';
import { type History, PURCHASE } from './history.ts';

const DAY_MS = 86_400_000;
/** A cart or a view with a lower weight is ignored. */
const MIN_INTEREST = 0.01;
/** In customers: pulls the repurchase rate of an item with fewer owners toward the average. */
const OWNERS_TO_BELIEVE = 10;

function matrixOf(
  history: History,
  side: 'customer' | 'invoice',
  value: (line: number, ageDays: number) => number,
  { endMs, merge, wants = isPurchase(history) }: { endMs: number; merge: Merge; wants?: (line: number) => boolean },
): CsrMatrix {
  const ofLine = side === 'customer' ? history.customerOf : history.invoiceOf;
  const counts = (line: number) => ofLine[line]! >= 0 && wants(line);
  let count = 0;
  for (let line = 0; line < ofLine.length; line += 1) if (counts(line)) count += 1;
  const entries = { rows: new Int32Array(count), columns: new Int32Array(count), values: new Float32Array(count) };
  let at = 0;
  for (let line = 0; line < ofLine.length; line += 1) {
    if (!counts(line)) continue;
    entries.rows[at] = ofLine[line]!;
    entries.columns[at] = history.itemOf[line]!;
    entries.values[at] = value(line, (endMs - history.timeMsOf[line]!) / DAY_MS);
    at += 1;
  }
  const rows = side === 'customer' ? history.customers.length : history.invoices;
  return csrFromEntries(rows, history.items.length, entries, merge);
}

function isPurchase({ kindOf }: History): (line: number) => boolean {
  return (line) => kindOf[line] === PURCHASE;
}

export interface InterestMatrices {
  /** customers × items: weight of the interest at `endMs` that a purchase, a cart, or a view shows; the strongest counts. */
  readonly byUser: CsrMatrix;
  /** items × customers, the same cells: recency of the purchase, 0 without a purchase. */
  readonly byItem: CsrMatrix;
  /** The values of `byUser` in the order of `byItem`; undefined when there are only purchases, whose weight is 1. */
  readonly interest: Float32Array | undefined;
}

export function interestMatrices(history: History, endMs: number, halfLifeDays: number): InterestMatrices {
  const { kindOf, timeMsOf } = history;
  if (kindOf.every((kind) => kind === PURCHASE)) {
    const bought = recencyMatrix(history, endMs, halfLifeDays);
    return { byUser: binary(bought), byItem: transpose(bought), interest: undefined };
  }
  const weight = (line: number) => weightOf({ kind: SIGNAL_KINDS[kindOf[line]!]!, timeMs: timeMsOf[line]! }, endMs);
  const of = (value: (line: number, ageDays: number) => number) =>
    matrixOf(history, 'customer', value, { endMs, merge: 'max', wants: (line) => weight(line) >= MIN_INTEREST });
  const byUser = of(weight);
  const lately = of((line, ageDays) => (kindOf[line] === PURCHASE ? 0.5 ** (ageDays / halfLifeDays) : 0));
  return { byUser, byItem: transpose(lately), interest: transpose(byUser).values };
}

/** customers × items: recency of the purchase, which is 1 at `endMs` and halves every `halfLifeDays` before it. */
export function recencyMatrix(history: History, endMs: number, halfLifeDays: number): CsrMatrix {
  return matrixOf(history, 'customer', (_, ageDays) => 0.5 ** (ageDays / halfLifeDays), { endMs, merge: 'max' });
}

/**
 * invoices × items: the weight of an invoice halves every `halfLifeDays`, and is divided by the square root of the number of other items,
 * since a reseller's list of 300 says less about items that go together than a basket of three.
 */
export function basketMatrix(history: History, endMs: number, halfLifeDays: number): CsrMatrix {
  const matrix = matrixOf(history, 'invoice', (_, ageDays) => 0.5 ** (ageDays / halfLifeDays), { endMs, merge: 'max' });
  for (let row = 0; row < matrix.rows; row += 1) {
    const begin = matrix.starts[row]!;
    const end = matrix.starts[row + 1]!;
    const root = Math.sqrt(Math.max(1, end - begin - 1));
    for (let entry = begin; entry < end; entry += 1) matrix.values[entry]! /= root;
  }
  return matrix;
}

/** Number of distinct customers who bought each item in the `days` before `endMs`. */
export function popularity(history: History, endMs: number, days: number): Float64Array {
  const recent = matrixOf(history, 'customer', () => 1, {
    endMs,
    merge: 'max',
    wants: (line) => history.kindOf[line] === PURCHASE && endMs - history.timeMsOf[line]! <= days * DAY_MS,
  });
  const counts = new Float64Array(history.items.length);
  for (const item of recent.indices) counts[item]! += 1;
  return counts;
}

/**
 * Relative repurchase rate of each item, 1 on average: among customers who bought it before the last `days` and bought anything within
 * them. An item with few such customers stays near the average; all are 1 if the history is too short.
 * @param byUser customers × items, with a cell for every purchase of the history
 */
export function boughtAgain(history: History, endMs: number, days: number, byUser: CsrMatrix): Float64Array {
  const [earlier, lately] = [1, 2];
  const whenOf = new Uint8Array(byUser.indices.length);
  const isActive = new Uint8Array(byUser.rows);
  for (let line = 0; line < history.itemOf.length; line += 1) {
    const customer = history.customerOf[line]!;
    if (customer < 0 || history.kindOf[line] !== PURCHASE) continue;
    const isLate = endMs - history.timeMsOf[line]! <= days * DAY_MS;
    whenOf[entryOf(byUser, customer, history.itemOf[line]!)]! |= isLate ? lately : earlier;
    if (isLate) isActive[customer] = 1;
  }
  const owners = new Float64Array(byUser.columns);
  const again = new Float64Array(byUser.columns);
  for (let customer = 0; customer < byUser.rows; customer += 1) {
    if (!isActive[customer]) continue;
    for (let entry = byUser.starts[customer]!; entry < byUser.starts[customer + 1]!; entry += 1) {
      if (!(whenOf[entry]! & earlier)) continue;
      owners[byUser.indices[entry]!]! += 1;
      if (whenOf[entry]! & lately) again[byUser.indices[entry]!]! += 1;
    }
  }
  const total = (counts: Float64Array) => counts.reduce((sum, count) => sum + count, 0);
  const usual = total(again) / total(owners);
  if (!(usual > 0)) return owners.fill(1);
  return owners.map((count, item) => (again[item]! + OWNERS_TO_BELIEVE * usual) / (count + OWNERS_TO_BELIEVE) / usual);
}

/** The index of an existing entry. */
function entryOf({ starts, indices }: CsrMatrix, row: number, column: number): number {
  let from = starts[row]!;
  let to = starts[row + 1]! - 1;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (indices[middle]! < column) from = middle + 1;
    else to = middle;
  }
  return from;
}
