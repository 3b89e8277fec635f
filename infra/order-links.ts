/**
 * Keys of links that open one order without an account or its cart: in the emails to guests, and for shoppers who know the order's number
 * and email address. A key is signed, expires, and is valid only if it was issued after the order's keys were last revoked.
 */
import { isSame, signatureOf } from './signed-text.ts';

/** `change`: in an email to the order's address. `view`: for people who only know the number and the address. */
export type LinkAccess = 'change' | 'view';

export interface OrderKey {
  access: LinkAccess;
  issuedAt: Date;
}

const LETTERS: Readonly<Record<LinkAccess, string>> = { change: 'c', view: 'v' };
const KEY = /^([cv])\.([0-9a-z]{1,9})\.([0-9a-z]{1,9})\.([\w-]{43})$/;

/** @param lifeSeconds after which the key expires */
export function orderKey(
  secret: string,
  orderId: string,
  { access, lifeSeconds }: { access: LinkAccess; lifeSeconds: number },
): string {
  const issuedAtMs = Date.now();
  const claims = [LETTERS[access], issuedAtMs.toString(36), (issuedAtMs + lifeSeconds * 1_000).toString(36)].join('.');
  return `${claims}.${signatureOf(secret, 'order link', `${orderId}.${claims}`).toString('base64url')}`;
}

/** @returns undefined for a key that is forged, expired, or of another order */
export function readOrderKey(secret: string, orderId: string, key: string): OrderKey | undefined {
  const [, letter, issuedAt, expiresAt, signature] = KEY.exec(key) ?? [];
  if (!letter || !issuedAt || !expiresAt || !signature) return undefined;
  const expected = signatureOf(secret, 'order link', `${orderId}.${letter}.${issuedAt}.${expiresAt}`);
  if (!isSame(Buffer.from(signature, 'base64url'), expected)) return undefined;
  if (Number.parseInt(expiresAt, 36) <= Date.now()) return undefined;
  return { access: letter === LETTERS.change ? 'change' : 'view', issuedAt: new Date(Number.parseInt(issuedAt, 36)) };
}
