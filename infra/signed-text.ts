/** Keyed signatures: of what the shop hands out and later gets back (cart IDs, links in emails), of senders, and of what is stored as a hash. */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** @param use separates the signatures of different uses of one secret */
export function signatureOf(secret: string, use: string, text: string): Buffer {
  return createHmac('sha256', secret).update(`holdfast ${use}\n${text}`).digest();
}

/** Compares in constant time. */
export function isSame(given: Buffer, expected: Buffer): boolean {
  return given.length === expected.length && timingSafeEqual(given, expected);
}
