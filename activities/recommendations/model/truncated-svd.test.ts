import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CsrMatrix, csrFromEntries } from './csr-matrix.ts';
import { KernelPool } from './kernel-pool.ts';
import { sparse, tasteMatrix } from './testing.ts';
import { project, type TruncatedSvd, truncatedSvd } from './truncated-svd.ts';

let pool: KernelPool;
beforeAll(() => {
  pool = new KernelPool({ threads: 2 });
});
afterAll(() => pool.close());

const decompose = (matrix: CsrMatrix, components: number) => truncatedSvd(pool, matrix, { components, seed: 42 });

/** Distance of the columns from orthonormal: the largest entry of VᵀV − I. */
function skew(vectors: Float64Array, width: number): number {
  let worst = 0;
  for (let a = 0; a < width; a += 1) {
    for (let b = 0; b < width; b += 1) {
      let product = 0;
      for (let at = 0; at < vectors.length; at += width) product += vectors[at + a]! * vectors[at + b]!;
      worst = Math.max(worst, Math.abs(product - (a === b ? 1 : 0)));
    }
  }
  return worst;
}

function rebuilt({ userVectors, itemVectors, components }: TruncatedSvd, row: number, column: number): number {
  let cell = 0;
  for (let at = 0; at < components; at += 1) {
    cell += userVectors[row * components + at]! * itemVectors[column * components + at]!;
  }
  return cell;
}

describe('of known matrices', () => {
  it('finds every singular value of the identity', async () => {
    const identity = sparse([0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => (row === column ? 1 : 0))));
    const svd = await decompose(identity, 4);
    for (const value of svd.singularValues) expect(value).toBeCloseTo(1, 12);
    expect(skew(svd.itemVectors, 4)).toBeLessThan(1e-12);
  });

  it('finds one value of a matrix of rank one, and zeros otherwise', async () => {
    const svd = await decompose(sparse([1, 2, 2].map((row) => [3, 0, 4, 0].map((column) => row * column))), 3);
    expect(svd.singularValues[0]).toBeCloseTo(15, 10);
    expect([...svd.singularValues.slice(1)]).toEqual([0, 0]);
    const wanted = [0.6, 0, 0.8, 0];
    for (const [item, value] of wanted.entries()) expect(svd.itemVectors[item * 3]).toBeCloseTo(value, 12);
    expect(rebuilt(svd, 1, 2)).toBeCloseTo(8, 10);
  });

  it('finds the manually calculated values of a matrix, wide and tall', async () => {
    // [[3 2 2] [2 3 −2]]: the squares are 25 and 9.
    const wide = await decompose(
      sparse([
        [3, 2, 2],
        [2, 3, -2],
      ]),
      2,
    );
    const tall = await decompose(
      sparse([
        [3, 2],
        [2, 3],
        [2, -2],
      ]),
      2,
    );
    for (const { singularValues } of [wide, tall]) {
      expect([...singularValues]).toEqual([expect.closeTo(5, 12), expect.closeTo(3, 12)]);
    }
    expect(rebuilt(wide, 1, 2)).toBeCloseTo(-2, 12);
  });

  it('finds values a million times smaller than the largest', async () => {
    const steep = sparse(
      [1_000, 10, 1, 0.001].map((value, row) => [0, 1, 2, 3].map((column) => (row === column ? value : 0))),
    );
    const { singularValues } = await decompose(steep, 4);
    for (const [at, value] of [1_000, 10, 1, 0.001].entries()) expect(singularValues[at]! / value).toBeCloseTo(1, 4);
  });

  it('refuses more components than the matrix has', async () => {
    await expect(decompose(sparse([[1, 2]]), 2)).rejects.toThrow(/from 1 to 1/);
  });
});

it('returns orthonormal vectors, descending values, and the matrix itself at full rank', async () => {
  const cells = fc.array(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 5, maxLength: 5 }), {
    minLength: 2,
    maxLength: 9,
  });
  await fc.assert(
    fc.asyncProperty(cells, async (rows) => {
      const components = Math.min(rows.length, 5);
      const svd = await decompose(sparse(rows), components);
      const rank = svd.singularValues.indexOf(0);
      if (rank === -1) expect(skew(svd.itemVectors, components)).toBeLessThan(1e-8);
      expect([...svd.singularValues]).toEqual([...svd.singularValues].sort((a, b) => b - a));
      for (const [row, values] of rows.entries()) {
        for (const [column, value] of values.entries()) expect(rebuilt(svd, row, column)).toBeCloseTo(value, 5);
      }
    }),
    {
      numRuns: 40,
      // The matrix is nearly singular, so one round trip loses its spectrum to rounding.
      examples: [
        [
          [
            [4, -4, -1, 1, -1],
            [-4, 4, 2, 0, 0],
            [-3, 0, 2, -4, -4],
            [2, -3, -2, -4, 2],
            [-1, 1, -4, -1, -1],
          ],
        ],
      ],
    },
  );
});

/**
 * Made with scikit-learn 1.9.1 (NumPy, SciPy):
 *
 *   def random(seed):                       # mulberry32, as domain/random.ts
 *       s = seed
 *       while True:
 *           s = (s + 0x6d2b79f5) & 0xffffffff; m = s
 *           m = ((m ^ (m >> 15)) * (m | 1)) & 0xffffffff
 *           m ^= (m + ((m ^ (m >> 7)) * (m | 61))) & 0xffffffff
 *           yield ((m ^ (m >> 14)) & 0xffffffff) / 4294967296
 *   r = random(7); rows = []; columns = []
 *   for _ in range(6000):
 *       taste = int(next(r) * 8)
 *       rows.append(int(next(r) * 50) * 8 + taste)
 *       columns.append(int(next(r) ** 2 * 30) * 8 + taste if next(r) < .8 else int(next(r) * 240))
 *   X = csr_matrix((ones(6000), (rows, columns)), (400, 240)); X.data[:] = 1
 *   svd = TruncatedSVD(8, random_state=42).fit(X); P = svd.components_.T @ svd.components_
 *   print(svd.singular_values_, abs(svd.components_).argmax(1), svd.components_.max(1), P[8, :10], svd.transform(X[5]))
 */
const SCIKIT_LEARN = {
  singularValues: [
    17.024578526, 14.2822078806, 13.8968838648, 13.7647109417, 13.4507240377, 13.2553632976, 13.1336896707,
    13.010848836,
  ],
  largestAt: [1, 1, 3, 5, 6, 6, 0, 2],
  largest: [
    0.1782912988, 0.3242652121, 0.249534696, 0.3665806802, 0.2552834585, 0.2725873838, 0.4013720355, 0.3398653123,
  ],
  projector: [
    0.12173823, -0.00147829, -0.00902179, 0.00269554, -0.0080463, 0.00810969, -0.00763416, -0.00186819, 0.06604831,
    -0.0006175,
  ],
  transformed: [
    0.9755499351, -0.117740618, -0.5841373919, 1.7971747897, -0.8350953961, 0.0549625503, 0.1029662662, -0.0218340141,
  ],
};

describe('compared with scikit-learn on the same matrix', () => {
  const matrix = tasteMatrix();
  let svd: TruncatedSvd;
  beforeAll(async () => {
    svd = await decompose(matrix, 8);
  });

  it('finds the same singular values', () => {
    expect(matrix.indices).toHaveLength(4_738);
    for (const [place, value] of SCIKIT_LEARN.singularValues.entries()) {
      expect(Math.abs(svd.singularValues[place]! / value - 1)).toBeLessThan(1e-7);
    }
  });

  it('finds the same components, with the same signs', () => {
    for (const [place, item] of SCIKIT_LEARN.largestAt.entries()) {
      expect(svd.itemVectors[item * 8 + place]).toBeCloseTo(SCIKIT_LEARN.largest[place]!, 3);
    }
  });

  it('spans the same space', () => {
    const projected = (one: number, other: number) => {
      let sum = 0;
      for (let at = 0; at < 8; at += 1) sum += svd.itemVectors[one * 8 + at]! * svd.itemVectors[other * 8 + at]!;
      return sum;
    };
    // A cell of VVᵀ depends only on the space, not on the vectors that span it.
    for (const [item, value] of SCIKIT_LEARN.projector.entries()) expect(projected(8, item)).toBeCloseTo(value, 4);
  });

  it('projects a row in the same way', () => {
    const begin = matrix.starts[5]!;
    const end = matrix.starts[6]!;
    const row = csrFromEntries(1, 240, {
      rows: new Int32Array(end - begin),
      columns: matrix.indices.slice(begin, end),
      values: matrix.values.slice(begin, end),
    });
    for (const [place, value] of project(svd, row).entries()) {
      expect(value).toBeCloseTo(SCIKIT_LEARN.transformed[place]!, 3);
      expect(value).toBeCloseTo(svd.userVectors[5 * 8 + place]!, 3);
    }
  });
});

it('returns the same bits for the same seed', async () => {
  const matrix = tasteMatrix();
  const first = await decompose(matrix, 8);
  expect(await decompose(matrix, 8)).toEqual(first);
  const other = await truncatedSvd(pool, matrix, { components: 8, seed: 43 });
  expect(other.singularValues).not.toEqual(first.singularValues);
});

it('reports its progress, and stops when it is canceled', async () => {
  const abort = new AbortController();
  const own = new KernelPool({ threads: 2, signal: abort.signal });
  const reported: number[] = [];
  const training = truncatedSvd(own, tasteMatrix(), {
    components: 8,
    seed: 42,
    iterations: 10_000,
    onProgress: (fraction) => {
      reported.push(fraction);
      if (reported.length === 3) abort.abort(new Error('no longer wanted'));
    },
  });
  await expect(training).rejects.toThrow('no longer wanted');
  expect(reported).toHaveLength(3);
  expect(reported).toEqual([...reported].sort((a, b) => a - b));
  expect(() => new KernelPool({ signal: abort.signal })).toThrow('no longer wanted');
});
