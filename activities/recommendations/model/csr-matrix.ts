/** Compressed sparse rows in shared memory, so that worker threads read the same bytes. */

export interface CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  /** Index at which each row begins in `indices` and `values`; has rows + 1 entries. */
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

/** How two entries for the same cell are combined. */
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
 * Builds a matrix from entries in any order, with two counting sorts in linear time.
 * @throws RangeError for an entry outside the matrix, or lists of different lengths
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
  // The entries are sorted by column first, and the sort by row is stable, so each row's columns are ascending.
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

/** Indices that sort the keys in ascending order; equal keys keep their order. */
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

/** Merges repeated entries in place, without a copy of a large matrix. @returns how many entries remain */
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

/** Transposes the matrix; the columns of each row stay ascending. */
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

/** The same entries with every value 1. */
export function binary(matrix: CsrMatrix): CsrMatrix {
  return { ...matrix, values: sharedFloat32(matrix.indices.length).fill(1) };
}
