import { expect, it } from 'vitest';
import { costOf } from './amounts.ts';

it('calculates exact sums in currencies with and without decimals', () => {
  expect(costOf([{ price: 0.1, quantity: 3 }], 'usd')).toBe(0.3);
  expect(
    costOf(
      [
        { price: 19.99, quantity: 7 },
        { price: 1.1, quantity: 2 },
      ],
      'usd',
    ),
  ).toBe(142.13);
  expect(costOf([{ price: 1200, quantity: 2 }], 'jpy')).toBe(2400);
  expect(costOf([], 'usd')).toBe(0);
  expect(costOf([{ price: 1.11, quantity: 3 }], 'kwd')).toBe(3.33);
  expect(costOf([{ price: 0.5, quantity: 3 }], 'lbp')).toBe(1.5);
});
