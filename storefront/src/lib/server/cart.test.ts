import { describe, expect, it } from 'vitest';
import type { Cart, Session } from '#lib/contracts.ts';
import { closeSession, openSession } from './accounts.ts';
import { Api } from './api.ts';
import { cancelRefusal } from './cancel-form.ts';
import { addToCart, readCart, removeFromCart, setQuantity } from './cart.ts';
import { ApiProblem } from './problem.ts';
import { SessionRenewal } from './session-renewal.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const CART = { id: 'cart-1', items: [{ product_id: 'mug', quantity: 98 }], item_count: 98 } as unknown as Cart;
const SESSION = { access_token: 'access-1', refresh_token: 'refresh-1', expires_in: 900 } as Session;

/** A browser with an API that responds by method and path; `sent` has each call with its body and cart ID. */
function browser(answers: Record<string, () => Response>, cookies: Record<string, string> = {}) {
  const sent: { call: string; body: unknown; cartId: string | null; key?: string }[] = [];
  const store = new MemoryCookies(cookies);
  const api = new Api({
    apiUrl: 'http://api.test',
    forwardedFor: undefined,
    cookies: new ShopCookies(store, true),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const call = `${request.method} ${new URL(request.url).pathname}`;
      const text = await request.text();
      const key = request.headers.get('idempotency-key');
      const cartId = request.headers.get('x-cart-id');
      sent.push({ call, body: text && JSON.parse(text), cartId, ...(key && { key }) });
      return answers[call]?.() ?? new Response(null, { status: 404 });
    },
    renewal: new SessionRenewal(),
    requestId: 'request-1',
  });
  return { api, sent, store };
}

const respondWith = (body: unknown) => () => Response.json(body);

describe('the cart', () => {
  it('of a browser that never had one is not requested', async () => {
    const { api, sent } = browser({});
    expect(await readCart(api)).toBeUndefined();
    expect(sent).toEqual([]);
  });

  it('of a guest or a signed-in shopper is read and counted', async () => {
    const known: Record<string, string>[] = [
      { holdfast_guest: 'cart-1' },
      { holdfast_refresh: 'r', holdfast_access: 'a' },
    ];
    for (const cookies of known) {
      const { api, store } = browser({ 'GET /api/cart': respondWith(CART) }, cookies);
      expect(await readCart(api)).toEqual(CART);
      expect(store.get('holdfast_cart_count')).toBe('98');
    }
  });

  it('adds units of a product, with the key of the request', async () => {
    const { api, sent, store } = browser({ 'POST /api/cart/items': respondWith(CART) });
    expect(await addToCart(api, 'mug', 2, 'key-1')).toEqual(CART);
    expect(sent).toEqual([
      { call: 'POST /api/cart/items', body: { product_id: 'mug', quantity: 2 }, cartId: null, key: 'key-1' },
    ]);
    expect(store.values).toMatchObject({ holdfast_guest: 'cart-1', holdfast_cart_count: '98' });
  });

  it('remembers a new guest’s ID, and the count after each change', async () => {
    const emptied = { ...CART, items: [], item_count: 0 };
    const { api, store } = browser({
      'PUT /api/cart/items/mug': respondWith(CART),
      'DELETE /api/cart/items/mug': respondWith(emptied),
    });
    expect(await setQuantity(api, 'mug', 98)).toEqual(CART);
    expect(store.values).toMatchObject({ holdfast_guest: 'cart-1', holdfast_cart_count: '98' });
    expect(await removeFromCart(api, 'mug')).toEqual(emptied);
    expect(store.values).toMatchObject({ holdfast_cart_count: '0' });
  });
});

describe('a session', () => {
  it('starts with the guest’s cart ID, and the account’s cart is counted', async () => {
    const answers = { 'POST /api/auth/login': respondWith(SESSION), 'GET /api/cart': respondWith(CART) };
    const { api, sent, store } = browser(answers, { holdfast_guest: 'cart-1' });
    await openSession(api, '/auth/login', { email: 'a@b.example' });
    expect(sent[0]).toEqual({ call: 'POST /api/auth/login', body: { email: 'a@b.example' }, cartId: 'cart-1' });
    expect(store.values).toMatchObject({
      holdfast_access: 'access-1',
      holdfast_refresh: 'refresh-1',
      holdfast_cart_count: '98',
    });
  });

  it('replaces an old session', async () => {
    const answers = { 'POST /api/auth/login': respondWith(SESSION), 'GET /api/cart': respondWith(CART) };
    const { api, sent } = browser(answers, { holdfast_refresh: 'old' });
    await openSession(api, '/auth/login', {});
    expect(sent.map(({ call }) => call)).toEqual(['POST /api/auth/login', 'GET /api/cart']);
  });

  it('is cleared even after an unexpected error, which is rethrown', async () => {
    const error = new TypeError('a bug');
    const cookies = new ShopCookies(new MemoryCookies({ holdfast_refresh: 'r' }), true);
    const api = { cookies, post: () => Promise.reject(error) } as unknown as Api;
    await expect(closeSession(api)).rejects.toBe(error);
    expect(cookies.signedIn).toBe(false);
  });

  it('also ends at the API, and its cookies are cleared whatever the response', async () => {
    const answers = { 'POST /api/auth/logout': () => new Response(null, { status: 204 }) };
    for (const each of [answers, {}]) {
      const { api, sent, store } = browser(each, { holdfast_refresh: 'r', holdfast_access: 'a', holdfast_guest: 'g' });
      await closeSession(api);
      expect(sent.map(({ call, body }) => [call, body])).toEqual([['POST /api/auth/logout', { refresh_token: 'r' }]]);
      expect(store.values).toEqual({});
    }
  });

  it('that never started is not ended at the API, and only the cookies are cleared', async () => {
    const { api, sent, store } = browser({}, { holdfast_guest: 'g' });
    await closeSession(api);
    expect([sent, store.values]).toEqual([[], {}]);
  });
});

describe('a cancellation that is refused', () => {
  const problem = (status: number, code: string, more: object = {}) =>
    new ApiProblem({ type: 'x', title: 'x', status, code, detail: 'For staff.', ...more });

  it('explains an invalid reason, a cancellation that is too late, and other refusals', () => {
    const errors = [{ path: 'reason', message: 'too long' }];
    expect(cancelRefusal(problem(400, 'invalid_request', { errors }))).toEqual({
      errors: { reason: 'too long' },
      message: undefined,
    });
    for (const code of ['conflict', 'order_not_cancelable'])
      expect(cancelRefusal(problem(409, code))).toEqual({
        errors: {},
        message: 'This order can no longer be canceled because its status has changed.',
      });
    expect(cancelRefusal(problem(404, 'not_found'))).toEqual({ errors: {}, message: 'For staff.' });
  });

  it('rethrows other errors', () => {
    const error = new Error('bug');
    expect(() => cancelRefusal(error)).toThrow(error);
  });
});
