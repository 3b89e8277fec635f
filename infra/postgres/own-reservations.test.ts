import { expect, it } from 'vitest';
import { haveEnough } from './own-reservations.ts';

const reservation = (...lines: [productId: string, quantity: number][]) => ({
  id: 'any',
  hasOrder: false,
  lines: lines.map(([productId, quantity]) => ({ productId, quantity })),
});

it.each([
  { what: 'the units of one', own: [reservation(['a', 2])], wanted: 2, isEnough: true },
  { what: 'a unit less', own: [reservation(['a', 1])], wanted: 2, isEnough: false },
  { what: 'the units of two together', own: [reservation(['a', 1]), reservation(['a', 1])], wanted: 2, isEnough: true },
  { what: 'units of something else', own: [reservation(['b', 2])], wanted: 2, isEnough: false },
  { what: 'nothing', own: [], wanted: 1, isEnough: false },
])('a shopper with $what: $isEnough', ({ own, wanted, isEnough }) => {
  expect(haveEnough(own, [{ productId: 'a', quantity: wanted }])).toBe(isEnough);
});

it('have enough only if every line is reserved', () => {
  const lines = ['a', 'b'].map((productId) => ({ productId, quantity: 1 }));
  expect(haveEnough([reservation(['a', 1])], lines)).toBe(false);
  expect(haveEnough([reservation(['a', 1], ['b', 1])], lines)).toBe(true);
});
