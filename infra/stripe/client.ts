import Stripe from 'stripe';
import type { Settings } from '../config.ts';

/**
 * Creates the Stripe client; with `STRIPE_API_URL` it uses the Stripe stand-in. It does not retry: Temporal does, with the same
 * idempotency keys, so that retries are visible.
 */
export function createStripe(
  settings: Pick<Settings, 'STRIPE_SECRET_KEY' | 'STRIPE_API_URL' | 'STRIPE_TIMEOUT_MS'>,
): Stripe {
  const local = settings.STRIPE_API_URL ? new URL(settings.STRIPE_API_URL) : undefined;
  return new Stripe(settings.STRIPE_SECRET_KEY, {
    maxNetworkRetries: 0,
    timeout: settings.STRIPE_TIMEOUT_MS,
    telemetry: false,
    ...(local && {
      host: local.hostname,
      port: local.port,
      protocol: local.protocol === 'https:' ? ('https' as const) : ('http' as const),
    }),
  });
}
