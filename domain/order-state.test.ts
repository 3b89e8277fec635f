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

/** Statuses that are reachable through allowed transitions. */
function walk(choices: readonly number[]): OrderStatus[] {
  const path: OrderStatus[] = ['pending'];
  for (const choice of choices) {
    const next = ORDER_STEPS[path.at(-1)!];
    if (next.length === 0) break;
    path.push(next[choice % next.length]!);
  }
  return path;
}

describe('order lifecycle', () => {
  it('never returns to pending, ends when expired or canceled, and is refunded only after it was paid', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), (choices) => {
        const path = walk(choices);
        expect(path.indexOf('pending')).toBe(path.lastIndexOf('pending'));
        const end = path.findIndex((each) => each === 'expired' || each === 'canceled');
        if (end !== -1) expect(path.length).toBe(end + 1);
        if (path.some((each) => each.endsWith('refunded'))) expect(path[1]).toBe('paid');
      }),
    );
  });

  it('reaches every status from pending', () => {
    const reached = new Set<OrderStatus>(['pending']);
    for (const from of reached) for (const to of ORDER_STEPS[from]) reached.add(to);
    expect([...reached].sort()).toEqual([...ORDER_STATUSES].sort());
  });

  it('lists as sources of a status exactly those with a transition to it', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        expect(sourcesOf(to).includes(from)).toBe(canStep(from, to));
      }),
    );
    expect(sourcesOf('paid')).toEqual(['pending', 'under_review', 'partially_refunded', 'refunded']);
    expect(isFinal('expired')).toBe(true);
    expect(isFinal('paid')).toBe(false);
  });

  it('never ships an unpaid order, and never cancels a shipped one', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 30 }), (choices) => {
        const path = walk(choices);
        const shipped = path.indexOf('shipped');
        if (shipped === -1) return;
        expect(path.slice(0, shipped)).toContain('paid');
        // After a full refund the status no longer shows the fulfillment; the database uses the `fulfillment` column instead.
        const next = path.slice(
          shipped,
          path.indexOf('refunded', shipped) === -1 ? undefined : path.indexOf('refunded', shipped),
        );
        expect(next).not.toContain('canceled');
      }),
    );
  });

  it('derives from fulfillment and payment, and every change of either is an allowed transition', () => {
    const facts = fc.record({
      fulfillment: fc.constantFrom(...FULFILLMENTS),
      refundedCents: fc.integer({ min: 0, max: 1000 }),
    });
    const next: Record<string, readonly string[]> = {
      unfulfilled: ['under_review', 'partially_shipped', 'shipped'],
      partially_shipped: ['shipped', 'delivered'],
      under_review: ['unfulfilled'],
      shipped: ['delivered'],
      delivered: [],
    };
    fc.assert(
      fc.property(facts, fc.integer({ min: 0, max: 1000 }), (before, refundedCents) => {
        const from = statusOfPaid({ ...before, capturedCents: 1000 });
        const afterRefund = statusOfPaid({ ...before, refundedCents, capturedCents: 1000 });
        expect(from === afterRefund || canStep(from, afterRefund)).toBe(true);
        for (const fulfillment of next[before.fulfillment]!) {
          const afterFulfillment = statusOfPaid({ ...before, fulfillment: fulfillment as never, capturedCents: 1000 });
          if (from !== 'refunded') expect(canStep(from, afterFulfillment)).toBe(true);
        }
      }),
    );
  });
});

describe('actions on an order', () => {
  const action = fc.constantFrom(...(Object.keys(ORDER_ACTIONS) as OrderAction[]));

  it('are refused with a sentence exactly where they are not allowed', () => {
    fc.assert(
      fc.property(action, status, (asked, in_) => {
        const refusal = refusalOf(asked, in_);
        expect(refusal === undefined).toBe(isAllowed(asked, in_));
        if (refusal) expect(refusal).toMatch(/^An order that is [a-z ]+ can't .+\. .+\.$/);
      }),
    );
  });

  it('agree with the transitions: an order that may be shipped, canceled, or reviewed has that transition', () => {
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
