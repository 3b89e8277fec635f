/**
 * Tall dense matrices for the sparse products, stored in row-major panels of eight columns. Eight doubles are one cache
 * line, so an entry of the sparse matrix costs one line of memory, and one panel of 100,000 rows (6.4 MB) stays in the
 * cache where whole rows would not; eight sums fit the processor's registers.
 */
import { type CsrMatrix, sharedFloat64 } from './csr-matrix.ts';

const PANEL_COLUMNS = 8;
/** Rows per chunk while two panels are multiplied: 2 × 64 kB. */
const CHUNK_ROWS = 1024;

export interface Block {
  readonly rows: number;
  /** A multiple of eight, the panel width. */
  readonly columns: number;
  readonly data: Float64Array;
}

/** A block of zeros in shared memory; `columns` is rounded up to whole panels. */
export function makeBlock(rows: number, columns: number): Block {
  const padded = Math.ceil(columns / PANEL_COLUMNS) * PANEL_COLUMNS;
  return { rows, columns: padded, data: sharedFloat64(rows * padded) };
}

/** The index of a cell in `data`. */
export function cellOf(block: Block, row: number, column: number): number {
  return ((column >> 3) * block.rows + row) * PANEL_COLUMNS + (column & 7);
}

/** target = matrix × source, for rows from ≤ row < to of the target. */
export function multiplySparse(matrix: CsrMatrix, source: Block, target: Block, from: number, to: number): void {
  const { starts, indices, values } = matrix;
  for (let panel = 0; panel < source.columns / PANEL_COLUMNS; panel += 1) {
    const input = source.data.subarray(panel * source.rows * PANEL_COLUMNS, (panel + 1) * source.rows * PANEL_COLUMNS);
    const output = target.data.subarray(panel * target.rows * PANEL_COLUMNS, (panel + 1) * target.rows * PANEL_COLUMNS);
    multiplyPanel(starts, indices, values, input, output, from, to);
  }
}

function multiplyPanel(
  starts: Int32Array,
  indices: Int32Array,
  values: Float32Array,
  input: Float64Array,
  output: Float64Array,
  from: number,
  to: number,
): void {
  let end = starts[from]!;
  for (let row = from; row < to; row += 1) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    let entry = end;
    end = starts[row + 1]!;
    for (; entry < end; entry += 1) {
      const at = indices[entry]! << 3;
      const value = values[entry]!;
      s0 += value * input[at]!;
      s1 += value * input[at + 1]!;
      s2 += value * input[at + 2]!;
      s3 += value * input[at + 3]!;
      s4 += value * input[at + 4]!;
      s5 += value * input[at + 5]!;
      s6 += value * input[at + 6]!;
      s7 += value * input[at + 7]!;
    }
    const at = row << 3;
    output[at] = s0;
    output[at + 1] = s1;
    output[at + 2] = s2;
    output[at + 3] = s3;
    output[at + 4] = s4;
    output[at + 5] = s5;
    output[at + 6] = s6;
    output[at + 7] = s7;
  }
}

/** blockᵀ × block over the given rows: columns × columns, row-major, symmetric. */
export function gram(block: Block, from: number, to: number): Float64Array {
  const { columns, rows, data } = block;
  const product = new Float64Array(columns * columns);
  for (let chunk = from; chunk < to; chunk += CHUNK_ROWS) {
    const end = Math.min(to, chunk + CHUNK_ROWS);
    for (let left = 0; left < columns; left += PANEL_COLUMNS) {
      for (let right = left; right < columns; right += PANEL_COLUMNS) {
        for (let lane = 0; lane < PANEL_COLUMNS; lane += 1) {
          addLane(data, left * rows + lane, right * rows, chunk, end, product, (left + lane) * columns + right);
        }
      }
    }
  }
  for (let row = 0; row < columns; row += 1) {
    for (let column = 0; column < row; column += 1) product[row * columns + column] = product[column * columns + row]!;
  }
  return product;
}

function addLane(
  data: Float64Array,
  left: number,
  right: number,
  from: number,
  to: number,
  product: Float64Array,
  at: number,
): void {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let s4 = 0;
  let s5 = 0;
  let s6 = 0;
  let s7 = 0;
  for (let row = from; row < to; row += 1) {
    const value = data[left + (row << 3)]!;
    const other = right + (row << 3);
    s0 += value * data[other]!;
    s1 += value * data[other + 1]!;
    s2 += value * data[other + 2]!;
    s3 += value * data[other + 3]!;
    s4 += value * data[other + 4]!;
    s5 += value * data[other + 5]!;
    s6 += value * data[other + 6]!;
    s7 += value * data[other + 7]!;
  }
  product[at]! += s0;
  product[at + 1]! += s1;
  product[at + 2]! += s2;
  product[at + 3]! += s3;
  product[at + 4]! += s4;
  product[at + 5]! += s5;
  product[at + 6]! += s6;
  product[at + 7]! += s7;
}

/** block = block × factor (columns × columns, row-major) for rows from ≤ row < to, in place. */
export function multiplySmall(block: Block, factor: Float64Array, from: number, to: number): void {
  const { columns, rows, data } = block;
  const line = new Float64Array(columns);
  for (let row = from; row < to; row += 1) {
    for (let column = 0; column < columns; column += 1) line[column] = data[cellOf(block, row, column)]!;
    for (let panel = 0; panel < columns; panel += PANEL_COLUMNS) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      let s4 = 0;
      let s5 = 0;
      let s6 = 0;
      let s7 = 0;
      for (let column = 0, at = panel; column < columns; column += 1, at += columns) {
        const value = line[column]!;
        s0 += value * factor[at]!;
        s1 += value * factor[at + 1]!;
        s2 += value * factor[at + 2]!;
        s3 += value * factor[at + 3]!;
        s4 += value * factor[at + 4]!;
        s5 += value * factor[at + 5]!;
        s6 += value * factor[at + 6]!;
        s7 += value * factor[at + 7]!;
      }
      const at = panel * rows + (row << 3);
      data[at] = s0;
      data[at + 1] = s1;
      data[at + 2] = s2;
      data[at + 3] = s3;
      data[at + 4] = s4;
      data[at + 5] = s5;
      data[at + 6] = s6;
      data[at + 7] = s7;
    }
  }
}
