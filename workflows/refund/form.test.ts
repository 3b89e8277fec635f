import { describe, expect, it } from 'vitest';
import type { OrderFacts } from '../../activities/orders/order-facts.ts';
import { anAmount, lineList, readForm } from './form.ts';

const MUG = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';
const ORDER = {
  currency: 'usd',
  lines: [
    { productId: MUG, sku: 'MUG-1', name: 'Mug', quantity: 2, unitPriceCents: 1250 },
    { productId: '1c8a3c0f-6e2d-4b4f-8071-3a2d9e8f7b66', sku: 'BOWL', name: 'Bowl', quantity: 1, unitPriceCents: 500 },
  ],
} as unknown as OrderFacts;

describe('a refund that staff request in the Temporal UI', () => {
  it('is an amount, lines by SKU or product, both, or everything', () => {
    expect(readForm(ORDER, { all: true })).toEqual({ amountCents: undefined, lines: undefined });
    expect(readForm(ORDER, { amount: 12.5 })).toEqual({ amountCents: 1250, lines: undefined });
    expect(readForm(ORDER, { lines: [{ product: 'BOWL', quantity: 1 }] })).toEqual({
      amountCents: undefined,
      lines: [{ productId: ORDER.lines[1]!.productId, quantity: 1 }],
    });
    expect(readForm(ORDER, { amount: 1, lines: [{ product: MUG.toUpperCase(), quantity: 2 }] })).toEqual({
      amountCents: 100,
      lines: [{ productId: MUG, quantity: 2 }],
    });
  });

  it('gets an explanation when it is invalid', () => {
    expect(readForm(ORDER, { amount: 0.001 })).toBe(
      '“amount”: Enter an amount in USD with no more decimal places than the currency has.',
    );
    expect(readForm(ORDER, { lines: [{ product: 'CUP', quantity: 1 }] })).toBe(
      '“CUP” is not in this order. Its SKUs are MUG-1, BOWL.',
    );
  });

  it('has a positive amount', () => {
    expect(anAmount(0.01)).toBeUndefined();
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '1', null])
      expect(anAmount(value)).toBe('“amount” must be a number greater than 0, such as 12.50.');
  });

  it('has lines with a product and a quantity each', () => {
    expect(lineList([{ product: 'MUG-1', quantity: 1 }])).toBeUndefined();
    const line = { product: 'MUG-1', quantity: 1 };
    const refused = [
      [],
      {},
      'MUG-1',
      [null],
      ['MUG-1'],
      [5],
      [{ ...line, quantity: 0 }],
      [{ ...line, quantity: 1.5 }],
      [{ ...line, quantity: '1' }],
      [{ ...line, product: 1 }],
      [line, {}],
    ];
    for (const value of refused)
      expect(lineList(value)).toBe('“lines” must be a list such as [{"product": "MUG-1", "quantity": 1}].');
  });
});
