import { expect, it } from 'vitest';
import type { Cart, Session } from '#lib/contracts.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

const cart = (id: string, itemCount: number): Cart => ({
  id,
  items: [],
  item_count: itemCount,
  total: 0,
  currency: 'usd',
});
const session: Session = {
  access_token: 'access',
  refresh_token: 'refresh',
  token_type: 'Bearer',
  expires_in: 900,
  user: { id: 'u', email: 'a@b.test', full_name: null, role: 'customer', created_at: '2026-01-01T00:00:00Z' },
};

it('keeps the guest’s cart id through signing in, as the credential of what was ordered before, and drops all at the end', () => {
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

it('counts nothing when the cookie is nonsense', () => {
  expect(new ShopCookies(new MemoryCookies({ holdfast_cart_count: '<b>' }), true).cartCount).toBe(0);
});
