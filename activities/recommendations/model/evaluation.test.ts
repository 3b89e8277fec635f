import { describe, expect, it } from 'vitest';
import { evaluate, measured, ndcg, truthOf } from './evaluation.ts';
import { HistoryBuilder } from './history.ts';

describe('NDCG@10', () => {
  it('matches a manual calculation', () => {
    // Hits at ranks 1 and 3: 1 + 1/2; ideal for three: 1 + 1/log2(3) + 1/2.
    expect(ndcg([7, 1, 8, 2], new Set([7, 8, 9]))).toBeCloseTo(1.5 / (1.5 + 1 / Math.log2(3)), 12);
  });

  it('is 1 for a list with all hits at its top, and 0 for one without hits', () => {
    expect(ndcg([1, 2, 3], new Set([1, 2]))).toBe(1);
    expect(ndcg([3, 4], new Set([1, 2]))).toBe(0);
  });

  it('expects at most ten hits, and counts at most ten items', () => {
    const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(ndcg(ten, new Set([...ten, 10, 11]))).toBe(1);
    expect(ndcg([...ten.map((item) => item + 100), 1], new Set([1]))).toBe(0);
  });
});

it('returns a mean with an interval around it, the same each time', () => {
  const values = Array.from({ length: 400 }, (_, place) => place % 2);
  const figure = measured(values);
  expect(figure.mean).toBe(0.5);
  expect(figure.low).toBeCloseTo(0.45, 1);
  expect(figure.high).toBeCloseTo(0.55, 1);
  expect(measured(values)).toEqual(figure);
  expect(measured([])).toEqual({ mean: 0, low: 0, high: 0, count: 0 });
});

it('scores new items separately from repurchases, among items in the history', () => {
  const builder = new HistoryBuilder();
  const buy = (customer: string | undefined, item: string, invoice: string) => ({ customer, item, invoice, timeMs: 0 });
  for (const purchase of [buy('ann', 'a', '1'), buy('ann', 'b', '1'), buy('bob', 'c', '2')]) builder.add(purchase);
  const history = builder.build();
  const truth = truthOf(history, [
    buy('ann', 'a', '3'),
    buy('ann', 'c', '3'),
    buy('bob', 'c', '4'),
    buy('bob', 'unheard of', '4'),
    buy('a newcomer', 'a', '5'),
    buy(undefined, 'b', '5'),
  ]);
  const asked: number[] = [];
  const always = (...items: number[]) => items.map((item) => ({ item, score: 1 }));
  const scores = evaluate(
    {
      newItems: (customer) => {
        asked.push(customer);
        return always(2);
      },
      anyItems: () => always(0, 2),
      similarItems: (item) => (item === 0 ? always(2) : always(1)),
    },
    truth,
    3,
  );
  // Bob bought nothing new, so only Ann (0) counts, who bought c (2).
  expect(asked).toEqual([0]);
  expect(scores.newItems).toMatchObject({ mean: 1, count: 1 });
  expect(scores.coverage).toBeCloseTo(1 / 3, 12);
  expect(scores.anyItems.mean).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12);
  // Invoice 3 is {a, c}: from a c is found, from c a is not. Invoice 5 is {a, b}: neither from a, nor a from b.
  expect(scores.similarItems).toMatchObject({ mean: 0.25, count: 2 });
});
