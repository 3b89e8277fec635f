import type { Settings } from '../config.ts';

/** URL of a payment's page in the Stripe Dashboard or the Stripe stand-in. */
export function paymentPageUrl(
  settings: Pick<Settings, 'STRIPE_API_URL' | 'STRIPE_PUBLIC_URL' | 'STRIPE_SECRET_KEY'>,
  paymentIntentId: string,
): string {
  const standIn = settings.STRIPE_PUBLIC_URL ?? settings.STRIPE_API_URL;
  if (standIn) return `${standIn}/local/payments/${paymentIntentId}`;
  const mode = settings.STRIPE_SECRET_KEY.includes('_test_') ? 'test/' : '';
  return `https://dashboard.stripe.com/${mode}payments/${paymentIntentId}`;
}
