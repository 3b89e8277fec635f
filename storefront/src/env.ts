/** Every setting of the storefront, read at startup. HOST, PORT, and ORIGIN belong to the Node adapter. */
import { defineEnvVars } from '@sveltejs/kit/env';
import { z } from 'zod';
import { isCurrency } from '../../domain/currencies.ts';

const optionalUrl = z
  .literal('')
  .transform(() => undefined)
  .or(z.url())
  .optional();

export const variables = defineEnvVars({
  API_URL: {
    schema: z.url().default('http://127.0.0.1:3001'),
    description: 'Address of the API as this server reaches it',
  },
  ORIGIN: {
    schema: optionalUrl,
    description: 'Public origin of the shop; cookies are Secure when it is https',
  },
  STRIPE_PUBLIC_URL: {
    schema: optionalUrl,
    description: 'Address at which browsers reach the local Stripe stand-in; unset means Stripe itself',
  },
  CURRENCY: {
    schema: z.string().refine(isCurrency, 'is not a currency that Stripe charges').default('usd'),
    description: 'ISO 4217 code of the shop’s prices, lower case: the same as the API’s',
  },
  SHOP_NAME: {
    schema: z.string().min(1).default('Holdfast'),
    description: 'Name in the header and in page titles',
  },
});
