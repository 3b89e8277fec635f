/** Whether a shopper may be counted by id. The API judges by the same rule; here it decides whether to ask. */
import { mayIdentify } from '../../../../domain/analytics.ts';

/** `signalled`: the browser says no by itself (Do Not Track, Global Privacy Control), so nobody is asked. */
export type Consent = 'granted' | 'declined' | 'signalled' | 'unasked';

/** @param word the cookie's */
export function consentOf(headers: Headers, word: string | undefined): Consent {
  const signals = { dnt: headers.get('dnt') ?? undefined, gpc: headers.get('sec-gpc') ?? undefined };
  if (!mayIdentify('granted', signals)) return 'signalled';
  return word === 'granted' || word === 'declined' ? word : 'unasked';
}
