/**
 * Secrets in the links of emails about an account. A secret is derived from its request's ID, so that an email that is sent twice has the
 * same link; PostgreSQL stores only its hash.
 */
import { createHash } from 'node:crypto';
import { signatureOf } from './signed-text.ts';

export function accountToken(secret: string, requestId: string): string {
  return signatureOf(secret, 'account token', requestId).toString('base64url');
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
