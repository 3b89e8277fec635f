import { expect, it } from 'vitest';
import { changeStock, MAX_STOCK, type StockChange, type StockOutcome } from './stock.ts';

const state = { quantity: 10, reserved: 4, version: 7 };

it.each<[string, StockChange, StockOutcome]>([
  ['a delivery', { delta: 5 }, { quantity: 15 }],
  ['units that went', { delta: -6 }, { quantity: 4 }],
  ['more than is free', { delta: -7 }, { refused: 'reserved' }],
  ['more than fits', { delta: MAX_STOCK }, { refused: 'too_many' }],
  ['a count of this version', { quantity: 8, version: 7 }, { quantity: 8 }],
  ['a count of an older version', { quantity: 8, version: 6 }, { refused: 'changed' }],
  ['a count of no version', { quantity: 8 }, { refused: 'changed' }],
  ['a count below what is reserved', { quantity: 3, version: 7 }, { refused: 'reserved' }],
  ['the number that is there', { quantity: 10 }, { quantity: 10 }],
  ['the number that is there, sent again', { quantity: 10, version: 6 }, { quantity: 10 }],
])('%s', (_name, change, outcome) => {
  expect(changeStock(state, change)).toEqual(outcome);
});
