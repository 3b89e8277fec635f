/** Addresses of the shop under test, which `npm test` passes in environment variables. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { StackAddresses } from '../../../local/stack/stack-file.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with "npm test -- tests/e2e".`);
  return value.replace(/\/$/, '');
}

const stackFile = required('STACK_FILE');
const addresses = JSON.parse(readFileSync(stackFile, 'utf8')) as StackAddresses;

export const stack = {
  storefrontUrl: required('STOREFRONT_URL'),
  apiUrl: required('API_URL'),
  stripeUrl: required('STRIPE_API_URL'),
  temporalUiUrl: required('TEMPORAL_UI_URL'),
  chromium: process.env.CHROMIUM_BIN || '/usr/bin/chromium',
  admin: addresses.admin,
  customer: addresses.customer,
  support: addresses.support,
  supportLead: addresses.support_lead,
  reservationSeconds: Number(required('RESERVATION_SECONDS')),
  screenshotFolder: join(dirname(stackFile), 'screenshots'),
} as const;
