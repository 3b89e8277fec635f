import { describe, expect, it } from 'vitest';
import { canCancelPaid, givesBack, goesOn, leftToReturn, refundOffer } from './after-purchase.ts';
import { anItem, anOrder, aRefund } from './testing.ts';

describe('what is left to return', () => {
  const items = [anItem({ quantity: 3 }), anItem({ product_id: 'stove', quantity: 1 })];
  const left = (...refunds: Parameters<typeof aRefund>[0][]) =>
    leftToReturn(items, refunds.map(aRefund)).map(({ product_id, left: units }) => `${units} ${product_id}`);

  it('is everything, until refunds have taken units', () => {
    expect(left()).toEqual(['3 lantern', '1 stove']);
    expect(left({ lines: [{ product_id: 'lantern', quantity: 1 }] })).toEqual(['2 lantern', '1 stove']);
    expect(
      left(
        { lines: [{ product_id: 'lantern', quantity: 2 }], status: 'awaiting_return' },
        { lines: [{ product_id: 'lantern', quantity: 1 }], status: 'awaiting_approval' },
      ),
    ).toEqual(['1 stove']);
  });

  it('counts refunds that failed or were rejected as not made, and amounts without lines as no units', () => {
    const lines = [{ product_id: 'stove', quantity: 1 }];
    expect(left({ lines, status: 'failed' }, { lines, status: 'rejected' }, { lines: [] })).toEqual([
      '3 lantern',
      '1 stove',
    ]);
  });
});

it('gives back the price of what goes back, and no more than is left of the payment', () => {
  const lines = [
    { price: 24.5, quantity: 2 },
    { price: 10, quantity: 1 },
  ];
  expect(givesBack(lines, 100, 'usd')).toBe(59);
  expect(givesBack(lines, 40, 'usd')).toBe(40);
  expect(givesBack([], 40, 'usd')).toBe(0);
});

it('offers a refund before goods have left and a return afterwards', () => {
  const statuses = ['paid', 'partially_refunded', 'shipped', 'delivered', 'on_hold', 'cancelled', 'refunded'] as const;
  expect(statuses.map((status) => refundOffer({ status }))).toEqual([
    'refund',
    'refund',
    'return',
    'return',
    undefined,
    undefined,
    undefined,
  ]);
});

it('lets a paid order be cancelled until it ships, waits for a decision, or was refused one', () => {
  const can = (order: Parameters<typeof anOrder>[0], ...refunds: Parameters<typeof aRefund>[0][]) =>
    canCancelPaid(anOrder(order), refunds.map(aRefund));
  expect(can({ status: 'paid' })).toBe(true);
  expect(can({ status: 'partially_refunded' }, {})).toBe(true);
  expect(can({ status: 'on_hold' })).toBe(true);
  expect(can({ status: 'on_hold', cancellation_waits: true })).toBe(false);
  expect(can({ status: 'shipped' })).toBe(false);
  expect(can({ status: 'pending' })).toBe(false);
  expect(can({ status: 'paid' }, { kind: 'cancellation', status: 'rejected' })).toBe(false);
});

it('expects news until an order is over and its money has arrived', () => {
  expect(goesOn({ status: 'delivered' }, [])).toBe(true);
  expect(goesOn({ status: 'cancelled' }, [aRefund({ status: 'pending' })])).toBe(true);
  expect(goesOn({ status: 'cancelled' }, [aRefund({ status: 'succeeded' })])).toBe(false);
  expect(goesOn({ status: 'expired' }, [])).toBe(false);
});
