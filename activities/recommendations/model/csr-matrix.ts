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
  // Sorted by column first, the stable sort by row leaves each row's columns ascending.
  const byColumn = sortedBy(entries, entries.columns, columns);
  return merged(rows, columns, sortedBy(byColumn, byColumn.rows, rows), merge);
}

function sortedBy(entries: SparseEntries, keys: Int32Array, size: number): SparseEntries {
  const next = new Int32Array(size + 1);
  for (const key of keys) next[key + 1]! += 1;
  for (let key = 0; key < size; key += 1) next[key + 1]! += next[key]!;
  const sorted = {
    rows: new Int32Array(keys.length),
    columns: new Int32Array(keys.length),
    values: new Float32Array(keys.length),
  };
  for (let entry = 0; entry < keys.length; entry += 1) {
    const at = next[keys[entry]!]!;
    next[keys[entry]!] = at + 1;
    sorted.rows[at] = entries.rows[entry]!;
    sorted.columns[at] = entries.columns[entry]!;
    sorted.values[at] = entries.values[entry]!;
  }
  return sorted;
}

function merged(rows: number, columns: number, sorted: SparseEntries, merge: Merge): CsrMatrix {
  const isRepeat = (entry: number) =>
    entry > 0 && sorted.rows[entry] === sorted.rows[entry - 1] && sorted.columns[entry] === sorted.columns[entry - 1];
  let distinct = 0;
  for (let entry = 0; entry < sorted.rows.length; entry += 1) if (!isRepeat(entry)) distinct += 1;
  const starts = sharedInt32(rows + 1);
  const indices = sharedInt32(distinct);
  const values = sharedFloat32(distinct);
  let at = -1;
  for (let entry = 0; entry < sorted.rows.length; entry += 1) {
    const value = sorted.values[entry]!;
    if (isRepeat(entry)) {
      values[at] = merge === 'sum' ? values[at]! + value : Math.max(values[at]!, value);
      continue;
    }
    at += 1;
    starts[sorted.rows[entry]! + 1]! += 1;
    indices[at] = sorted.columns[entry]!;
    values[at] = value;
  }
  for (let row = 0; row < rows; row += 1) starts[row + 1]! += starts[row]!;
  return { rows, columns, starts, indices, values };
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
