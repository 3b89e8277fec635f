/** Compressed sparse rows in shared memory, so that worker threads read the same bytes. */

export interface CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Where each row begins in `indices` and `values`; one more than there are rows. */
  readonly starts: Int32Array;
  /** Column of each entry, ascending within a row. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface SparseEntries {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** What becomes of two entries for one place. */
export type Merge = 'sum' | 'max';

export function sharedInt32(length: number): Int32Array {
  return new Int32Array(new SharedArrayBuffer(length * 4));
}

export function sharedFloat32(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * 8));
}

/**
 * Entries in any order → rows, by two counting sorts: linear time, no comparison.
 * @throws RangeError for an entry outside the matrix, or lists of unequal length
 */
export function csrFromEntries(rows: number, columns: number, entries: SparseEntries, merge: Merge = 'sum'): CsrMatrix {
  const count = entries.rows.length;
  if (entries.columns.length !== count || entries.values.length !== count) {
    throw new RangeError('rows, columns and values must be of one length');
  }
  for (let entry = 0; entry < count; entry += 1) {
    const row = entries.rows[entry]!;
    const column = entries.columns[entry]!;
    if (row < 0 || row >= rows || column < 0 || column >= columns) {
      throw new RangeError(`entry (${row}, ${column}) is outside a matrix of ${rows} × ${columns}`);
    }
  }
  const starts = sharedInt32(rows + 1);
  for (const row of entries.rows) starts[row + 1]! += 1;
  for (let row = 0; row < rows; row += 1) starts[row + 1]! += starts[row]!;
  const next = starts.slice(0, rows);
  const indices = sharedInt32(count);
  const values = sharedFloat32(count);
  // Taken by column, the stable sort by row leaves each row's columns ascending.
  for (const entry of orderOf(entries.columns, columns)) {
    const row = entries.rows[entry]!;
    const at = next[row]!;
    next[row] = at + 1;
    indices[at] = entries.columns[entry]!;
    values[at] = entries.values[entry]!;
  }
  const matrix = { rows, columns, starts, indices, values };
  const distinct = mergeRepeats(matrix, merge);
  return distinct === count ? matrix : { ...matrix, ...firstOf(matrix, distinct) };
}

/** Places of the keys, smallest key first, those level in the order given. */
function orderOf(keys: Int32Array, size: number): Int32Array {
  const next = new Int32Array(size + 1);
  for (const key of keys) next[key + 1]! += 1;
  for (let key = 0; key < size; key += 1) next[key + 1]! += next[key]!;
  const order = new Int32Array(keys.length);
  for (let entry = 0; entry < keys.length; entry += 1) {
    const at = next[keys[entry]!]!;
    next[keys[entry]!] = at + 1;
    order[at] = entry;
  }
  return order;
}

/** Moves the entries up in place, so that a large matrix is not copied once more. @returns how many are left */
function mergeRepeats({ rows, starts, indices, values }: CsrMatrix, merge: Merge): number {
  let at = 0;
  let begin = 0;
  for (let row = 0; row < rows; row += 1) {
    const end = starts[row + 1]!;
    const first = at;
    for (let entry = begin; entry < end; entry += 1) {
      const value = values[entry]!;
      if (at > first && indices[at - 1] === indices[entry]) {
        values[at - 1] = merge === 'sum' ? values[at - 1]! + value : Math.max(values[at - 1]!, value);
        continue;
      }
      indices[at] = indices[entry]!;
      values[at] = value;
      at += 1;
    }
    begin = end;
    starts[row + 1] = at;
  }
  return at;
}

function firstOf({ indices, values }: CsrMatrix, count: number): Pick<CsrMatrix, 'indices' | 'values'> {
  const first = { indices: sharedInt32(count), values: sharedFloat32(count) };
  first.indices.set(indices.subarray(0, count));
  first.values.set(values.subarray(0, count));
  return first;
}

/** Rows become columns; what was ascending stays ascending. */
export function transpose(matrix: CsrMatrix): CsrMatrix {
  const { rows, columns, indices, values } = matrix;
  const starts = sharedInt32(columns + 1);
  for (const column of indices) starts[column + 1]! += 1;
  for (let column = 0; column < columns; column += 1) starts[column + 1]! += starts[column]!;
  const next = starts.slice(0, columns);
  const turned = {
    rows: columns,
    columns: rows,
    starts,
    indices: sharedInt32(indices.length),
    values: sharedFloat32(indices.length),
  };
  for (let row = 0; row < rows; row += 1) {
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry += 1) {
      const column = indices[entry]!;
      const at = next[column]!;
      next[column] = at + 1;
      turned.indices[at] = row;
      turned.values[at] = values[entry]!;
    }
  }
  return turned;
}

/** The same places with every value 1. */
export function binary(matrix: CsrMatrix): CsrMatrix {
  return { ...matrix, values: sharedFloat32(matrix.indices.length).fill(1) };
}
