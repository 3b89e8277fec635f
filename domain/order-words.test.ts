import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import { fromStripeAmount, toStripeAmount } from './currencies.ts';
import { formatMoney, fromDecimal } from './money.ts';
import { hasShipped, refusalOf, statusInWords, statusOfPaid } from './order-state.ts';
import { UNMATCHED_IN_WORDS } from './payment.ts';
import type { RefundRecord } from './refund-units.ts';
import { exceededLimit, limitMessage } from './reservation-limits.ts';
import { packingLines, refusalOfShipping } from './shipping.ts';
import { changeStock, MAX_STOCK } from './stock.ts';

describe('a paid order', () => {
  it.each([
    ['unfulfilled', 0, 'paid'],
    ['unfulfilled', 1, 'partially_refunded'],
    ['unfulfilled', 99, 'partially_refunded'],
    ['unfulfilled', 100, 'refunded'],
    ['unfulfilled', 101, 'refunded'],
    ['under_review', 1, 'under_review'],
    ['shipped', 99, 'shipped'],
    ['delivered', 0, 'delivered'],
    ['delivered', 100, 'refunded'],
  ] as const)('that is %s with %d of 100 refunded is %s', (fulfillment, refundedCents, status) => {
    expect(statusOfPaid({ fulfillment, capturedCents: 100, refundedCents })).toBe(status);
  });

  it('counts as shipped when it is shipped or delivered', () => {
    const all = ['unfulfilled', 'under_review', 'shipped', 'delivered'] as const;
    expect(all.map(hasShipped)).toEqual([false, false, true, true]);
  });
});

describe('a refusal message', () => {
  it('says what the reader can do', () => {
    expect(statusInWords('partially_refunded')).toBe('partially refunded');
    expect(refusalOf('cancel', 'shipped')).toBe(
      "An order that is shipped can't be canceled. It has shipped. Refund it or mark it delivered instead.",
    );
    expect(refusalOf('markShipped', 'under_review')).toBe(
      "An order that is under review can't be marked shipped. End its review first.",
    );
    expect(refusalOf('extendReservation', 'paid')).toBe(
      "An order that is paid can't have its reservation extended. It is paid and has not shipped.",
    );
    expect(refusalOf('cancel', 'paid')).toBeUndefined();
  });

  it('of a reservation names the limit', () => {
    const limits = { maxUnitsPerOwner: 3, maxUnitsPerGuest: 2, maxOpenPerAddress: 1, maxUnitsPerAddress: 4 };
    const none = { open: 0, units: 0 };
    const messageOf = (request: Parameters<typeof exceededLimit>[1]) => limitMessage(exceededLimit(limits, request)!);
    expect(messageOf({ isGuest: true, units: 3, address: none })).toMatch(/^Guests can reserve up to 2 items/);
    expect(messageOf({ isGuest: false, units: 4, address: none })).toMatch(/^You can reserve up to 3 items/);
    expect(messageOf({ isGuest: false, units: 1, address: { open: 1, units: 1 } })).toMatch(/^Your network has 1 open/);
    expect(messageOf({ isGuest: false, units: 2, address: { open: 0, units: 3 } })).toMatch(
      /^Shoppers on your network can reserve up to 4 items/,
    );
  });

  it('of a payment names the reason', () => {
    expect(UNMATCHED_IN_WORDS).toEqual({
      other_intent: 'it is not the payment that was created for the order',
      wrong_amount: 'its amount differs from the amount due',
      wrong_currency: 'its currency differs from the order’s currency',
    });
  });
});

describe('units to ship', () => {
  const order = {
    hasShipped: false,
    shipped: [],
    lines: [
      { productId: 'mug', name: 'Mug', quantity: 2, unitPriceCents: 1 },
      { productId: 'bowl', name: 'Bowl', quantity: 1, unitPriceCents: 1 },
    ],
  };
  const refund = (status: RefundRecord['status'], ...products: string[]): RefundRecord =>
    refundRecord({ status, lines: products.map((productId) => ({ productId, quantity: 1 })), cancelsUnits: true });

  it('names every unit with an unfinished refund', () => {
    expect(refusalOfShipping(order, [refund('pending', 'mug', 'bowl', 'cup')], false)).toMatch(
      /^A refund of 1 × “Mug”, 1 × “Bowl”, 1 × “cup” is unfinished/,
    );
    expect(packingLines(order, [refund('pending', 'cup')]).map(({ toShip }) => toShip)).toEqual([2, 1]);
  });

  it('can ship as long as any unit is left', () => {
    expect(refusalOfShipping(order, [refund('succeeded', 'bowl')], false)).toBeUndefined();
    expect(refusalOfShipping(order, [refund('succeeded', 'mug', 'mug', 'bowl')], false)).toBe(
      'All items of this order were canceled, so nothing remains to ship.',
    );
  });
});

it('stock is limited to ten million units', () => {
  const state = { quantity: 0, reserved: 0, version: 1 };
  expect(changeStock(state, { delta: MAX_STOCK })).toEqual({ quantity: MAX_STOCK });
  expect(changeStock(state, { delta: MAX_STOCK + 1 })).toEqual({ refused: 'too_many' });
});

describe('an amount', () => {
  it('at Stripe is an integer', () => {
    for (const amount of [0.5, Number.NaN, 2 ** 53]) {
      expect(() => toStripeAmount(amount, 'usd')).toThrow(`not an amount in minor units: ${amount}`);
      expect(() => fromStripeAmount(amount, 'usd')).toThrow(`not an amount of Stripe’s: ${amount}`);
    }
  });

  it('is parsed without surrounding spaces, and the error names the currency', () => {
    expect(fromDecimal(' 1.5 ', 'usd')).toBe(150);
    expect(() => fromDecimal('1.555', 'usd')).toThrow('USD has 2 decimals: 1.555');
    expect([formatMoney(150, 'usd'), formatMoney(150, 'jpy'), formatMoney(150, 'usd')]).toEqual([
      '$1.50',
      '¥150',
      '$1.50',
    ]);
  });
});
