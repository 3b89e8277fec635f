import { expect, it } from 'vitest';
import { weightOf } from './signals.ts';
import { topItems } from './top-items.ts';

const SCORES = [0, 5, 3, 5, 1, 4];
const itemsOf = (...asked: Parameters<typeof topItems>) => topItems(...asked).map(({ item }) => item);

it('the best items come first, equal scores ordered by item number', () => {
  expect(topItems([5, 4, 3, 2, 1, 0], SCORES, 4)).toEqual([
    { item: 1, score: 5 },
    { item: 3, score: 5 },
    { item: 5, score: 4 },
    { item: 2, score: 3 },
  ]);
  expect(itemsOf([1, 3], SCORES, 1)).toEqual([1]);
  expect(itemsOf([3, 1], SCORES, 1)).toEqual([1]);
});

it('there are no more results than candidates, and none when none are requested', () => {
  expect(itemsOf([2, 0], SCORES, 9)).toEqual([2, 0]);
  expect(itemsOf([], SCORES, 3)).toEqual([]);
  expect(itemsOf([2, 0], SCORES, 0)).toEqual([]);
});

it('scores can be in the order of the candidates', () => {
  expect(topItems([7, 9, 8], [1, 3, 2], 2, 'beside')).toEqual([
    { item: 9, score: 3 },
    { item: 8, score: 2 },
  ]);
});

it('purchases never fade; carts halve in two weeks and views in one', () => {
  const DAY_MS = 86_400_000;
  const now = 100 * DAY_MS;
  const weights = (ageDays: number) =>
    (['purchase', 'cart', 'view'] as const).map((kind) => weightOf({ kind, timeMs: now - ageDays * DAY_MS }, now));
  expect(weights(0)).toEqual([1, 0.6, 0.3]);
  expect(weights(14)).toEqual([1, 0.3, 0.075]);
  expect(weights(7)[2]).toBeCloseTo(0.15);
  // A signal dated in the future, because of a clock that runs behind, does not count for more.
  expect(weights(-14)).toEqual([1, 0.6, 0.3]);
});

it('a late candidate is ranked by its score', () => {
  expect(itemsOf([0, 1, 2, 3, 4], [5, 4, 1, 0, 3], 4)).toEqual([0, 1, 4, 2]);
  expect(itemsOf([0, 1, 2, 3, 4], [5, 4, 1, 0, 0.5], 4)).toEqual([0, 1, 2, 4]);
});
