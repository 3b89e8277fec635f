import { expect, it } from 'vitest';
import type { Order, Refund } from '#lib/contracts.ts';
import { anOrder, aRefund } from '#lib/testing.ts';
import type { Api } from './api.ts';
import { readOrderWithRefunds } from './orders.ts';

const BOOKED_AT = '2026-03-01T10:00:01.000Z';
const before = anOrder({ status: 'cancelled' });
const after = anOrder({ status: 'cancelled', refunded_amount: 49, updated_at: BOOKED_AT });
const booked = aRefund({ status: 'succeeded', amount: 49, updated_at: BOOKED_AT });

/** An API that answers with each order in turn, the last one from then on. */
function apiOf(orders: Order[], refunds: Refund[]) {
  const asked: string[] = [];
  const get = async (path: string) => {
    asked.push(path.endsWith('/refunds') ? 'refunds' : 'order');
    if (path.endsWith('/refunds')) return { items: refunds, refundable_amount: 0, currency: 'usd' };
    return orders.length > 1 ? orders.shift() : orders[0];
  };
  return { api: { get } as unknown as Api, asked };
}

it('reads an order again when a refund was booked between the order and its refunds', async () => {
  const { api, asked } = apiOf([before, after], [booked]);
  const read = await readOrderWithRefunds(api, 'id');
  expect([read.order.refunded_amount, read.refunds?.items[0]?.status]).toEqual([49, 'succeeded']);
  expect(asked).toEqual(['order', 'refunds', 'order', 'refunds']);
});

it('reads once when nothing changed, and not without end when everything does', async () => {
  const calm = apiOf([after], [booked]);
  await readOrderWithRefunds(calm.api, 'id');
  expect(calm.asked).toHaveLength(2);
  const busy = apiOf([before], [booked]);
  expect((await readOrderWithRefunds(busy.api, 'id')).order).toBe(before);
  expect(busy.asked).toHaveLength(6);
});

it('does not ask for refunds of an order without a payment', async () => {
  const { api, asked } = apiOf([anOrder({ captured_amount: 0 })], []);
  expect((await readOrderWithRefunds(api, 'id')).refunds).toBeUndefined();
  expect(asked).toEqual(['order']);
});
