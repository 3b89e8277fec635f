import { Random } from '../../../domain/random.ts';
import { binary, type CsrMatrix, csrFromEntries } from './csr-matrix.ts';

/** Converts the rows of a dense matrix to a sparse one without zeros. */
export function sparse(rows: readonly (readonly number[])[]): CsrMatrix {
  const cells = rows.flatMap((row, at) => row.map((value, column) => ({ at, column, value })));
  const filled = cells.filter(({ value }) => value !== 0);
  return csrFromEntries(rows.length, rows[0]?.length ?? 0, {
    rows: Int32Array.from(filled, ({ at }) => at),
    columns: Int32Array.from(filled, ({ column }) => column),
    values: Float32Array.from(filled, ({ value }) => value),
  });
}

/**
 * 400 users of eight tastes and 240 items, with 4,738 distinct pairs. Each taste is a strong singular direction. The
 * script with scikit-learn's figures (truncated-svd.test.ts) draws the same numbers.
 */
export function tasteMatrix(): CsrMatrix {
  const random = new Random(7);
  const draws = 6_000;
  const entries = {
    rows: new Int32Array(draws),
    columns: new Int32Array(draws),
    values: new Float32Array(draws).fill(1),
  };
  for (let draw = 0; draw < draws; draw += 1) {
    const taste = Math.floor(random.fraction() * 8);
    entries.rows[draw] = Math.floor(random.fraction() * 50) * 8 + taste;
    entries.columns[draw] =
      random.fraction() < 0.8
        ? Math.floor(random.fraction() ** 2 * 30) * 8 + taste
        : Math.floor(random.fraction() * 240);
  }
  return binary(csrFromEntries(400, 240, entries));
}
