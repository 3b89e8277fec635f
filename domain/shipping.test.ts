import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import type { RefundRecord } from './refund-units.ts';
import {
  fulfillmentOfShipped,
  isOpenDispute,
  packingLines,
  refusalOfShipping,
  remainingParcel,
  withholdsMoney,
} from './shipping.ts';

const order = {
  hasShipped: false,
  shipped: [],
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 3, unitPriceCents: 300 },
    { productId: 'pot', name: 'Pot', quantity: 1, unitPriceCents: 400 },
  ],
};
const cancels = (refund: Partial<RefundRecord> = {}): RefundRecord =>
  refundRecord({ lines: [{ productId: 'mug', quantity: 1 }], cancelsUnits: true, ...refund });
const mugOf = (...refunds: RefundRecord[]) => packingLines(order, refunds)[0];

describe('packing lines', () => {
  it('are the units bought minus the units canceled', () => {
    expect(mugOf()).toMatchObject({ bought: 3, canceled: 0, pending: 0, toShip: 3 });
    expect(mugOf(cancels())).toMatchObject({ canceled: 1, pending: 0, toShip: 2 });
    expect(mugOf(cancels({ status: 'failed', isGivenUp: true }))).toMatchObject({ canceled: 1, toShip: 2 });
    // The bank returned a refund after its units were restocked.
    expect(mugOf(cancels({ status: 'failed', isRestocked: true }))).toMatchObject({
      canceled: 1,
      pending: 0,
      toShip: 2,
    });
    expect(mugOf(cancels({ status: 'rejected' }))).toMatchObject({ canceled: 0, pending: 0, toShip: 3 });
    // Returned items had shipped.
    expect(mugOf(cancels({ cancelsUnits: false }))).toMatchObject({ canceled: 0, toShip: 3 });
  });

  it('leave out units with an unfinished refund, whatever it waits for', () => {
    for (const status of ['awaiting_approval', 'pending', 'failed'] as const)
      expect([status, mugOf(cancels({ status }))]).toMatchObject([status, { canceled: 0, pending: 1, toShip: 2 }]);
  });

  it('count no unit twice when another refund followed a failed one', () => {
    const lines = [{ productId: 'mug', quantity: 3 }];
    expect(mugOf(cancels({ status: 'failed', lines }), cancels({ lines }))).toMatchObject({
      canceled: 3,
      pending: 0,
      toShip: 0,
    });
  });
});

describe('shipping', () => {
  it('is refused while refunds of its items are unfinished, and names them', () => {
    expect(refusalOfShipping(order, [], false)).toBeUndefined();
    expect(refusalOfShipping(order, [cancels()], false)).toBeUndefined();
    expect(refusalOfShipping(order, [cancels({ status: 'pending' })], false)).toContain('A refund of 1 × “Mug”');
  });

  it('is refused for a failed refund even if another one includes its units, as in PostgreSQL', () => {
    const failed = cancels({ status: 'failed', lines: [{ productId: 'pot', quantity: 1 }] });
    const later = cancels({ lines: [{ productId: 'pot', quantity: 1 }] });
    expect(refusalOfShipping(order, [failed, later], false)).toContain('1 × “Pot”');
  });

  it('is not blocked by goodwill refunds', () => {
    const goodwill = cancels({ status: 'pending', lines: [], cancelsUnits: false });
    expect(refusalOfShipping(order, [goodwill], false)).toBeUndefined();
  });

  it('is refused while a chargeback is open, and when no units are left', () => {
    expect(refusalOfShipping(order, [], true)).toContain('chargeback');
    const all = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
    expect(refusalOfShipping(order, [cancels({ lines: all })], false)).toContain('nothing remains to ship');
  });

  it('distinguishes inquiries from chargebacks', () => {
    const states = ['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review', 'won', 'lost'];
    expect(states.filter(isOpenDispute)).toEqual(states.slice(0, 4));
    expect(states.filter(withholdsMoney)).toEqual(states.slice(0, 2));
  });
});

describe('an order of which a part has shipped', () => {
  const partly = { ...order, shipped: [{ productId: 'mug', quantity: 1 }] };

  it('has only the rest to ship', () => {
    expect(packingLines(partly, [cancels()])).toMatchObject([
      { productId: 'mug', canceled: 1, shipped: 1, toShip: 1 },
      { productId: 'pot', canceled: 0, shipped: 0, toShip: 1 },
    ]);
    expect(remainingParcel(partly, [cancels()])).toEqual([
      { productId: 'mug', quantity: 1 },
      { productId: 'pot', quantity: 1 },
    ]);
  });

  it('has shipped as a whole once the rest has shipped or was canceled for good', () => {
    const rest = [
      { productId: 'mug', quantity: 2 },
      { productId: 'pot', quantity: 1 },
    ];
    expect(fulfillmentOfShipped(partly, [])).toBe('partially_shipped');
    expect(fulfillmentOfShipped(partly, [cancels({ lines: rest })])).toBe('shipped');
    expect(fulfillmentOfShipped(partly, [cancels({ lines: rest, status: 'pending' })])).toBe('partially_shipped');
    expect(fulfillmentOfShipped({ ...partly, shipped: [...partly.shipped, ...rest] }, [])).toBe('shipped');
  });

  it('ships no more than remains, counted over all lines of the parcel', () => {
    const ship = (...parcel: [string, number][]) =>
      refusalOfShipping(
        partly,
        [cancels({ status: 'pending' })],
        false,
        parcel.map(([productId, quantity]) => ({ productId, quantity })),
      );
    expect(ship(['mug', 1], ['pot', 1])).toBeUndefined();
    expect(ship(['mug', 1], ['mug', 1])).toBe('Only 1 of “Mug” remain to ship, but 2 were specified.');
    expect(ship(['cup', 1])).toBe('Product cup is not in this order.');
    expect(refusalOfShipping(partly, [cancels({ status: 'pending' })], false)).toContain('specify "lines"');
    expect(refusalOfShipping(partly, [], true, [{ productId: 'pot', quantity: 1 }])).toContain('chargeback');
    const pots = { ...order, shipped: [{ productId: 'pot', quantity: 1 }] };
    expect(refusalOfShipping(pots, [], false, [{ productId: 'pot', quantity: 1 }])).toBe(
      'No units of “Pot” remain to ship.',
    );
  });

  it('has nothing to ship once everything has shipped', () => {
    const all = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
    expect(refusalOfShipping({ ...order, shipped: all }, [], false)).toBe(
      'All items of this order have shipped or were canceled, so nothing remains to ship.',
    );
  });
});
