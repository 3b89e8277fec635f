import { expect, it } from 'vitest';
import { readPrice } from './price.ts';

it.each<[string | number, string, number]>([
  ['19.99', 'usd', 1999],
  [1200, 'jpy', 1200],
  ['1200.00', 'jpy', 1200],
  ['1.230', 'kwd', 1230],
  [1.23, 'kwd', 1230],
  ['999999.99', 'usd', 99_999_999],
  ['999999.990', 'kwd', 999_999_990],
  ['5.00', 'mga', 500],
])('reads %s %s', (value, currency, cents) => {
  expect(readPrice(value, currency)).toBe(cents);
});

it.each<[string | number, string, string]>([
  [1200.5, 'jpy', 'must be a number such as 19, with at most 0 decimals in JPY (it is 1200.5)'],
  ['1.2345', 'kwd', 'at most 3 decimals in KWD'],
  ['1.234', 'kwd', 'must be a multiple of 0.010 in KWD, such as 19.990'],
  ['5.50', 'mga', 'must be a multiple of 1.00 in MGA'],
  ['1,299.00', 'usd', 'must be a number such as 19.99'],
  ['$5.00', 'usd', 'must be a number such as 19.99'],
  ['.99', 'usd', 'must be a number such as 19.99'],
  [0, 'usd', 'must be more than 0'],
  [-1, 'usd', 'must be more than 0'],
  [1_000_000, 'jpy', 'must be at most 999999.99'],
  [1_000_000, 'kwd', 'must be at most 999999.99'],
  [1, 'zzz', 'ZZZ is not a currency that Stripe supports'],
])('says what is wrong with %s %s', (value, currency, problem) => {
  expect(readPrice(value, currency)).toContain(problem);
});
