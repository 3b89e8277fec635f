import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RefundStatus } from './order-state.ts';
import { decideRefund, type RefundRecord, refundableCents, statusAfterRefunds } from './refund.ts';

const outcome = fc.constantFrom<RefundStatus>('pending', 'succeeded', 'failed');

describe('refunds', () => {
  it('never add up to more than was charged, whatever is asked and however each ends', () => {
    const request = fc.record({ cents: fc.option(fc.integer({ min: 1, max: 20_000 }), { nil: undefined }), outcome });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.array(request, { maxLength: 20 }),
        (capturedCents, requests) => {
          const refunds: RefundRecord[] = [];
          for (const asked of requests) {
            const decision = decideRefund({ status: 'paid', capturedCents }, refunds, asked.cents);
            if (decision.ok) refunds.push({ amountCents: decision.amountCents, status: asked.outcome });
            else expect(asked.cents ?? 1).toBeGreaterThan(decision.refundableCents);
            const given = refunds
              .filter((each) => each.status !== 'failed')
              .reduce((sum, each) => sum + each.amountCents, 0);
            expect(given).toBeLessThanOrEqual(capturedCents);
            expect(refundableCents({ status: 'paid', capturedCents }, refunds)).toBe(capturedCents - given);
          }
        },
      ),
    );
  });

  it('takes all that is left when no amount is named', () => {
    const refunds: RefundRecord[] = [
      { amountCents: 300, status: 'succeeded' },
      { amountCents: 200, status: 'failed' },
    ];
    expect(decideRefund({ status: 'partially_refunded', capturedCents: 1000 }, refunds, undefined)).toEqual({
      ok: true,
      amountCents: 700,
    });
  });

  it('refuses orders that hold no money, with a reason to act on', () => {
    for (const status of ['pending', 'expired', 'cancelled', 'refunded'] as const) {
      expect(decideRefund({ status, capturedCents: 1000 }, [], 1)).toMatchObject({
        ok: false,
        code: 'order_not_refundable',
      });
    }
    expect(decideRefund({ status: 'paid', capturedCents: 1000 }, [], 1001)).toMatchObject({
      ok: false,
      code: 'refund_exceeds_charge',
      refundableCents: 1000,
    });
    expect(() => decideRefund({ status: 'paid', capturedCents: 1000 }, [], 0)).toThrow(RangeError);
  });

  it('names the order’s status by what was given back', () => {
    expect(statusAfterRefunds(1000, 0)).toBe('paid');
    expect(statusAfterRefunds(1000, 1)).toBe('partially_refunded');
    expect(statusAfterRefunds(1000, 1000)).toBe('refunded');
  });
});
