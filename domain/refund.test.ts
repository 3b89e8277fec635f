import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ORDER_ACTIONS, ORDER_STATUSES, REFUND_STATUSES } from './order-state.ts';
import {
  asksFor,
  decideRefund,
  isCommitted,
  needsApproval,
  type RefundableOrder,
  type RefundRecord,
  refundableCents,
  refundableQuantities,
} from './refund.ts';

const outcome = fc.constantFrom(...REFUND_STATUSES);
const order = fc
  .array(fc.record({ quantity: fc.integer({ min: 1, max: 5 }), unitPriceCents: fc.integer({ min: 1, max: 3000 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map(
    (lines): RefundableOrder => ({
      status: 'paid',
      capturedCents: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
      lines: lines.map((line, index) => ({ ...line, productId: `p${index}`, name: `Thing ${index}` })),
    }),
  );
const wish = fc.record({
  amountCents: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }),
  lines: fc.option(
    fc.array(
      fc.record({ productId: fc.constantFrom('p0', 'p1', 'p2', 'p9'), quantity: fc.integer({ min: 0, max: 6 }) }),
      {
        maxLength: 3,
      },
    ),
    { nil: undefined },
  ),
  restock: fc.boolean(),
});
const mug: RefundableOrder = {
  status: 'paid',
  capturedCents: 1000,
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 2, unitPriceCents: 300 },
    { productId: 'pot', name: 'Pot', quantity: 1, unitPriceCents: 400 },
  ],
};

describe('refunds', () => {
  it('never add up to more than was charged, nor take more units than were bought, whatever is asked and however each ends', () => {
    fc.assert(
      fc.property(order, fc.array(fc.record({ wish, outcome }), { maxLength: 20 }), (bought, requests) => {
        const refunds: RefundRecord[] = [];
        for (const request of requests) {
          const before = refundableCents(bought, refunds);
          const decision = decideRefund(bought, refunds, request.wish);
          if (decision.ok) refunds.push({ ...decision, status: request.outcome });
          else {
            expect(decision.refundableCents).toBe(before);
            expect(decision.message).toMatch(/\w.*\.$/);
          }
          const given = refunds.filter(isCommitted).reduce((sum, each) => sum + each.amountCents, 0);
          expect(given).toBeLessThanOrEqual(bought.capturedCents);
          expect(refundableCents(bought, refunds)).toBe(bought.capturedCents - given);
          for (const { left } of refundableQuantities(bought, refunds).values()) expect(left).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('take all that is left, every unit of it, when neither amount nor lines are named', () => {
    const refunds: RefundRecord[] = [
      { amountCents: 300, status: 'succeeded', lines: [{ productId: 'mug', quantity: 1 }] },
      { amountCents: 200, status: 'failed', lines: [] },
      { amountCents: 400, status: 'rejected', lines: [{ productId: 'pot', quantity: 1 }] },
    ];
    expect(decideRefund({ ...mug, status: 'partially_refunded' }, refunds, { restock: true })).toEqual({
      ok: true,
      amountCents: 700,
      lines: [
        { productId: 'mug', quantity: 1 },
        { productId: 'pot', quantity: 1 },
      ],
    });
  });

  it('by line cost what the line cost, or less when an amount is named, and each unit once', () => {
    const lines = [{ productId: 'mug', quantity: 2 }];
    expect(decideRefund(mug, [], { lines, restock: true })).toEqual({ ok: true, amountCents: 600, lines });
    expect(decideRefund(mug, [], { lines, amountCents: 250, restock: false })).toMatchObject({ amountCents: 250 });
    expect(decideRefund(mug, [], { lines, amountCents: 601, restock: false })).toMatchObject({ ok: false });
    const first: RefundRecord = { amountCents: 600, status: 'pending', lines };
    expect(decideRefund(mug, [first], { lines: [{ productId: 'mug', quantity: 1 }], restock: false })).toMatchObject({
      ok: false,
      message: 'Of “Mug” nothing is left to refund; 1 were asked for.',
    });
    expect(decideRefund(mug, [], { lines: [{ productId: 'x', quantity: 1 }], restock: false })).toMatchObject({
      ok: false,
      message: 'Product x is not part of this order.',
    });
    // The same product named twice is one wish.
    expect(decideRefund(mug, [], { lines: [...lines, ...lines], restock: false })).toMatchObject({ ok: false });
  });

  it('of a mere amount put nothing back on sale: nobody knows which items', () => {
    expect(decideRefund(mug, [], { amountCents: 400, restock: true })).toMatchObject({
      ok: false,
      code: 'invalid_request',
    });
    expect(decideRefund(mug, [], { amountCents: 400, restock: false })).toEqual({
      ok: true,
      amountCents: 400,
      lines: [],
    });
    expect(decideRefund(mug, [], { amountCents: 1000, restock: true })).toMatchObject({ ok: true, lines: [{}, {}] });
  });

  it('are refused where an order holds no money, with a reason to act on', () => {
    for (const status of ORDER_STATUSES) {
      const decision = decideRefund({ ...mug, status }, [], { amountCents: 1, restock: false });
      expect(decision.ok).toBe((ORDER_ACTIONS.refund as readonly string[]).includes(status));
      if (!decision.ok) expect(decision.code).toBe('order_not_refundable');
    }
    expect(decideRefund(mug, [], { amountCents: 1001, restock: false })).toMatchObject({
      ok: false,
      code: 'refund_exceeds_charge',
      refundableCents: 1000,
    });
    for (const amountCents of [0, -1, 1.5])
      expect(() => decideRefund(mug, [], { amountCents, restock: false })).toThrow(RangeError);
  });
});

describe('a repeated request', () => {
  const made = { amountCents: 600, lines: [{ productId: 'mug', quantity: 2 }], reason: 'broken' };

  it('is known by what it asks for, also when it names a product twice', () => {
    const one = { productId: 'mug', quantity: 1 };
    expect(asksFor({ reason: 'broken' }, made)).toBe(true);
    expect(asksFor({ reason: 'broken', lines: [one, one] }, made)).toBe(true);
    expect(asksFor({ reason: 'broken', lines: [one] }, made)).toBe(false);
    expect(asksFor({ reason: 'broken', amountCents: 599 }, made)).toBe(false);
    expect(asksFor({ reason: 'late' }, made)).toBe(false);
  });
});

describe('approval', () => {
  const limits = { customerCents: 100, supportCents: 500, leadCents: 1000 };
  const record = { lines: [], approved: false };

  it('is needed above the limit of the role that asks', () => {
    expect(needsApproval(limits, 'support', [], 500)).toBe(false);
    expect(needsApproval(limits, 'support', [], 501)).toBe(true);
    expect(needsApproval(limits, 'support_lead', [], 1000)).toBe(false);
    expect(needsApproval(limits, 'admin', [], 1001)).toBe(true);
    expect(needsApproval(limits, 'customer', [], 101)).toBe(true);
    expect(needsApproval(limits, 'system', [], 1_000_000)).toBe(false);
  });

  it('can’t be avoided in slices: what nobody approved counts together', () => {
    const slices = [
      { ...record, amountCents: 300, status: 'succeeded' as const },
      { ...record, amountCents: 900, status: 'succeeded' as const, approved: true },
      { ...record, amountCents: 900, status: 'failed' as const },
    ];
    expect(needsApproval(limits, 'support', slices, 200)).toBe(false);
    expect(needsApproval(limits, 'support', slices, 201)).toBe(true);
  });
});
