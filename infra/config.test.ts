import { expect, it } from 'vitest';
import { readSome } from './config.ts';

it.each(['zzz', 'USD', 'dollars', 'xau'])('refuses the currency %s, saying what one looks like', (CURRENCY) => {
  expect(() => readSome(['CURRENCY'], { CURRENCY })).toThrow(
    /CURRENCY: is not a currency that Stripe charges \(.*such as usd/,
  );
});

it.each(['usd', 'jpy', 'kwd', 'isk'])('takes the currency %s', (CURRENCY) => {
  expect(readSome(['CURRENCY'], { CURRENCY })).toEqual({ CURRENCY });
});
