import fc from 'fast-check';
import { expect, it } from 'vitest';
import { csrFromEntries, transpose } from './csr-matrix.ts';
import { fitNeighbors, makeNeighborTask, solveSymmetric } from './neighbors.ts';
import { symmetricEigen } from './symmetric-eigen.ts';
import { sparse } from './testing.ts';

it('solves the regression of an item on its neighbors', () => {
  // Users 0 and 1 bought item 0; both have item 1, and user 1 also has item 2.
  const bought = sparse([
    [1, 1, 0],
    [1, 1, 1],
    [0, 1, 1],
  ]);
  const task = makeNeighborTask(bought, transpose(bought), { neighbors: 2, ridge: 1 });
  fitNeighbors(task, 0, 3);
  expect([...task.indices.slice(0, 2)]).toEqual([1, 2]);
  // (3+1 2; 2 2+1) w = (2, 1) gives w = (1/2, 0).
  expect(task.weights[0]).toBeCloseTo(0.5, 6);
  expect(task.weights[1]).toBeCloseTo(0, 6);
});

it('keeps the nearest items, and marks where there are fewer than requested', () => {
  const bought = sparse([
    [1, 1, 0, 0],
    [1, 1, 1, 0],
    [0, 0, 1, 0],
    [0, 0, 1, 1],
  ]);
  const one = makeNeighborTask(bought, transpose(bought), { neighbors: 1, ridge: 1 });
  fitNeighbors(one, 0, 4);
  expect([...one.indices]).toEqual([1, 0, 3, 2]);
  const many = makeNeighborTask(bought, transpose(bought), { neighbors: 3, ridge: 1 });
  fitNeighbors(many, 3, 4);
  expect([...many.indices.slice(9)]).toEqual([2, -1, -1]);
});

const smallMatrix = fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 4, maxLength: 4 }), {
  minLength: 4,
  maxLength: 4,
});

it('solves every positive definite system', () => {
  fc.assert(
    fc.property(smallMatrix, (rows) => {
      // MᵀM + I
      const system = new Float64Array(16);
      for (let a = 0; a < 4; a += 1) {
        for (let b = 0; b < 4; b += 1) {
          system[a * 4 + b] = rows.reduce((sum, row) => sum + row[a]! * row[b]!, a === b ? 1 : 0);
        }
      }
      const wanted = [1, -2, 3, 4];
      const right = Float64Array.from([0, 1, 2, 3], (row) =>
        wanted.reduce((sum, value, column) => sum + system[row * 4 + column]! * value, 0),
      );
      solveSymmetric(Float64Array.from(system), right, 4);
      for (const [place, value] of wanted.entries()) expect(right[place]).toBeCloseTo(value, 6);
    }),
  );
});

it('decomposes symmetric matrices', () => {
  fc.assert(
    fc.property(smallMatrix, (rows) => {
      const symmetric = Float64Array.from({ length: 16 }, (_, cell) => {
        const [row, column] = [Math.floor(cell / 4), cell % 4];
        return rows[row]![column]! + rows[column]![row]!;
      });
      const { values, vectors } = symmetricEigen(symmetric, 4);
      for (let row = 0; row < 4; row += 1) {
        for (let column = 0; column < 4; column += 1) {
          let cell = 0;
          for (let at = 0; at < 4; at += 1) cell += values[at]! * vectors[row * 4 + at]! * vectors[column * 4 + at]!;
          expect(cell).toBeCloseTo(symmetric[row * 4 + column]!, 9);
        }
      }
    }),
  );
});

it('converts entries in any order to rows, and back', () => {
  const entry = fc.record({ row: fc.nat(4), column: fc.nat(6), value: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const matrix = csrFromEntries(5, 7, {
        rows: Int32Array.from(entries, ({ row }) => row),
        columns: Int32Array.from(entries, ({ column }) => column),
        values: Float32Array.from(entries, ({ value }) => value),
      });
      expect(transpose(transpose(matrix))).toEqual(matrix);
      const sums = new Map<number, number>();
      for (const { row, column, value } of entries) {
        sums.set(row * 7 + column, (sums.get(row * 7 + column) ?? 0) + value);
      }
      const found = Array.from({ length: 5 }, (_, row) =>
        Array.from(matrix.indices.subarray(matrix.starts[row]!, matrix.starts[row + 1]!), (column, place) => [
          row * 7 + column,
          matrix.values[matrix.starts[row]! + place]!,
        ]),
      ).flat();
      expect(found).toEqual([...sums].sort(([a], [b]) => a - b));
    }),
  );
  const outside = { rows: Int32Array.of(5), columns: Int32Array.of(0), values: Float32Array.of(1) };
  expect(() => csrFromEntries(5, 7, outside)).toThrow(/outside a matrix of 5 × 7/);
});
