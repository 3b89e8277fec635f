import { Random } from '../../../domain/random.ts';
import { type Block, cellOf, makeBlock } from './block.ts';
import { type CsrMatrix, transpose } from './csr-matrix.ts';
import type { KernelPool } from './kernel-pool.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export interface TruncatedSvdOptions {
  /** Number of singular vectors to keep. */
  readonly components: number;
  /** Power iterations; scikit-learn's default is 5. */
  readonly iterations?: number;
  /** Directions tried beyond `components`; scikit-learn's default is 10. */
  readonly oversamples?: number;
  readonly seed: number;
  /** Called with fractions from 0 to 1. */
  readonly onProgress?: (fraction: number) => void;
}

/** Dense matrices here are row-major. */
export interface TruncatedSvd {
  readonly components: number;
  /** components: largest first. */
  readonly singularValues: Float64Array;
  /** columns of the matrix × components: the transpose of scikit-learn's `components_`. Orthonormal columns. */
  readonly itemVectors: Float64Array;
  /** rows of the matrix × components: `fit_transform`, the left vectors times the singular values. */
  readonly userVectors: Float64Array;
}

/** Relative to the largest eigenvalue; below it, a direction of a Gram matrix is rounding error. */
const RANK_TOLERANCE = 1e-14;

/**
 * TruncatedSVD as scikit-learn defines it: finds the range of the matrix with a seeded Gaussian start and normalized power
 * iterations (Halko, Martinsson, Tropp 2011, algorithm 4.4), then decomposes the small matrix exactly. The sign of each
 * component makes its largest entry positive (`svd_flip`). The random numbers differ from NumPy's, so the results agree
 * as two converged runs do.
 *
 * Orthonormal bases come from the eigenvectors of the small Gram matrix, twice at the end, and not from Householder
 * reflections, because this uses only products, which threads share, and handles a matrix of lower rank than requested.
 * Singular values below 1e-7 of the largest become zero, with zero vectors; the spectra of purchases fall by 10 to 100.
 * @throws RangeError when components is not between 1 and the smaller side of the matrix
 */
export async function truncatedSvd(
  pool: KernelPool,
  matrix: CsrMatrix,
  options: TruncatedSvdOptions,
): Promise<TruncatedSvd> {
  const { components, iterations = 5, oversamples = 10, seed, onProgress = () => {} } = options;
  const smaller = Math.min(matrix.rows, matrix.columns);
  if (!Number.isInteger(components) || components < 1 || components > smaller) {
    throw new RangeError(
      `components must be from 1 to ${smaller}, the smaller side of the matrix; it is ${components}`,
    );
  }
  const turned = transpose(matrix);
  const isTall = matrix.rows >= matrix.columns;
  // Iterate from the small side to the large one and back; as in scikit-learn, the basis is found on the large side.
  const up = isTall ? matrix : turned;
  const down = isTall ? turned : matrix;
  const width = Math.min(smaller, components + oversamples);
  const large = makeBlock(up.rows, width);
  const steps = iterations + 2;
  /** @returns undefined when a direction was lost to rounding */
  const iterate = async (normalized: 'once' | 'each way'): Promise<Block | undefined> => {
    const block = gaussianBlock(up.columns, width, seed);
    for (let iteration = 0; iteration < iterations; iteration += 1) {
      await multiply(pool, up, block, large);
      if (normalized === 'each way') await orthonormalize(pool, large);
      await multiply(pool, down, large, block);
      const lost = await orthonormalize(pool, block);
      if (lost > 0 && normalized === 'once') return undefined;
      onProgress((iteration + 1) / steps);
    }
    return block;
  };
  // One round trip squares the spectrum, so a steep one needs an extra normalization in between, which costs a third more.
  const small = (await iterate('once')) ?? (await iterate('each way'))!;
  await multiply(pool, up, small, large);
  for (let pass = 0; pass < 2; pass += 1) await orthonormalize(pool, large);
  onProgress((iterations + 1) / steps);
  await multiply(pool, down, large, small);
  const { singularValues, rotation } = await decompose(pool, small);
  await multiplyBy(pool, large, rotation);
  await multiplyBy(pool, small, rotation);
  const onLarge = rowsOf(large, components);
  const onSmall = rowsOf(small, components);
  scaleColumns(onSmall, components, (column) => inverse(singularValues[column]!));
  const [left, right] = isTall ? [onLarge, onSmall] : [onSmall, onLarge];
  flipSigns(left, right, components);
  scaleColumns(left, components, (column) => singularValues[column]!);
  onProgress(1);
  return { components, singularValues: singularValues.slice(0, components), itemVectors: right, userVectors: left };
}

/**
 * Expresses rows that were not in the training data in its components (scikit-learn's `transform`).
 * @returns rows × components
 * @throws RangeError when the rows have a different width than the training matrix
 */
export function project(svd: TruncatedSvd, rows: CsrMatrix): Float64Array {
  const { components, itemVectors } = svd;
  if (rows.columns * components !== itemVectors.length) throw new RangeError('the rows have another width');
  const projected = new Float64Array(rows.rows * components);
  for (let row = 0; row < rows.rows; row += 1) {
    for (let entry = rows.starts[row]!; entry < rows.starts[row + 1]!; entry += 1) {
      const item = rows.indices[entry]! * components;
      const value = rows.values[entry]!;
      for (let at = 0; at < components; at += 1) projected[row * components + at]! += value * itemVectors[item + at]!;
    }
  }
  return projected;
}

function gaussianBlock(rows: number, columns: number, seed: number): Block {
  const random = new Random(seed);
  const block = makeBlock(rows, columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      // Box–Muller; 1 − fraction is never zero.
      const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()));
      block.data[cellOf(block, row, column)] = radius * Math.cos(2 * Math.PI * random.fraction());
    }
  }
  return block;
}

async function multiply(pool: KernelPool, matrix: CsrMatrix, source: Block, target: Block): Promise<void> {
  const ranges = pool.slices(matrix.rows, matrix);
  await pool.run(ranges.map((range) => ({ kernel: 'multiply', matrix, source, target, ...range })));
}

async function multiplyBy(pool: KernelPool, block: Block, factor: Float64Array): Promise<void> {
  await pool.run(pool.slices(block.rows).map((range) => ({ kernel: 'multiplySmall', block, factor, ...range })));
}

async function gramOf(pool: KernelPool, block: Block): Promise<Float64Array> {
  const parts = await pool.run(pool.slices(block.rows).map((range) => ({ kernel: 'gram', block, ...range })));
  const total = new Float64Array(block.columns * block.columns);
  // Add the parts in the order of the slices, not of their arrival, so that the same seed gives the same bits.
  for (const part of parts) for (let cell = 0; cell < total.length; cell += 1) total[cell]! += part![cell]!;
  return total;
}

/** Makes the columns orthonormal with the same span; columns beyond the rank become zero. @returns how many became zero */
async function orthonormalize(pool: KernelPool, block: Block): Promise<number> {
  const size = block.columns;
  const { values, vectors } = symmetricEigen(await gramOf(pool, block), size);
  const factor = new Float64Array(size * size);
  let lost = 0;
  for (let column = 0; column < size; column += 1) {
    const isRounding = !(values[column]! > values[0]! * RANK_TOLERANCE);
    if (isRounding) lost += 1;
    const scale = isRounding ? 0 : 1 / Math.sqrt(values[column]!);
    for (let row = 0; row < size; row += 1) factor[row * size + column] = vectors[row * size + column]! * scale;
  }
  await multiplyBy(pool, block, factor);
  return lost;
}

/** Decomposes a tall block: its singular values, and the rotation of its columns onto its singular directions. */
async function decompose(
  pool: KernelPool,
  block: Block,
): Promise<{ singularValues: Float64Array; rotation: Float64Array }> {
  const { values, vectors } = symmetricEigen(await gramOf(pool, block), block.columns);
  const kept = (value: number) => (value > values[0]! * RANK_TOLERANCE ? Math.sqrt(value) : 0);
  return { singularValues: values.map(kept), rotation: vectors };
}

function inverse(value: number): number {
  return value === 0 ? 0 : 1 / value;
}

function rowsOf(block: Block, columns: number): Float64Array {
  const rows = new Float64Array(block.rows * columns);
  for (let row = 0; row < block.rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      rows[row * columns + column] = block.data[cellOf(block, row, column)]!;
    }
  }
  return rows;
}

function scaleColumns(rows: Float64Array, columns: number, factor: (column: number) => number): void {
  const factors = Array.from({ length: columns }, (_, column) => factor(column));
  for (let cell = 0; cell < rows.length; cell += 1) rows[cell]! *= factors[cell % columns]!;
}

/** Makes the largest entry of each right singular vector positive, since a pair is equally valid with both signs flipped. */
function flipSigns(left: Float64Array, right: Float64Array, columns: number): void {
  const signs = new Float64Array(columns).fill(1);
  const largest = new Float64Array(columns);
  for (let cell = 0; cell < right.length; cell += 1) {
    const column = cell % columns;
    if (Math.abs(right[cell]!) <= largest[column]!) continue;
    largest[column] = Math.abs(right[cell]!);
    signs[column] = right[cell]! < 0 ? -1 : 1;
  }
  for (const rows of [left, right]) scaleColumns(rows, columns, (column) => signs[column]!);
}
