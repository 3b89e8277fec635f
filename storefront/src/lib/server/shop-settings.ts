/** Settings, normalized for the server code. */
import { API_URL, CURRENCY, ORIGIN, SHOP_NAME, STRIPE_PUBLIC_URL } from '$app/env/private';

const trimmed = (url: string) => url.replace(/\/+$/, '');

export const settings = {
  apiUrl: trimmed(API_URL),
  /** Public origin of the shop; undefined means the origin of each request. */
  origin: ORIGIN === undefined ? undefined : new URL(ORIGIN).origin,
  stripeStandInUrl: STRIPE_PUBLIC_URL === undefined ? undefined : trimmed(STRIPE_PUBLIC_URL),
  shopName: SHOP_NAME,
  currency: CURRENCY,
} as const;
