/** Settings in the form that the server code wants them. */
import { API_URL, CURRENCY, ORIGIN, SHOP_NAME, STRIPE_PUBLIC_URL } from '$app/env/private';

const trimmed = (url: string) => url.replace(/\/+$/, '');

export const settings = {
  apiUrl: trimmed(API_URL),
  /** Public origin of the shop; undefined leaves it to what the request says. */
  origin: ORIGIN === undefined ? undefined : new URL(ORIGIN).origin,
  stripeStandInUrl: STRIPE_PUBLIC_URL === undefined ? undefined : trimmed(STRIPE_PUBLIC_URL),
  shopName: SHOP_NAME,
  currency: CURRENCY,
} as const;
