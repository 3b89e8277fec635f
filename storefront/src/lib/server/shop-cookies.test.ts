import { describe, expect, it } from 'vitest';
import type { Cart, Session } from '#lib/contracts.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const cart = (id: string, itemCount: number): Cart => ({
  id,
  items: [],
  item_count: itemCount,
  total: 0,
  currency: 'usd',
  max_units: 20,
  max_products: 50,
});
const session: Session = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'Bearer',
  expires_in: 900,
  user: { id: 'u', email: 'a@b.test', full_name: null, role: 'customer', created_at: '2026-01-01T00:00:00Z' },
};

it('keeps the guest’s cart ID after sign-in, as the credential for earlier orders, and clears everything on sign-out', () => {
  const store = new MemoryCookies();
  const cookies = new ShopCookies(store, false);
  expect(cookies.signedIn).toBe(false);
  cookies.keepCart(cart('guest-cart', 2));
  cookies.keepSession(session);
  cookies.keepCart(cart('account-cart', 5));
  expect([cookies.guestId, cookies.cartCount, cookies.signedIn]).toEqual(['guest-cart', 5, true]);
  cookies.dropAll();
  expect(store.values).toEqual({});
});

it.each([
  ['3', 3],
  ['0', 0],
  ['-1', 0],
  ['2.5', 0],
  ['<b>', 0],
  ['', 0],
])('counts in the cookie “%s” %i items', (holdfast_cart_count, count) => {
  expect(new ShopCookies(new MemoryCookies({ holdfast_cart_count }), true).cartCount).toBe(count);
});

it('reads the shopper’s choice about analytics, if any', () => {
  const cookies = new ShopCookies(new MemoryCookies(), true);
  expect(cookies.consent).toBeUndefined();
  cookies.keepConsent('declined');
  expect(cookies.consent).toBe('declined');
});

describe.each([true, false])('where https is %s, a cookie', (https) => {
  const keepAll = () => {
    const store = new MemoryCookies();
    const cookies = new ShopCookies(store, https);
    cookies.keepCart(cart('guest-cart', 2));
    cookies.keepSession(session);
    cookies.keepUnpaidOrder('order');
    cookies.keepConsent('granted');
    return { store, cookies };
  };

  it('is hidden from scripts and other sites, and expires', () => {
    const day = 86_400;
    const kept = (maxAge: number) => ({ httpOnly: true, sameSite: 'lax', secure: https, maxAge });
    expect(keepAll().store.options).toEqual({
      // A little less than the token’s lifetime.
      holdfast_access: kept(885),
      holdfast_refresh: kept(7 * day),
      holdfast_guest: kept(30 * day),
      holdfast_cart_count: kept(30 * day),
      holdfast_order: kept(day),
      analytics_consent: kept(180 * day),
    });
  });

  it('is deleted with the attributes with which it was set', () => {
    const { store, cookies } = keepAll();
    cookies.dropAll();
    expect(store.values).toEqual({});
    expect(Object.values(store.options)).toEqual(Array(6).fill({ secure: https }));
  });
});

it('keeps a token that expires within seconds for one second', () => {
  const store = new MemoryCookies();
  new ShopCookies(store, true).keepSession({ ...session, expires_in: 10 });
  expect(store.options.holdfast_access).toMatchObject({ maxAge: 1 });
});

it('clears only the session, or only the unpaid order', () => {
  const store = new MemoryCookies();
  const cookies = new ShopCookies(store, true);
  cookies.keepCart(cart('guest-cart', 2));
  cookies.keepSession(session);
  cookies.keepUnpaidOrder('order');
  cookies.dropSession();
  expect(Object.keys(store.values).sort()).toEqual(['holdfast_cart_count', 'holdfast_guest', 'holdfast_order']);
  cookies.dropUnpaidOrder();
  expect(cookies.unpaidOrderId).toBeUndefined();
});
