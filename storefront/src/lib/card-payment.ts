/** Pays at the local Stripe stand-in from the browser, with the same call as Stripe.js. Card data is sent nowhere else. */
import type { Payment } from './contracts.ts';

export interface Card {
  number: string;
  /** As typed: `12 / 34`, `12/2034`. */
  expiry: string;
  cvc: string;
  name: string;
}

export type CardOutcome =
  /** Stripe accepted the payment; the order is paid once Stripe has notified the shop. */
  | { kind: 'submitted' }
  | { kind: 'redirect'; url: string }
  | { kind: 'refused'; message: string }
  /** No response: the card may or may not have been charged. */
  | { kind: 'unknown' };

export interface CardErrors {
  number?: string;
  expiry?: string;
  cvc?: string;
}

interface StripeResponse {
  status?: string;
  next_action?: { redirect_to_url?: { url?: string } } | null;
  error?: { message?: string };
}

/** The PaymentIntent's ID, with which its client secret begins. */
export function intentId(clientSecret: string): string {
  return clientSecret.split('_secret_')[0] ?? clientSecret;
}

/** Parses an expiration date; undefined when it is invalid. The year has four digits. */
export function readExpiry(text: string): { month: number; year: number } | undefined {
  const match = /^\s*(\d{1,2})\s*[/\-. ]?\s*(\d{4}|\d{2})\s*$/.exec(text);
  if (!match) return undefined;
  const month = Number(match[1]);
  const year = Number(match[2]) + (match[2]!.length === 2 ? 2000 : 0);
  return month >= 1 && month <= 12 ? { month, year } : undefined;
}

/** Validates a card before it is sent. */
export function checkCard(card: Card): CardErrors {
  const errors: CardErrors = {};
  if (!/^\d{12,19}$/.test(digits(card.number))) errors.number = 'Enter your full card number.';
  if (!readExpiry(card.expiry)) errors.expiry = 'Enter the expiration date as MM / YY.';
  if (!/^\d{3,4}$/.test(card.cvc.trim())) errors.cvc = 'Enter the 3- or 4-digit security code.';
  return errors;
}

/** Groups a card number as printed on a card, without other characters. */
export function groupNumber(text: string): string {
  return digits(text)
    .slice(0, 19)
    .replace(/(\d{4})(?=\d)/g, '$1 ');
}

/**
 * Confirms the payment.
 * @param returnUrl where the bank redirects the shopper after authentication
 */
export async function confirmCard(
  payment: Payment & { api_url: string },
  card: Card,
  returnUrl: string,
  send: typeof fetch = fetch,
): Promise<CardOutcome> {
  const expiry = readExpiry(card.expiry);
  const fields = new URLSearchParams({
    client_secret: payment.client_secret,
    return_url: returnUrl,
    'payment_method_data[type]': 'card',
    'payment_method_data[card][number]': digits(card.number),
    'payment_method_data[card][exp_month]': String(expiry?.month ?? ''),
    'payment_method_data[card][exp_year]': String(expiry?.year ?? ''),
    'payment_method_data[card][cvc]': card.cvc.trim(),
    'payment_method_data[billing_details][name]': card.name.trim(),
  });
  try {
    const response = await send(
      `${payment.api_url}/v1/payment_intents/${encodeURIComponent(intentId(payment.client_secret))}/confirm`,
      { method: 'POST', headers: { authorization: `Bearer ${payment.publishable_key}` }, body: fields },
    );
    return outcomeOf(response.status, (await response.json()) as StripeResponse);
  } catch {
    return { kind: 'unknown' };
  }
}

function outcomeOf(status: number, body: StripeResponse): CardOutcome {
  if (status >= 500) return { kind: 'unknown' };
  if (body.error) return { kind: 'refused', message: body.error.message ?? 'Your card was declined.' };
  const next = body.next_action?.redirect_to_url?.url;
  if (body.status === 'requires_action' && next) return { kind: 'redirect', url: next };
  if (body.status === 'succeeded' || body.status === 'processing') return { kind: 'submitted' };
  return { kind: 'refused', message: 'Your payment wasn’t completed. Please try again.' };
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}
