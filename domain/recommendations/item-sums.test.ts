import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ItemSums } from './item-sums.ts';

it('sums the contributions to each item, for any number of items, and names the largest contributor', () => {
  const share = fc.record({
    item: fc.oneof(fc.nat(9), fc.nat(200_000)),
    score: fc.integer({ min: -50, max: 50 }),
    because: fc.nat(99),
  });
  const few = fc.array(share, { maxLength: 50 });
  const many = fc
    .tuple(fc.integer({ min: 2_000, max: 9_000 }), fc.integer({ min: 1, max: 65_536 }), few)
    .map(([count, step, end]) => [
      ...Array.from({ length: count }, (_, at) => ({
        // Neither consecutive nor distinct, so that some collide in the hash table.
        item: (at * at * 31 + at * step) % 199_999,
        score: at % 7,
        because: at,
      })),
      ...end,
    ]);
  const sums = new ItemSums();
  fc.assert(
    fc.property(fc.oneof(few, many), (shares) => {
      sums.clear();
      const expected = new Map<number, { score: number; because: number; largest: number }>();
      for (const { item, score, because } of shares) {
        sums.add(item, score, because);
        const known = expected.get(item) ?? { score: 0, because: -1, largest: 0 };
        known.score += score;
        if (score > known.largest) Object.assign(known, { largest: score, because });
        expected.set(item, known);
      }
      expect(Array.from(sums.items.subarray(0, sums.count))).toEqual([...expected.keys()]);
      const found = [...expected.keys()].map((item) => {
        const place = sums.placeOf(item);
        return [sums.items[place], sums.scores[place], sums.because[place]];
      });
      expect(found).toEqual([...expected].map(([item, { score, because }]) => [item, score, because]));
      expect(sums.placeOf(1_000_003)).toBe(-1);
    }),
    { numRuns: 40 },
  );
});
