import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import type { RefundRecord } from './refund.ts';
import { isOpenDispute, packingLines, refusalOfShipping, withholdsMoney } from './shipping.ts';

const order = {
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 3, unitPriceCents: 300 },
    { productId: 'pot', name: 'Pot', quantity: 1, unitPriceCents: 400 },
  ],
};
const cancels = (refund: Partial<RefundRecord> = {}): RefundRecord =>
  refundRecord({ lines: [{ productId: 'mug', quantity: 1 }], cancelsUnits: true, ...refund });
const mugOf = (...refunds: RefundRecord[]) => packingLines(order, refunds)[0];

describe('what packers see', () => {
  it('is what was bought, minus what was canceled', () => {
    expect(mugOf()).toMatchObject({ bought: 3, canceled: 0, pending: 0, toShip: 3 });
    expect(mugOf(cancels())).toMatchObject({ canceled: 1, pending: 0, toShip: 2 });
    expect(mugOf(cancels({ status: 'failed', isGivenUp: true }))).toMatchObject({ canceled: 1, toShip: 2 });
    // The bank took a refund back after its units were on sale again.
    expect(mugOf(cancels({ status: 'failed', isRestocked: true }))).toMatchObject({
      canceled: 1,
      pending: 0,
      toShip: 2,
    });
    expect(mugOf(cancels({ status: 'rejected' }))).toMatchObject({ canceled: 0, pending: 0, toShip: 3 });
    // Goods that came back had shipped.
    expect(mugOf(cancels({ cancelsUnits: false }))).toMatchObject({ canceled: 0, toShip: 3 });
  });

  it('leaves out units whose refund is not finished, whoever it waits for', () => {
    for (const status of ['awaiting_approval', 'pending', 'failed'] as const)
      expect([status, mugOf(cancels({ status }))]).toMatchObject([status, { canceled: 0, pending: 1, toShip: 2 }]);
  });

  it('counts no unit twice when a failed refund was followed by another one', () => {
    const lines = [{ productId: 'mug', quantity: 3 }];
    expect(mugOf(cancels({ status: 'failed', lines }), cancels({ lines }))).toMatchObject({
      canceled: 3,
      pending: 0,
      toShip: 0,
    });
  });
});

describe('shipping', () => {
  it('waits for refunds of its items, and says for which', () => {
    expect(refusalOfShipping(order, [], false)).toBeUndefined();
    expect(refusalOfShipping(order, [cancels()], false)).toBeUndefined();
    expect(refusalOfShipping(order, [cancels({ status: 'pending' })], false)).toContain('A refund of 1 × “Mug”');
  });

  it('waits for a failed refund although another one has taken its units: PostgreSQL refuses it too', () => {
    const failed = cancels({ status: 'failed', lines: [{ productId: 'pot', quantity: 1 }] });
    const later = cancels({ lines: [{ productId: 'pot', quantity: 1 }] });
    expect(refusalOfShipping(order, [failed, later], false)).toContain('1 × “Pot”');
  });

  it('is not stopped by goodwill', () => {
    const goodwill = cancels({ status: 'pending', lines: [], cancelsUnits: false });
    expect(refusalOfShipping(order, [goodwill], false)).toBeUndefined();
  });

  it('waits for the bank while a chargeback is open, and never sends an order of which nothing is left', () => {
    expect(refusalOfShipping(order, [], true)).toContain('chargeback');
    const all = order.lines.map(({ productId, quantity }) => ({ productId, quantity }));
    expect(refusalOfShipping(order, [cancels({ lines: all })], false)).toContain('nothing remains to ship');
  });

  it('tells inquiries from chargebacks', () => {
    const states = ['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review', 'won', 'lost'];
    expect(states.filter(isOpenDispute)).toEqual(states.slice(0, 4));
    expect(states.filter(withholdsMoney)).toEqual(states.slice(0, 2));
  });
});
