import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canStep, isFinal, ORDER_STATUSES, ORDER_STEPS, type OrderStatus, sourcesOf } from './order-state.ts';

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
        const over = path.findIndex((each) => each === 'expired' || each === 'cancelled');
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
    expect(sourcesOf('paid')).toEqual(['pending', 'partially_refunded', 'refunded']);
    expect(isFinal('expired')).toBe(true);
    expect(isFinal('paid')).toBe(false);
  });
});
