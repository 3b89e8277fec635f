import { describe, expect, it } from 'vitest';
import type { Order, Refund } from '#lib/contracts.ts';
import { anOrder, aRefund } from '#lib/testing.ts';
import type { Api } from './api.ts';
import { readOrderWithRefunds, settle, unpaidOrder, unpaidOrderPath } from './orders.ts';
import { ApiProblem } from './problem.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const BOOKED_AT = '2026-03-01T10:00:01.000Z';
const before = anOrder({ status: 'canceled' });
const after = anOrder({ status: 'canceled', refunded_amount: 49, updated_at: BOOKED_AT });
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

it('asks for the order and its refunds by its ID, and answers with both', async () => {
  const paths: string[] = [];
  const get = async (path: string) => {
    paths.push(path);
    return anOrder({ captured_amount: 0 });
  };
  expect(await readOrderWithRefunds({ get } as unknown as Api, 'a/b')).toEqual({
    order: anOrder({ captured_amount: 0 }),
    refunds: undefined,
  });
  expect(paths).toEqual(['/orders/a%2Fb']);
});

describe('the order that a browser has still to pay', () => {
  const ORDER = anOrder({ status: 'pending' });
  const problem = (status: number) => new ApiProblem({ type: 'x', title: 'x', status, code: 'x' });

  /** A browser that remembers this order, before an API that answers like this. */
  function browser(orderId: string | undefined, answer: () => unknown) {
    const paths: string[] = [];
    const store = new MemoryCookies({ holdfast_guest: 'cart', ...(orderId && { holdfast_order: orderId }) });
    const get = async (path: string) => {
      paths.push(path);
      return answer();
    };
    const api = { cookies: new ShopCookies(store, true), get } as unknown as Api;
    return { api, paths, remembered: () => store.values.holdfast_order };
  }
  const failing = (error: unknown) => () => {
    throw error;
  };

  it('is looked up as long as it is remembered', async () => {
    const { api, paths, remembered } = browser(ORDER.id, () => ORDER);
    expect(await unpaidOrder(api)).toEqual(ORDER);
    expect([paths, remembered()]).toEqual([[`/orders/${ORDER.id}`], ORDER.id]);
    const other = browser(undefined, () => ORDER);
    expect(await unpaidOrder(other.api)).toBeUndefined();
    expect(other.paths).toEqual([]);
  });

  it.each([
    ['was paid', () => anOrder({ status: 'paid' })],
    ['is unknown', failing(problem(404))],
    ['is another’s', failing(problem(499))],
  ])('is forgotten once it %s', async (_title, answer) => {
    const { api, remembered } = browser(ORDER.id, answer);
    expect(await unpaidOrder(api)).toBeUndefined();
    expect(remembered()).toBeUndefined();
  });

  it.each([
    ['the API does not answer', problem(500)],
    ['our own code fails', new TypeError('a bug')],
  ])('stays remembered when %s', async (_title, error) => {
    const { api, remembered } = browser(ORDER.id, failing(error));
    await expect(unpaidOrder(api)).rejects.toBe(error);
    expect(remembered()).toBe(ORDER.id);
  });

  it('is remembered by whoever is led to it, and its page says why they are there', () => {
    const { api, remembered } = browser(undefined, () => ORDER);
    expect(unpaidOrderPath(api, 'a/b')).toBe('/orders/a%2Fb?unpaid');
    expect(remembered()).toBe('a/b');
  });

  it('is settled once it was paid: the cart is counted again', async () => {
    const { api, paths, remembered } = browser(ORDER.id, () => ({ id: 'cart', items: [], item_count: 3 }));
    expect(await settle(api, anOrder({ status: 'paid' }))).toBe(3);
    expect([paths, remembered()]).toEqual([['/cart'], undefined]);
  });

  it.each([
    ['it waits', ORDER.id, ORDER],
    ['another is remembered', 'another', anOrder({ status: 'paid' })],
    ['none is remembered', undefined, anOrder({ status: 'paid' })],
  ])('is left as it is while %s', async (_title, orderId, order) => {
    const { api, paths, remembered } = browser(orderId, () => ({}));
    expect(await settle(api, order)).toBeUndefined();
    expect([paths, remembered()]).toEqual([[], orderId]);
  });

  it('is settled also in a browser that has no cart', async () => {
    const cookies = new ShopCookies(new MemoryCookies({ holdfast_order: ORDER.id }), true);
    const api = { cookies, get: failing(new Error('asked')) } as unknown as Api;
    expect(await settle(api, anOrder({ status: 'paid' }))).toBeUndefined();
    expect(cookies.unpaidOrderId).toBeUndefined();
  });
});
