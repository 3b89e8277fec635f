import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canStep,
  FULFILLMENTS,
  isAllowed,
  isFinal,
  ORDER_ACTIONS,
  ORDER_STATUSES,
  ORDER_STEPS,
  type OrderAction,
  type OrderStatus,
  refusalOf,
  sourcesOf,
  statusOfPaid,
} from './order-state.ts';

const status = fc.constantFrom(...ORDER_STATUSES);

/** Statuses that a walk along allowed steps can pass through. */
function walk(choices: readonly number[]): OrderStatus[] {
  const path: OrderStatus[] = ['pending'];
  for (const choice of choices) {
    const next = ORDER_STEPS[path.at(-1)!];
    if (next.length === 0) break;
    path.push(next[choice % next.length]!);
  }
  return path;
}

describe('the life of an order', () => {
  it('never goes back to pending, and never from unpaid over to paid', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), (choices) => {
        const path = walk(choices);
        expect(path.indexOf('pending')).toBe(path.lastIndexOf('pending'));
        const over = path.findIndex((each) => each === 'expired' || each === 'canceled');
        if (over !== -1) expect(path.length).toBe(over + 1);
        if (path.some((each) => each.endsWith('refunded'))) expect(path[1]).toBe('paid');
      }),
    );
  });

  it('reaches every status from pending', () => {
    const reached = new Set<OrderStatus>(['pending']);
    for (const from of reached) for (const to of ORDER_STEPS[from]) reached.add(to);
    expect([...reached].sort()).toEqual([...ORDER_STATUSES].sort());
  });

  it('names as sources of a status exactly those that may step to it', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        expect(sourcesOf(to).includes(from)).toBe(canStep(from, to));
      }),
    );
    expect(sourcesOf('paid')).toEqual(['pending', 'under_review', 'partially_refunded', 'refunded']);
    expect(isFinal('expired')).toBe(true);
    expect(isFinal('paid')).toBe(false);
  });

  it('never ships what was not paid, and never takes back what was shipped', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), (choices) => {
        const path = walk(choices);
        const shipped = path.indexOf('shipped');
        if (shipped === -1) return;
        expect(path.slice(0, shipped)).toContain('paid');
        // Past a full refund the status alone no longer tells where the goods are; the database keeps to their own column.
        const next = path.slice(
          shipped,
          path.indexOf('refunded', shipped) === -1 ? undefined : path.indexOf('refunded', shipped),
        );
        expect(next).not.toContain('canceled');
      }),
    );
  });

  it('follows from goods and money, and every change of either is an allowed step', () => {
    const facts = fc.record({
      fulfillment: fc.constantFrom(...FULFILLMENTS),
      refundedCents: fc.integer({ min: 0, max: 1000 }),
    });
    const next: Record<string, readonly string[]> = {
      unfulfilled: ['under_review', 'shipped'],
      under_review: ['unfulfilled'],
      shipped: ['delivered'],
      delivered: [],
    };
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 1000 }), (before, refundedCents) => {
        const from = statusOfPaid({ ...before, capturedCents: 1000 });
        const moneyMoved = statusOfPaid({ ...before, refundedCents, capturedCents: 1000 });
        expect(from === moneyMoved || canStep(from, moneyMoved)).toBe(true);
        for (const fulfillment of next[before.fulfillment]!) {
          const goodsMoved = statusOfPaid({ ...before, fulfillment: fulfillment as never, capturedCents: 1000 });
          if (from !== 'refunded') expect(canStep(from, goodsMoved)).toBe(true);
        }
      }),
    );
  });
});

describe('what may be done with an order', () => {
  const action = fc.constantFrom(...(Object.keys(ORDER_ACTIONS) as OrderAction[]));

  it('is refused with a sentence exactly where it is not allowed', () => {
    fc.assert(
      fc.property(action, status, (asked, in_) => {
        const refusal = refusalOf(asked, in_);
        expect(refusal === undefined).toBe(isAllowed(asked, in_));
        if (refusal) expect(refusal).toMatch(/^An order that is [a-z ]+ can't .+\. .+\.$/);
      }),
    );
  });

  it('agrees with the steps: who may be shipped, canceled or under review can step there', () => {
    const goals = {
      markShipped: 'shipped',
      markDelivered: 'delivered',
      putUnderReview: 'under_review',
      cancel: 'canceled',
    } as const;
    for (const [asked, goal] of Object.entries(goals)) {
      for (const from of ORDER_ACTIONS[asked as keyof typeof goals]) expect(canStep(from, goal)).toBe(true);
    }
  });
});
