/** Whether analytics may identify a shopper. The API applies the same rule; the storefront uses it to decide whether to ask. */
import { mayIdentify } from '../../../../domain/analytics.ts';

/** `signaled`: the browser declines automatically (Do Not Track, Global Privacy Control), so the shopper is not asked. */
export type Consent = 'granted' | 'declined' | 'signaled' | 'unasked';

/** @param choice from the cookie */
export function consentOf(headers: Headers, choice: string | undefined): Consent {
  const signals = { dnt: headers.get('dnt') ?? undefined, gpc: headers.get('sec-gpc') ?? undefined };
  if (!mayIdentify('granted', signals)) return 'signaled';
  return choice === 'granted' || choice === 'declined' ? choice : 'unasked';
}
