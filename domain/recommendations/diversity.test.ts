import fc from 'fast-check';
import { expect, it } from 'vitest';
import { diversify, drawEarlyOnes, MAX_PER_CATEGORY, VariedList } from './diversity.ts';

interface Thing {
  family: string;
  category: string | null;
  place: number;
}
const things = fc
  .array(
    fc.record({
      family: fc.nat(40).map(String),
      category: fc.option(fc.constantFrom('mugs', 'lamps', 'rugs', 'beds')),
    }),
    { maxLength: 60 },
  )
  .map((list): Thing[] => list.map((each, place) => ({ ...each, place })));
const limits = fc.integer({ min: 1, max: 30 });
const maxCount = (list: readonly (string | null)[]) =>
  Math.max(0, ...[...new Set(list)].map((name) => (name === null ? 0 : list.filter((each) => each === name).length)));

it('includes every candidate once, whatever its category', () => {
  fc.assert(
    fc.property(things, limits, (list, limit) => {
      const chosen = diversify(list, limit);
      expect(chosen).toHaveLength(Math.min(limit, list.length));
      expect(new Set(chosen).size).toBe(chosen.length);
    }),
  );
});

it('has at most three of a category and one of a family in every ten while other candidates are left', () => {
  fc.assert(
    fc.property(things, limits, (list, limit) => {
      const chosen = diversify(list, limit);
      const left = list.filter((thing) => !chosen.includes(thing));
      for (let from = 0; from < chosen.length; from += 10) {
        const ten = chosen.slice(from, from + 10);
        const shown = chosen.slice(0, from + 10);
        const broken =
          maxCount(ten.map(({ category }) => category)) > MAX_PER_CATEGORY ||
          maxCount(shown.map(({ family }) => family)) > 1;
        if (!broken) continue;
        const better = left.filter(
          ({ family, category }) =>
            !shown.some((each) => each.family === family) &&
            (category === null || ten.filter((each) => each.category === category).length < MAX_PER_CATEGORY),
        );
        expect(better).toEqual([]);
      }
    }),
  );
});

it('does not change once it is full', () => {
  fc.assert(
    fc.property(things, limits, fc.nat(60), (list, limit, length) => {
      const varied = new VariedList<Thing>(limit);
      for (const thing of list.slice(0, length)) varied.offer(thing);
      if (varied.isFull) expect(diversify(list, limit)).toEqual(varied.chosen);
    }),
  );
});

it('keeps the order where the rule allows it', () => {
  const list = Array.from({ length: 12 }, (_, place) => ({ family: `${place}`, category: `${place % 4}`, place }));
  expect(diversify(list, 10).map(({ place }) => place)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

it('skips the fourth of a category, and includes it when nothing else is left', () => {
  const list = ['a', 'a', 'a', 'a', 'b'].map((category, place) => ({ family: `${place}`, category, place }));
  expect(diversify(list, 4).map(({ place }) => place)).toEqual([0, 1, 2, 4]);
  expect(diversify(list, 5).map(({ place }) => place)).toEqual([0, 1, 2, 4, 3]);
});

it('draws early candidates more often, all of them sometimes, and the same ones for the same numbers', () => {
  let state = 1;
  const random = () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const list = Array.from({ length: 100 }, (_, at) => at);
  const counts = new Array<number>(100).fill(0);
  for (let times = 0; times < 2_000; times += 1) for (const at of drawEarlyOnes(list, 10, random)) counts[at]! += 1;
  const early = counts.slice(0, 10).reduce((sum, count) => sum + count, 0);
  const late = counts.slice(90).reduce((sum, count) => sum + count, 0);
  expect(early).toBeGreaterThan(4 * late);
  expect(Math.min(...counts)).toBeGreaterThan(0);
  const seeded = () => drawEarlyOnes(list, 10, () => 0.25);
  expect(seeded()).toEqual(seeded());
  expect(new Set(drawEarlyOnes(list, 100, random)).size).toBe(100);
});

it('draws the candidate at place 10 with half the probability of the first', () => {
  const list = Array.from({ length: 12 }, (_, at) => at);
  /** Waiting times, to be multiplied by a factor of the place; the shortest come first. */
  const drawn = (count: number, waits: Readonly<Record<number, number>>) => {
    let at = -1;
    return drawEarlyOnes(list, count, () => {
      at += 1;
      return 1 - Math.exp(-(waits[at] ?? 20));
    });
  };
  expect(drawn(2, { 0: 2, 10: 0.99 })).toEqual([10, 0]);
  expect(drawn(2, { 0: 2, 10: 1.01 })).toEqual([0, 10]);
  expect(drawn(1, { 0: 2, 10: 1.01 })).toEqual([0]);
  expect(drawn(0, {})).toEqual([]);
});

it('includes a fourth of a category in the next ten, skipped candidates first', () => {
  const thing = (category: string, place: number) => ({ family: `${place}`, category, place });
  const list = [
    ...Array.from({ length: 5 }, (_, at) => thing('a', at)),
    ...Array.from({ length: 9 }, (_, at) => thing(`b${at}`, 5 + at)),
    thing('a', 14),
  ];
  expect(diversify(list, 14).map(({ place }) => place)).toEqual([0, 1, 2, 5, 6, 7, 8, 9, 10, 11, 3, 4, 12, 13]);
});

it('repeats a family only when nothing else is left, after families that are not in the list yet', () => {
  const list = ['x', 'x', 'y', 'y', 'z'].map((family, place) => ({ family, category: null, place }));
  expect(diversify(list, 5).map(({ place }) => place)).toEqual([0, 2, 4, 1, 3]);
});

it('fills up with skipped candidates of new families before families that are in the list already', () => {
  const list = ['x', 'x', 'y', 'z', 'w'].map((family, place) => ({ family, category: 'a', place }));
  expect(diversify(list, 5).map(({ place }) => place)).toEqual([0, 2, 3, 4, 1]);
});

it('treats a product without a category as a category of its own', () => {
  const list = ['v', 'w', 'x', 'y'].map((family, place): Thing => ({ family, category: null, place }));
  expect(diversify([...list, { family: 'z', category: 'mugs', place: 4 }], 4)).toEqual(list);
});

it('applies the rule again in the ten after one that had to be filled up', () => {
  const things = (category: string, count: number) =>
    Array.from({ length: count }, (_, at) => ({ family: `${category}${at}`, category }));
  const chosen = diversify([...things('a', 15), ...things('b', 6)], 20).map(({ family }) => family);
  expect(chosen.slice(0, 10)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2', 'a3', 'a4', 'a5', 'a6']);
  expect(chosen.slice(10)).toEqual(['a7', 'a8', 'a9', 'b3', 'b4', 'b5', 'a10', 'a11', 'a12', 'a13']);
});
