/** IDs in Stripe's format: a prefix and unguessable base-62 text. */
import { createHash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function base62(bytes: Uint8Array, length: number): string {
  let text = '';
  for (let index = 0; index < length; index += 1) text += ALPHABET[bytes[index]! % 62];
  return text;
}

/** `length` base-62 characters from the system's random source (the slight bias of `% 62` does not matter here). */
export function randomText(length: number): string {
  return base62(randomBytes(length), length);
}

export type IdPrefix = 'pi' | 'ch' | 're' | 'dp' | 'pm' | 'evt' | 'txn';

/** A new ID such as `pi_3Qk…` (27 characters for a two-letter prefix, like Stripe's). */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${prefix === 'pm' || prefix === 'txn' ? '1' : '3'}${randomText(23)}`;
}

export function newClientSecret(paymentIntentId: string): string {
  return `${paymentIntentId}_secret_${randomText(25)}`;
}

export function newRequestId(): string {
  return `req_${randomText(14)}`;
}

/** 16 characters derived from `text`; the same text always gives the same result. */
export function digestText(text: string): string {
  return base62(createHash('sha256').update(text).digest(), 16);
}
