/** The matrices of a history. A customer, or an invoice, that has an item on several lines has it once. */
import { type CsrMatrix, csrFromEntries, type Merge } from './csr-matrix.ts';
import { type History, PURCHASE } from './history.ts';

const DAY_MS = 86_400_000;

function matrixOf(
  history: History,
  side: 'customer' | 'invoice',
  value: (line: number, ageDays: number) => number,
  { endMs, merge, wants = () => true }: { endMs: number; merge: Merge; wants?: (line: number) => boolean },
): CsrMatrix {
  const ofLine = side === 'customer' ? history.customerOf : history.invoiceOf;
  const counts = (line: number) => ofLine[line]! >= 0 && history.kindOf[line] === PURCHASE && wants(line);
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
    wants: (line) => endMs - history.timeMsOf[line]! <= days * DAY_MS,
  });
  const counts = new Float64Array(history.items.length);
  for (const item of recent.indices) counts[item]! += 1;
  return counts;
}
