/** More sweeps than any matrix needs, since Jacobi converges quadratically, in practice within ten. */
const MAX_SWEEPS = 60;

export interface Eigen {
  /** Largest first. */
  readonly values: Float64Array;
  /** Row-major and orthonormal; column i belongs to value i. */
  readonly vectors: Float64Array;
}

/**
 * Computes all eigenvalues and eigenvectors of a small symmetric matrix by cyclic Jacobi rotations, the most accurate method for
 * small eigenvalues, which takes a few milliseconds at 64 × 64.
 * @param matrix size × size, row-major; not changed
 */
export function symmetricEigen(matrix: Float64Array, size: number): Eigen {
  const work = Float64Array.from(matrix);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let rotated = false;
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) rotated = rotate(work, vectors, size, p, q) || rotated;
    }
    if (!rotated) break;
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => work[b * size + b]! - work[a * size + a]!);
  const sorted = { values: new Float64Array(size), vectors: new Float64Array(size * size) };
  for (const [place, from] of order.entries()) {
    sorted.values[place] = work[from * size + from]!;
    for (let row = 0; row < size; row += 1) sorted.vectors[row * size + place] = vectors[row * size + from]!;
  }
  return sorted;
}

/** Makes work[p][q] zero. @returns false when it was already zero within rounding */
function rotate(work: Float64Array, vectors: Float64Array, size: number, p: number, q: number): boolean {
  const off = work[p * size + q]!;
  const atP = work[p * size + p]!;
  const atQ = work[q * size + q]!;
  if (off === 0 || Math.abs(off) <= Number.EPSILON * Math.sqrt(Math.abs(atP * atQ))) return false;
  // The value is zero within rounding, on a diagonal that itself is only rounding error.
  if (Math.abs(off) < Number.MIN_VALUE * 1e16) return false;
  const theta = (atQ - atP) / (2 * off);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (let i = 0; i < size; i += 1) turn(work, i * size + p, i * size + q, cosine, sine);
  for (let i = 0; i < size; i += 1) turn(work, p * size + i, q * size + i, cosine, sine);
  work[p * size + q] = 0;
  work[q * size + p] = 0;
  for (let i = 0; i < size; i += 1) turn(vectors, i * size + p, i * size + q, cosine, sine);
  return true;
}

function turn(cells: Float64Array, one: number, other: number, cosine: number, sine: number): void {
  const a = cells[one]!;
  const b = cells[other]!;
  cells[one] = cosine * a - sine * b;
  cells[other] = sine * a + cosine * b;
}
