/** Refunds of an order of which a part has shipped: 1 of 2 mugs, and no bowl. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import { decideRefund, type RequestedPart, refusalOfResumed, replacedBy } from './refund.ts';
import { isCommitted, type RefundableOrder, type RefundRecord, refundableQuantities } from './refund-units.ts';
import { packingLines } from './shipping.ts';

const line = (productId: string, quantity: number) => ({ productId, quantity });
const ORDER: RefundableOrder = {
  status: 'partially_shipped',
  hasShipped: false,
  shipped: [line('mug', 1)],
  capturedCents: 1000,
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 2, unitPriceCents: 300 },
    { productId: 'bowl', name: 'Bowl', quantity: 1, unitPriceCents: 400 },
  ],
};
const decide = (request: Partial<RequestedPart>, refunds: RefundRecord[] = []) =>
  decideRefund(ORDER, refunds, { restock: false, ...request });
const canceledMug = refundRecord({ amountCents: 300, lines: [line('mug', 1)], cancelsUnits: true });
const returnedMug = refundRecord({ amountCents: 300, lines: [line('mug', 1)], cancelsUnits: false });

describe('a refund of a partially shipped order', () => {
  it('cancels units that have not shipped, and leaves shipped ones for a return', () => {
    expect(decide({ lines: [line('mug', 1)] })).toMatchObject({ cancelsUnits: true, restock: true, amountCents: 300 });
    expect(decide({ lines: [line('mug', 1)], awaitReturn: true })).toMatchObject({
      cancelsUnits: false,
      restock: false,
    });
    // The unshipped mug is canceled already, so another mug can only be the shipped one.
    expect(decide({ lines: [line('mug', 1)] }, [canceledMug])).toMatchObject({ cancelsUnits: false });
    expect(decide({ lines: [line('mug', 1)] }, [canceledMug, returnedMug])).toMatchObject({
      message: 'No units of “Mug” can still be refunded.',
    });
    expect(decide({ lines: [line('bowl', 1)], awaitReturn: true })).toMatchObject({
      message: 'No units of “Bowl” can still be refunded.',
    });
  });

  it('of units in both places is split into two requests', () => {
    const split = {
      outcome: 'refused',
      code: 'invalid_request',
      message: expect.stringContaining('in its own request'),
    };
    expect(decide({ lines: [line('mug', 2)] })).toMatchObject(split);
    expect(decide({})).toMatchObject(split);
    expect(decide({ awaitReturn: true })).toMatchObject(split);
    expect(decide({ amountCents: 1000 })).toMatchObject(split);
    expect(decide({ lines: [line('mug', 3)] })).toMatchObject({
      message: 'Only 1 of “Mug” can still be refunded, but 3 were requested.',
    });
  });

  it('of everything is of the only place that has units left', () => {
    const unshipped = [line('mug', 1), line('bowl', 1)];
    expect(decide({}, [returnedMug])).toMatchObject({ cancelsUnits: true, amountCents: 700, lines: unshipped });
    const canceled = refundRecord({ amountCents: 700, lines: unshipped, cancelsUnits: true });
    expect(decide({}, [canceled])).toMatchObject({ cancelsUnits: false, amountCents: 300, lines: [line('mug', 1)] });
  });

  it('of an amount cancels nothing', () => {
    expect(decide({ amountCents: 500 })).toMatchObject({ outcome: 'accepted', cancelsUnits: false, lines: [] });
  });

  it('of the entire remaining charge leaves nothing that ships unpaid', () => {
    const refunded = refundRecord({ amountCents: 700, lines: [], cancelsUnits: false });
    expect(decide({ lines: [line('mug', 1)], awaitReturn: true }, [refunded])).toMatchObject({
      message: expect.stringContaining('1 × “Mug”, 1 × “Bowl” would still ship unpaid'),
    });
  });

  it('replaces a failed one that would cancel the same units, and no other', () => {
    const failed = { ...canceledMug, status: 'failed' as const };
    const made = { amountCents: 300, lines: [line('mug', 1)] };
    expect(replacedBy(ORDER, [failed], { ...made, cancelsUnits: true })).toEqual([failed]);
    expect(replacedBy(ORDER, [failed], { ...made, cancelsUnits: false })).toEqual([]);
  });

  it('that waited is refused when its units were refunded meanwhile', () => {
    const money = (cents: number) => `${cents}`;
    expect(refusalOfResumed(ORDER, [returnedMug], canceledMug, money)).toBeUndefined();
    expect(refusalOfResumed(ORDER, [canceledMug], canceledMug, money)).toMatch(/^Only 0 of “Mug”/);
  });
});

it('whatever ships and is refunded, no unit is canceled and shipped, or refunded twice', () => {
  const units = fc.array(
    fc.record({ product: fc.constantFrom('mug', 'bowl'), quantity: fc.integer({ min: 1, max: 3 }) }),
    {
      minLength: 1,
      maxLength: 2,
    },
  );
  const step = fc.record({
    ships: fc.boolean(),
    awaitReturn: fc.boolean(),
    units,
    status: fc.constantFrom('pending', 'succeeded', 'failed', 'rejected', 'awaiting_return'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      let order: RefundableOrder = { ...ORDER, shipped: [] };
      let refunds: RefundRecord[] = [];
      for (const { ships, awaitReturn, units, status } of steps) {
        const lines = units.map(({ product, quantity }) => line(product, quantity));
        const left = packingLines(order, refunds);
        if (ships) {
          const parcel = lines.filter(({ productId, quantity }, index) => {
            const isFirst = lines.findIndex((each) => each.productId === productId) === index;
            return isFirst && quantity <= left.find((each) => each.productId === productId)!.toShip;
          });
          order = { ...order, shipped: [...order.shipped, ...parcel] };
        } else {
          const decision = decideRefund(order, refunds, { lines, restock: false, awaitReturn });
          if (decision.outcome === 'refused') continue;
          const replaced = replacedBy(order, refunds, decision);
          refunds = refunds.map((refund) => (replaced.includes(refund) ? { ...refund, status: 'rejected' } : refund));
          // Only shipped units can be returned.
          const isWaiting = status === 'awaiting_return' && decision.cancelsUnits;
          refunds.push(refundRecord({ ...decision, status: isWaiting ? 'awaiting_approval' : status }));
        }
        for (const { bought, canceled, pending, shipped, toShip } of packingLines(order, refunds))
          expect(canceled + pending + shipped + toShip).toBe(bought);
        for (const { shipped, unshipped } of refundableQuantities(order, refunds).values()) {
          expect(shipped).toBeGreaterThanOrEqual(0);
          expect(unshipped).toBeGreaterThanOrEqual(0);
        }
        const committed = refunds.filter(isCommitted).reduce((sum, refund) => sum + refund.amountCents, 0);
        expect(committed).toBeLessThanOrEqual(order.capturedCents);
      }
    }),
    { numRuns: 300 },
  );
});
