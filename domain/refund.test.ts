import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refundRecord } from '../tests/support/refund-record.ts';
import { ORDER_ACTIONS, ORDER_STATUSES, REFUND_STATUSES } from './order-state.ts';
import {
  asksFor,
  decideRefund,
  needsApproval,
  refundableCents,
  refundCents,
  refusalOfResumed,
  replacedBy,
  returnsClosedAt,
} from './refund.ts';
import { isCommitted, type RefundableOrder, type RefundRecord, refundableQuantities } from './refund-units.ts';

const outcome = fc.constantFrom(...REFUND_STATUSES);
const order = fc
  .array(fc.record({ quantity: fc.integer({ min: 1, max: 5 }), unitPriceCents: fc.integer({ min: 1, max: 3000 }) }), {
    minLength: 1,
    maxLength: 4,
  })
  .map(
    (lines): RefundableOrder => ({
      status: 'paid',
      hasShipped: false,
      shipped: [],
      capturedCents: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
      lines: lines.map((line, index) => ({ ...line, productId: `p${index}`, name: `Thing ${index}` })),
    }),
  );
const request = fc.record({
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
  hasShipped: true,
  shipped: [],
  capturedCents: 1000,
  lines: [
    { productId: 'mug', name: 'Mug', quantity: 2, unitPriceCents: 300 },
    { productId: 'pot', name: 'Pot', quantity: 1, unitPriceCents: 400 },
  ],
};

describe('refunds', () => {
  it('never add up to more than was charged or include more units than were bought, for any requests and outcomes', () => {
    fc.assert(
      fc.property(order, fc.array(fc.record({ request, outcome }), { maxLength: 20 }), (bought, requests) => {
        const refunds: RefundRecord[] = [];
        for (const request of requests) {
          const before = refundableCents(bought, refunds);
          const decision = decideRefund(bought, refunds, request.request);
          if (decision.outcome === 'accepted') refunds.push(refundRecord({ ...decision, status: request.outcome }));
          else {
            expect(decision.refundableCents).toBe(before);
            expect(decision.message).toMatch(/\w.*\.$/);
          }
          const given = refunds.filter(isCommitted).reduce((sum, each) => sum + each.amountCents, 0);
          expect(given).toBeLessThanOrEqual(bought.capturedCents);
          expect(refundableCents(bought, refunds)).toBe(bought.capturedCents - given);
          for (const { unshipped } of refundableQuantities(bought, refunds).values())
            expect(unshipped).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('refund the whole remainder with all its units when neither an amount nor lines are given', () => {
    const refunds: RefundRecord[] = [
      refundRecord({ amountCents: 300, status: 'succeeded', lines: [{ productId: 'mug', quantity: 1 }] }),
      refundRecord({ amountCents: 200, status: 'failed' }),
      refundRecord({ amountCents: 400, status: 'rejected', lines: [{ productId: 'pot', quantity: 1 }] }),
    ];
    expect(decideRefund({ ...mug, status: 'partially_refunded' }, refunds, { restock: true })).toEqual({
      outcome: 'accepted',
      restock: true,
      cancelsUnits: false,
      amountCents: 700,
      lines: [
        { productId: 'mug', quantity: 1 },
        { productId: 'pot', quantity: 1 },
      ],
    });
  });

  it('by line cost the price of the line, or less when an amount is given, and each unit only once', () => {
    const lines = [{ productId: 'mug', quantity: 2 }];
    expect(decideRefund(mug, [], { lines, restock: true })).toMatchObject({
      outcome: 'accepted',
      amountCents: 600,
      lines,
    });
    expect(decideRefund(mug, [], { lines, amountCents: 250, restock: false })).toMatchObject({ amountCents: 250 });
    expect(decideRefund(mug, [], { lines, amountCents: 601, restock: false })).toMatchObject({ outcome: 'refused' });
    const first = refundRecord({ amountCents: 600, status: 'pending', lines });
    expect(decideRefund(mug, [first], { lines: [{ productId: 'mug', quantity: 1 }], restock: false })).toMatchObject({
      outcome: 'refused',
      message: 'No units of “Mug” can still be refunded.',
    });
    expect(decideRefund(mug, [], { lines: [{ productId: 'x', quantity: 1 }], restock: false })).toMatchObject({
      outcome: 'refused',
      message: 'Product x is not in this order.',
    });
    // Two lines of the same product add up.
    expect(decideRefund(mug, [], { lines: [...lines, ...lines], restock: false })).toMatchObject({
      outcome: 'refused',
    });
  });

  it('of an amount without lines restock nothing, because the items are unknown', () => {
    expect(decideRefund(mug, [], { amountCents: 400, restock: true })).toMatchObject({
      outcome: 'refused',
      code: 'invalid_request',
    });
    expect(decideRefund(mug, [], { amountCents: 400, restock: false })).toEqual({
      outcome: 'accepted',
      amountCents: 400,
      lines: [],
      restock: false,
      cancelsUnits: false,
    });
    expect(decideRefund(mug, [], { amountCents: 1000, restock: true })).toMatchObject({
      outcome: 'accepted',
      lines: [{}, {}],
    });
  });

  it('of unshipped units cancel and restock them, whatever the request says', () => {
    const unshipped = { ...mug, hasShipped: false };
    const lines = [{ productId: 'mug', quantity: 1 }];
    expect(decideRefund(unshipped, [], { lines, restock: false })).toMatchObject({ cancelsUnits: true, restock: true });
    expect(decideRefund(mug, [], { lines, restock: false })).toMatchObject({ cancelsUnits: false, restock: false });
    // A goodwill amount includes no units, unless it is all of the money.
    expect(decideRefund(unshipped, [], { amountCents: 999, restock: false })).toMatchObject({
      lines: [],
      cancelsUnits: false,
    });
    expect(decideRefund(unshipped, [], { amountCents: 1000, restock: false })).toMatchObject({
      lines: [{}, {}],
      cancelsUnits: true,
    });
  });

  it('of an amount without lines are for staff; a shopper names items or refunds everything', () => {
    const request = { restock: false, isShopper: true };
    expect(decideRefund(mug, [], { ...request, amountCents: 999 })).toMatchObject({
      outcome: 'refused',
      code: 'invalid_request',
    });
    expect(decideRefund(mug, [], { ...request, amountCents: 1000 })).toMatchObject({
      outcome: 'refused',
      code: 'invalid_request',
    });
    expect(decideRefund(mug, [], request)).toMatchObject({ outcome: 'accepted', amountCents: 1000 });
    const lines = [{ productId: 'pot', quantity: 1 }];
    expect(decideRefund(mug, [], { ...request, lines, amountCents: 300 })).toMatchObject({
      outcome: 'accepted',
      amountCents: 300,
    });
  });

  it('that staff made in another way keep their units, so that no other refund includes them', () => {
    const lines = [{ productId: 'pot', quantity: 1 }];
    const failed = refundRecord({ amountCents: 400, status: 'failed', lines, cancelsUnits: true });
    expect(decideRefund(mug, [failed], { lines, restock: false })).toMatchObject({ outcome: 'accepted' });
    expect(decideRefund(mug, [{ ...failed, isGivenUp: true }], { lines, restock: false })).toMatchObject({
      outcome: 'refused',
    });
  });

  it('can’t be more than the remaining charge', () => {
    const lines = [{ productId: 'mug', quantity: 2 }];
    const goodwill = refundRecord({ amountCents: 600, status: 'succeeded' });
    expect(decideRefund(mug, [goodwill], { lines, restock: false })).toMatchObject({
      outcome: 'refused',
      code: 'refund_exceeds_charge',
    });
    expect(decideRefund(mug, [goodwill], { lines, amountCents: 400, restock: false })).toMatchObject({
      outcome: 'accepted',
    });
  });

  it('are refused with a reason to act on when nothing was paid for the order', () => {
    for (const status of ORDER_STATUSES) {
      const decision = decideRefund({ ...mug, status }, [], { amountCents: 1, restock: false });
      expect(decision.outcome === 'accepted').toBe((ORDER_ACTIONS.refund as readonly string[]).includes(status));
      if (decision.outcome === 'refused') expect(decision.code).toBe('order_not_refundable');
    }
    expect(decideRefund(mug, [], { amountCents: 1001, restock: false })).toMatchObject({
      outcome: 'refused',
      code: 'refund_exceeds_charge',
      refundableCents: 1000,
    });
    for (const amountCents of [0, -1, 1.5])
      expect(() => decideRefund(mug, [], { amountCents, restock: false })).toThrow(RangeError);
  });
});

describe('before the order has shipped', () => {
  const unshipped = { ...mug, hasShipped: false };

  it('a refund of everything is refused while others are undecided; an amount that equals the remainder includes no units', () => {
    for (const status of ['awaiting_approval', 'awaiting_return'] as const) {
      const waiting = refundRecord({ amountCents: 700, status });
      expect(decideRefund(unshipped, [waiting], { restock: false })).toMatchObject({ code: 'order_not_refundable' });
      const amount = { amountCents: 300, restock: false };
      expect(decideRefund(unshipped, [waiting], amount)).toMatchObject({ lines: [], cancelsUnits: false });
      expect(decideRefund(mug, [waiting], { restock: false })).toMatchObject({ outcome: 'accepted', amountCents: 300 });
    }
  });

  it('a refund by line of all the money must include all units, so that none ships unpaid', () => {
    const goodwill = refundRecord({ amountCents: 700 });
    const lines = [{ productId: 'mug', quantity: 1 }];
    expect(decideRefund(unshipped, [goodwill], { lines, restock: false })).toMatchObject({
      code: 'refund_exceeds_charge',
      message: expect.stringContaining('1 × “Mug”, 1 × “Pot” would still ship unpaid'),
    });
    expect(decideRefund(mug, [goodwill], { lines, restock: false })).toMatchObject({ outcome: 'accepted' });
    expect(decideRefund(unshipped, [goodwill], { lines, amountCents: 299, restock: false })).toMatchObject({
      outcome: 'accepted',
    });
  });
});

describe('a failed refund', () => {
  const failed = refundRecord({ amountCents: 300, status: 'failed', lines: [{ productId: 'mug', quantity: 1 }] });

  it('frees its amount, unless it was refunded in another way', () => {
    expect(refundableCents(mug, [failed])).toBe(1000);
    expect(refundableCents(mug, [{ ...failed, isGivenUp: true }])).toBe(700);
  });

  it('with restocked units is owed: only a refund of everything may use its amount, and replaces it', () => {
    const owed = { ...failed, cancelsUnits: true, isRestocked: true };
    const request = { restock: false };
    expect(decideRefund(mug, [owed], { ...request, amountCents: 700 })).toMatchObject({ outcome: 'accepted' });
    expect(decideRefund(mug, [owed], { ...request, amountCents: 701 })).toMatchObject({
      code: 'refund_exceeds_charge',
    });
    const lines = [{ productId: 'mug', quantity: 1 }];
    const others = [owed, refundRecord({ amountCents: 500 })];
    expect(decideRefund(mug, others, { ...request, lines })).toMatchObject({ code: 'refund_exceeds_charge' });
    expect(decideRefund(mug, [owed], request)).toMatchObject({ outcome: 'accepted', amountCents: 1000 });
    expect(replacedBy(mug, [owed], { amountCents: 1000, lines: [], cancelsUnits: false })).toEqual([owed]);
    expect(replacedBy(mug, [owed], { amountCents: 700, lines, cancelsUnits: false })).toEqual([]);
    // The amount owed takes precedence over failed refunds that are not owed.
    const other = refundRecord({ amountCents: 600, status: 'failed' });
    expect(replacedBy(mug, [other, owed], { amountCents: 200, lines: [], cancelsUnits: false })).toEqual([other]);
    // A failed chargeback, or a failed refund from the Stripe Dashboard, is not owed.
    const fromStripe = { ...owed, isFromStripe: true };
    expect(decideRefund(mug, [fromStripe], { ...request, amountCents: 999 })).toMatchObject({ outcome: 'accepted' });
  });

  it('is replaced only by a refund that uses its amount or its units', () => {
    const mugs = (quantity: number) => ({
      amountCents: 300 * quantity,
      lines: [{ productId: 'mug', quantity }],
      cancelsUnits: false,
    });
    expect(replacedBy(mug, [failed], mugs(2))).toEqual([failed]);
    expect(replacedBy(mug, [failed], mugs(1))).toEqual([]);
    expect(replacedBy(mug, [failed], { amountCents: 701, lines: [], cancelsUnits: false })).toEqual([failed]);
    expect(replacedBy(mug, [failed], { amountCents: 700, lines: [], cancelsUnits: false })).toEqual([]);
    // The remainder is counted once: the first failed refund keeps it.
    const second = { ...failed };
    expect(replacedBy(mug, [failed, second], mugs(1))).toEqual([second]);
    for (const over of [{ isGivenUp: true }, { isFromStripe: true }])
      expect(replacedBy(mug, [{ ...failed, ...over }], mugs(1))).toEqual([]);
    for (const status of ['pending', 'succeeded', 'rejected', 'awaiting_approval'] as const)
      expect(replacedBy(mug, [{ ...failed, status }], { amountCents: 1000, lines: [], cancelsUnits: false })).toEqual(
        [],
      );
  });
});

describe('a repeated request', () => {
  const made = { amountCents: 600, lines: [{ productId: 'mug', quantity: 2 }], reason: 'broken' };

  it('is recognized by its contents, also when it names a product twice', () => {
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
  const slice = { ...refundRecord(), approved: false };

  it('is needed above the limit of the requester’s role', () => {
    expect(needsApproval(limits, 'support', [], 500)).toBe(false);
    expect(needsApproval(limits, 'support', [], 501)).toBe(true);
    expect(needsApproval(limits, 'support_lead', [], 1000)).toBe(false);
    expect(needsApproval(limits, 'admin', [], 1001)).toBe(true);
    expect(needsApproval(limits, 'customer', [], 101)).toBe(true);
    expect(needsApproval(limits, 'system', [], 1_000_000)).toBe(false);
  });

  it('can’t be avoided with several small refunds: all unapproved ones add up', () => {
    const slices = [
      { ...slice, amountCents: 300 },
      { ...slice, amountCents: 900, approved: true },
      { ...slice, amountCents: 900, status: 'failed' as const },
    ];
    expect(needsApproval(limits, 'support', slices, 200)).toBe(false);
    expect(needsApproval(limits, 'support', slices, 201)).toBe(true);
  });
});

describe('a refund that waited or failed', () => {
  const money = (cents: number) => `$${(cents / 100).toFixed(2)}`;
  const refund = refundRecord({ amountCents: 300, status: 'failed', lines: [{ productId: 'mug', quantity: 1 }] });

  it('is resumed while its amount and its units are available', () => {
    expect(refusalOfResumed(mug, [], refund, money)).toBeUndefined();
    expect(refusalOfResumed(mug, [refundRecord({ amountCents: 700 })], refund, money)).toBeUndefined();
    expect(refusalOfResumed(mug, [refundRecord({ amountCents: 701 })], refund, money)).toContain(
      'Only $2.99 of the charge',
    );
  });

  it('is refused when another refund used its units, so that no item is refunded twice', () => {
    const other = refundRecord({ amountCents: 600, lines: [{ productId: 'mug', quantity: 2 }] });
    expect(refusalOfResumed(mug, [other], refund, money)).toContain('Only 0 of “Mug” can still be refunded');
    const one = refundRecord({ amountCents: 300, lines: [{ productId: 'mug', quantity: 1 }] });
    expect(refusalOfResumed(mug, [one], refund, money)).toBeUndefined();
  });

  it('of restocked units can be made whatever has shipped since, because they did not ship', () => {
    const restocked = { ...refund, cancelsUnits: true, isRestocked: true };
    expect(refusalOfResumed(mug, [], restocked, money)).toBeUndefined();
    const lines = [{ productId: 'mug', quantity: 2 }];
    expect(decideRefund(mug, [restocked], { lines, restock: false })).toMatchObject({ outcome: 'refused' });
  });

  it('of items that have shipped since is refused, because it would refund items that the shopper receives', () => {
    const cancels = { ...refund, cancelsUnits: true };
    expect(refusalOfResumed({ ...mug, hasShipped: false }, [], cancels, money)).toBeUndefined();
    expect(refusalOfResumed(mug, [], cancels, money)).toContain('have shipped in the meantime');
  });
});

describe('returns', () => {
  it('close the configured number of days after delivery, to the second', () => {
    const deliveredAt = new Date('2026-10-01T12:00:00Z');
    expect(returnsClosedAt(null, 30, new Date())).toBeUndefined();
    expect(returnsClosedAt(deliveredAt, 30, new Date('2026-10-31T11:59:59Z'))).toBeUndefined();
    expect(returnsClosedAt(deliveredAt, 30, new Date('2026-10-31T12:00:00Z'))).toBe('2026-10-31T12:00:00.000Z');
  });
});

describe('a refund amount in major units', () => {
  it('is an amount that Stripe can refund, or a sentence that names the problem', () => {
    expect(refundCents(12.5, 'usd')).toBe(1250);
    expect(refundCents(1200, 'jpy')).toBe(1200);
    expect(refundCents(1.23, 'kwd')).toBe(1230);
    expect(refundCents(12.505, 'usd')).toContain('no more decimal places');
    expect(refundCents(1200.5, 'jpy')).toContain('no more decimal places');
    // Card networks charge three decimals in steps of ten.
    expect(refundCents(1.234, 'kwd')).toBe('Amounts in KWD must be a multiple of 0.01.');
  });
});
