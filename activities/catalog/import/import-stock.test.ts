/** Effects of an imported row on the units on hand, and reasons why it is refused. */
import { describe, expect, it } from 'vitest';
import { MAX_STOCK } from '../../../domain/stock.ts';
import type { ImportRow } from './import-row.ts';
import { judge } from './import-stock.ts';

const KNOWN = { id: 'p1', sku: 'A-1', family_id: null, quantity: 10, reserved: 4, version: 7 };
const row = (given: Partial<ImportRow>): ImportRow => ({ line: 1, sku: 'A-1', currency: 'usd', ...given });
const delivery = (stockDelta: number) => ({ stockDelta, stockReference: 'D-1' });

describe('a row of an existing product', () => {
  it.each<[string, Partial<ImportRow>, number | undefined]>([
    ['without stock', { name: 'Mug' }, undefined],
    ['with a delivery', delivery(5), 15],
    ['with removed units', delivery(-6), 4],
    ['with a count of the current version', { stockQuantity: 8, stockVersion: 7 }, 8],
    ['with the current number', { stockQuantity: 10 }, 10],
  ])('%s', (_what, given, stockQuantity) => {
    expect(judge(row(given), KNOWN, new Map())).toEqual({ stockQuantity });
  });

  it.each<[Partial<ImportRow>, string]>([
    [delivery(-7), 'stock_delta: 4 of the 10 units on hand are reserved; stock can’t be set below that'],
    [delivery(MAX_STOCK), `stock_delta: at most ${MAX_STOCK} units can be on hand; the product has 10`],
    [
      { stockQuantity: 8, stockVersion: 6 },
      'stock_quantity: 10 units are on hand (stock_version 7); send the stock_version of your count, or use stock_delta and stock_reference',
    ],
    [
      { stockQuantity: 3, stockVersion: 7 },
      'stock_quantity: 4 of the 10 units on hand are reserved; stock can’t be set below that',
    ],
  ])('is refused: %j', (given, reason) => {
    expect(judge(row(given), KNOWN, new Map())).toEqual({ reason });
  });

  it('does not apply a delivery twice, and refuses a different one with the same reference', () => {
    const counted = new Map([['p1 import:D-1', 5]]);
    expect(judge(row(delivery(5)), KNOWN, counted)).toEqual({ stockQuantity: undefined });
    expect(judge(row(delivery(6)), KNOWN, counted)).toEqual({
      reason: 'stock_reference: D-1 was already applied as 5; use a different reference',
    });
    const ofOther = new Map([['p2 import:D-1', 5]]);
    expect(judge(row(delivery(5)), KNOWN, ofOther)).toEqual({ stockQuantity: 15 });
  });
});

describe('a row of a new product', () => {
  const needed = { name: 'Mug', priceCents: 1250 };

  it.each<[Partial<ImportRow>, number | undefined]>([
    [{}, undefined],
    [{ stockQuantity: 3 }, 3],
    [delivery(5), 5],
  ])('is created with its stock: %j', (given, stockQuantity) => {
    expect(judge(row({ ...needed, ...given }), undefined, new Map())).toEqual({ stockQuantity });
  });

  it.each<[Partial<ImportRow>, string]>([
    [{}, 'sku A-1 is new and needs a name and a price'],
    [{ name: 'Mug' }, 'sku A-1 is new and needs a price'],
    [{ priceCents: 1250 }, 'sku A-1 is new and needs a name'],
    [{ ...needed, stockQuantity: 3, stockVersion: 1 }, 'stock_version: sku A-1 is new; leave it empty'],
    [{ ...needed, ...delivery(-1) }, 'stock_delta: sku A-1 is new and has no units to remove'],
  ])('is refused: %j', (given, reason) => {
    expect(judge(row(given), undefined, new Map())).toEqual({ reason });
  });
});
