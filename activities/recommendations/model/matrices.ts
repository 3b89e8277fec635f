/** The matrices of a history. A customer, or an invoice, that has an item on several lines has it once. */
import { SIGNAL_KINDS, weightOf } from '../../../domain/recommendations/signals.ts';
import { binary, type CsrMatrix, csrFromEntries, type Merge, transpose } from './csr-matrix.ts';
import { type History, PURCHASE } from './history.ts';

const DAY_MS = 86_400_000;
/** A cart or a view that says less than this is no interest any more. */
const MIN_INTEREST = 0.01;
/** In customers: an item that fewer had is believed less about being bought again. */
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
  /** customers × items: how much a purchase, a cart or a view says of their interest at `endMs`; the strongest counts. */
  readonly byUser: CsrMatrix;
  /** items × customers: the same places; how lately each was bought, 0 for what was only looked at. */
  readonly byItem: CsrMatrix;
  /** The values of `byUser` in the order of `byItem`; undefined when there are only purchases, which all count 1. */
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

/** customers × items: how lately each was bought: 1 at `endMs`, half of it after every `halfLifeDays`. */
export function recencyMatrix(history: History, endMs: number, halfLifeDays: number): CsrMatrix {
  return matrixOf(history, 'customer', (_, ageDays) => 0.5 ** (ageDays / halfLifeDays), { endMs, merge: 'max' });
}

/**
 * invoices × items: each invoice halved for every `halfLifeDays` since, and divided by the root of the number of other
 * items: a reseller's list of 300 says less of what goes together than a basket of three.
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

/** How many different customers bought each item in the `days` before `endMs`. */
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
 * By item: how readily those who have it buy it again, 1 on average. Asked of the customers who bought it before the last `days`
 * and bought anything in them. An item with few of them stays near the average; all are 1 in a history too short to tell.
 * @param byUser customers × items, every purchase of the history among its places
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

/** Where an entry is that the matrix has. */
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
