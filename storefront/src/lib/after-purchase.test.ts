import { describe, expect, it } from 'vitest';
import {
  canCancelPaid,
  canceledUnits,
  cancellationSum,
  isBehind,
  itemsRequests,
  leftToRefund,
  mayStillChange,
  refundSum,
  returnsAreClosed,
} from './after-purchase.ts';
import { anItem, anOrder, aRefund } from './testing.ts';

type RefundFields = Parameters<typeof aRefund>[0];

const order = anOrder({ items: [anItem({ quantity: 3 }), anItem({ product_id: 'stove', quantity: 1 })] });
const lanterns = (quantity: number) => [{ product_id: 'lantern', quantity }];

describe('units that can still be canceled or returned', () => {
  const left = (...refunds: RefundFields[]) =>
    leftToRefund(order, refunds.map(aRefund), 'cancel').map(({ product_id, left: units }) => `${units} ${product_id}`);

  it('are all units except those of refunds', () => {
    expect(left()).toEqual(['3 lantern', '1 stove']);
    expect(left({ lines: lanterns(1) })).toEqual(['2 lantern', '1 stove']);
    expect(
      left({ lines: lanterns(2), status: 'awaiting_return' }, { lines: lanterns(1), status: 'awaiting_approval' }),
    ).toEqual(['1 stove']);
  });

  it('include units of failed and rejected refunds, and are not reduced by refunds without lines', () => {
    const lines = [{ product_id: 'stove', quantity: 1 }];
    expect(left({ lines, status: 'failed' }, { lines, status: 'rejected' }, { lines: [] })).toEqual([
      '3 lantern',
      '1 stove',
    ]);
  });

  it('exclude canceled units whose failed refund staff resolved another way', () => {
    const lines = [{ product_id: 'stove', quantity: 1 }];
    expect(left({ lines, status: 'failed', cancels_units: true, given_up: true })).toEqual(['3 lantern']);
  });
});

describe('canceled units of each item', () => {
  const canceled = (...refunds: RefundFields[]) => canceledUnits(order, refunds.map(aRefund));

  it('are those refunded before they shipped, plus those with a pending cancellation', () => {
    expect(
      canceled(
        { lines: lanterns(1), cancels_units: true },
        { lines: lanterns(1), cancels_units: true, status: 'awaiting_approval' },
      ),
    ).toEqual({ lantern: { canceled: 1, pending: 1 } });
    expect(canceled({ lines: lanterns(2), cancels_units: true, status: 'failed' })).toEqual({
      lantern: { canceled: 0, pending: 2 },
    });
    expect(canceled({ lines: lanterns(2), cancels_units: true, status: 'failed', given_up: true })).toEqual({
      lantern: { canceled: 2, pending: 0 },
    });
  });

  it('exclude returns, goodwill refunds, and rejected requests', () => {
    expect(
      canceled(
        { lines: lanterns(1) },
        { lines: [], cancels_units: false },
        { lines: lanterns(1), cancels_units: true, status: 'rejected' },
      ),
    ).toEqual({});
  });
});

it('refunds the price of the units, up to the remaining balance of the payment', () => {
  const lines = [
    { price: 24.5, quantity: 2 },
    { price: 10, quantity: 1 },
  ];
  expect(refundSum(lines, 100, 'usd')).toBe(59);
  expect(refundSum(lines, 40, 'usd')).toBe(40);
  expect(refundSum([], 40, 'usd')).toBe(0);
});

it('includes pending refunds when the whole order is canceled', () => {
  const refunds = [
    aRefund({ amount: 20.1, status: 'awaiting_approval' }),
    aRefund({ amount: 5, status: 'pending' }),
    aRefund({ amount: 7, status: 'rejected' }),
    aRefund({ amount: 0.2, status: 'awaiting_return' }),
  ];
  expect(cancellationSum(10.2, refunds, 'usd')).toBe(30.5);
  expect(cancellationSum(0, [], 'usd')).toBe(0);
});

describe('single items', () => {
  const now = Date.parse('2026-03-20T10:00:00Z');
  const offered = (fields: Parameters<typeof anOrder>[0]) => itemsRequests(anOrder(fields), now);

  it('can be canceled before they ship and returned afterwards', () => {
    for (const status of ['paid', 'partially_refunded', 'under_review'] as const)
      expect(offered({ status })).toEqual(['cancel']);
    expect(offered({ status: 'partially_shipped' })).toEqual(['cancel', 'return']);
    for (const status of ['shipped', 'delivered'] as const) expect(offered({ status })).toEqual(['return']);
    for (const status of ['pending', 'canceled', 'refunded', 'expired'] as const)
      expect(offered({ status })).toEqual([]);
    expect(offered({ status: 'under_review', cancellation_waits: true })).toEqual([]);
  });

  it('can be returned until the return window has closed', () => {
    const delivered = (returns_until: string) => ({ status: 'delivered', returns_until }) as const;
    expect(offered(delivered('2026-03-20T10:00:01Z'))).toEqual(['return']);
    expect(offered(delivered('2026-03-20T10:00:00Z'))).toEqual([]);
    expect(returnsAreClosed(anOrder(delivered('2026-03-20T10:00:00Z')), now)).toBe(true);
    expect(returnsAreClosed(anOrder({ returns_until: null }), now)).toBe(false);
  });
});

it('lets a paid order be canceled until it ships or a cancellation is pending', () => {
  const can = (fields: Parameters<typeof anOrder>[0]) => canCancelPaid(anOrder(fields));
  expect(can({ status: 'paid' })).toBe(true);
  expect(can({ status: 'partially_refunded' })).toBe(true);
  expect(can({ status: 'under_review' })).toBe(true);
  expect(can({ status: 'under_review', cancellation_waits: true })).toBe(false);
  expect(can({ status: 'shipped' })).toBe(false);
  expect(can({ status: 'pending' })).toBe(false);
});

describe('further changes', () => {
  const expected = (fields: Parameters<typeof anOrder>[0], ...refunds: RefundFields[]) =>
    mayStillChange(anOrder(fields), refunds.map(aRefund));

  it('are expected until the order has ended and its refunds have succeeded', () => {
    expect(expected({ status: 'delivered' })).toBe(true);
    expect(expected({ status: 'canceled' }, { status: 'pending' })).toBe(true);
    expect(expected({ status: 'canceled' }, { status: 'succeeded' })).toBe(false);
    expect(expected({ status: 'expired' })).toBe(false);
    expect(expected({ status: 'refunded' })).toBe(false);
    expect(expected({ status: 'canceled' }, { status: 'succeeded' }, { status: 'rejected' })).toBe(false);
    expect(expected({ status: 'canceled' }, { status: 'succeeded' }, { status: 'failed' })).toBe(true);
  });

  it('are expected if the order was read before its refund was recorded', () => {
    const recorded = { status: 'succeeded', updated_at: '2026-03-01T10:00:01.000Z' } as const;
    expect(expected({ status: 'canceled', refunded_amount: 0 }, recorded)).toBe(true);
    expect(isBehind(anOrder({ updated_at: recorded.updated_at }), [aRefund(recorded)])).toBe(false);
  });
});
