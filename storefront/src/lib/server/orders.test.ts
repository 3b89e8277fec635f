import { describe, expect, it } from 'vitest';
import type { Order, Refund } from '#lib/contracts.ts';
import { anOrder, aRefund } from '#lib/testing.ts';
import type { Api } from './api.ts';
import { clearUnpaidOrder, readOrderWithRefunds, unpaidOrder, unpaidOrderPath } from './orders.ts';
import { ApiProblem } from './problem.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const RECORDED_AT = '2026-03-01T10:00:01.000Z';
const before = anOrder({ status: 'canceled' });
const after = anOrder({ status: 'canceled', refunded_amount: 49, updated_at: RECORDED_AT });
const recorded = aRefund({ status: 'succeeded', amount: 49, updated_at: RECORDED_AT });

/** An API that returns each order in turn, and then the last one. */
function apiOf(orders: Order[], refunds: Refund[]) {
  const requested: string[] = [];
  const get = async (path: string) => {
    requested.push(path.endsWith('/refunds') ? 'refunds' : 'order');
    if (path.endsWith('/refunds')) return { items: refunds, refundable_amount: 0, currency: 'usd' };
    return orders.length > 1 ? orders.shift() : orders[0];
  };
  return { api: { get } as unknown as Api, requested };
}

it('reads an order again when a refund was recorded between the two reads', async () => {
  const { api, requested } = apiOf([before, after], [recorded]);
  const result = await readOrderWithRefunds(api, 'id');
  expect([result.order.refunded_amount, result.refunds?.items[0]?.status]).toEqual([49, 'succeeded']);
  expect(requested).toEqual(['order', 'refunds', 'order', 'refunds']);
});

it('reads once when nothing changed, and stops after three attempts when the order keeps changing', async () => {
  const calm = apiOf([after], [recorded]);
  await readOrderWithRefunds(calm.api, 'id');
  expect(calm.requested).toHaveLength(2);
  const busy = apiOf([before], [recorded]);
  expect((await readOrderWithRefunds(busy.api, 'id')).order).toBe(before);
  expect(busy.requested).toHaveLength(6);
});

it('does not read refunds of an order without a payment', async () => {
  const { api, requested } = apiOf([anOrder({ captured_amount: 0 })], []);
  expect((await readOrderWithRefunds(api, 'id')).refunds).toBeUndefined();
  expect(requested).toEqual(['order']);
});

it('reads the order and its refunds by the order’s ID', async () => {
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

describe('the unpaid order of a browser', () => {
  const ORDER = anOrder({ status: 'pending' });
  const problem = (status: number) => new ApiProblem({ type: 'x', title: 'x', status, code: 'x' });

  /** A browser that remembers this order, with an API that gives this response. */
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

  it('is read as long as it is remembered', async () => {
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
    ['belongs to another shopper', failing(problem(499))],
  ])('is forgotten once it %s', async (_title, answer) => {
    const { api, remembered } = browser(ORDER.id, answer);
    expect(await unpaidOrder(api)).toBeUndefined();
    expect(remembered()).toBeUndefined();
  });

  it.each([
    ['the API does not respond', problem(500)],
    ['an unexpected error occurs', new TypeError('a bug')],
  ])('stays remembered when %s', async (_title, error) => {
    const { api, remembered } = browser(ORDER.id, failing(error));
    await expect(unpaidOrder(api)).rejects.toBe(error);
    expect(remembered()).toBe(ORDER.id);
  });

  it('is remembered when the shopper is sent to its page, which can explain why', () => {
    const { api, remembered } = browser(undefined, () => ORDER);
    expect(unpaidOrderPath(api, 'a/b')).toBe('/orders/a%2Fb?unpaid');
    expect(remembered()).toBe('a/b');
  });

  it('is cleared once it was paid, and the cart is read again', async () => {
    const { api, paths, remembered } = browser(ORDER.id, () => ({ id: 'cart', items: [], item_count: 3 }));
    expect(await clearUnpaidOrder(api, anOrder({ status: 'paid' }))).toBe(3);
    expect([paths, remembered()]).toEqual([['/cart'], undefined]);
  });

  it.each([
    ['it awaits payment', ORDER.id, ORDER],
    ['another order is remembered', 'another', anOrder({ status: 'paid' })],
    ['no order is remembered', undefined, anOrder({ status: 'paid' })],
  ])('is unchanged while %s', async (_title, orderId, order) => {
    const { api, paths, remembered } = browser(orderId, () => ({}));
    expect(await clearUnpaidOrder(api, order)).toBeUndefined();
    expect([paths, remembered()]).toEqual([[], orderId]);
  });

  it('is cleared in a browser without a cart, too', async () => {
    const cookies = new ShopCookies(new MemoryCookies({ holdfast_order: ORDER.id }), true);
    const api = { cookies, get: failing(new Error('requested')) } as unknown as Api;
    expect(await clearUnpaidOrder(api, anOrder({ status: 'paid' }))).toBeUndefined();
    expect(cookies.unpaidOrderId).toBeUndefined();
  });
});
