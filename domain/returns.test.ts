import { describe, expect, it } from 'vitest';
import { arrivedPart } from './returns.ts';

const ORDER = {
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 3, unitPriceCents: 300 },
    { productId: 'bowl', name: 'Bowl', quantity: 1, unitPriceCents: 400 },
    { productId: 'card', name: 'Card', quantity: 1, unitPriceCents: 0 },
  ],
};
const EXPECTED = {
  amountCents: 1000,
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 2 },
    { productId: 'bowl', name: 'Bowl', quantity: 1 },
    { productId: 'card', name: 'Card', quantity: 1 },
  ],
};
const arrived = (amountCents: number | undefined, ...units: [string, number][]) =>
  arrivedPart(EXPECTED, ORDER, {
    ...(units.length > 0 && { lines: units.map(([productId, quantity]) => ({ productId, quantity })) }),
    ...(amountCents !== undefined && { amountCents }),
  });

describe('a return', () => {
  it('of which everything arrived refunds what was requested', () => {
    expect(arrived(undefined)).toEqual(EXPECTED);
    expect(arrived(999)).toEqual({ ...EXPECTED, amountCents: 999 });
  });

  it('of which a part arrived refunds the price of that part, at most what was requested', () => {
    expect(arrived(undefined, ['mug', 1])).toEqual({
      amountCents: 300,
      lines: [{ productId: 'mug', name: 'Mug', quantity: 1 }],
    });
    expect(arrived(undefined, ['mug', 1], ['mug', 1], ['bowl', 1])).toMatchObject({ amountCents: 1000 });
    expect(
      arrivedPart({ ...EXPECTED, amountCents: 250 }, ORDER, { lines: [{ productId: 'mug', quantity: 1 }] }),
    ).toMatchObject({ amountCents: 250 });
    expect(arrived(200, ['mug', 1])).toMatchObject({ amountCents: 200 });
  });

  it('is refused with the reason', () => {
    const refused = (message: string) => ({ refused: message });
    expect(arrived(undefined, ['mug', 2], ['mug', 1])).toEqual(
      refused('Only 2 of “Mug” were expected, but 3 were specified.'),
    );
    expect(arrived(undefined, ['pot', 1])).toEqual(refused('“pot” is not part of this return.'));
    expect(arrived(301, ['mug', 1])).toEqual(
      refused('The amount is more than this return refunds for these items. Omit it or enter a lower amount.'),
    );
    expect(arrived(1001)).toMatchObject({ refused: expect.stringContaining('more than this return') });
    expect(arrived(undefined, ['card', 1])).toEqual(
      refused('These items were free, so there is nothing to refund. Decline the return.'),
    );
  });

  it('names products outside of the return as the order does', () => {
    const mugs = { amountCents: 600, lines: [{ productId: 'mug', name: 'Mug', quantity: 2 }] };
    expect(arrivedPart(mugs, ORDER, { lines: [{ productId: 'bowl', quantity: 1 }] })).toEqual({
      refused: '“Bowl” is not part of this return.',
    });
  });
});
