/**
 * IDs of guests' carts. The ID is the credential for a guest's cart and orders, so it must be a secret that the shop chose: half of it is a
 * signature of the other half. An ID that a client made up, or planted in someone's browser, is not valid.
 */
import { randomBytes } from 'node:crypto';
import { isSame, signatureOf } from './signed-text.ts';

/** Bytes of the random half; the signature has as many. */
const HALF = 8;

/** @returns a new ID: a UUID of version 8, whose contents are up to the application */
export function issueCartId(secret: string): string {
  const random = randomBytes(HALF);
  random[6] = 0x80 | (random[6]! & 0x0f);
  const hex = Buffer.concat([random, signatureHalf(secret, random)]).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Whether `issueCartId` issued the ID, written in lower case. */
export function isIssuedCartId(secret: string, id: string): boolean {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  return isSame(bytes.subarray(HALF), signatureHalf(secret, bytes.subarray(0, HALF)));
}

function signatureHalf(secret: string, random: Buffer): Buffer {
  const half = signatureOf(secret, 'cart id', random.toString('hex')).subarray(0, HALF);
  // The variant of a UUID.
  half[0] = 0x80 | (half[0]! & 0x3f);
  return half;
}
