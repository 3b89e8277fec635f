import { mayIdentify } from '../../domain/analytics.ts';
import type { ApiContext } from '../context.ts';

const CONSENT_COOKIE = 'analytics_consent';

/** Whether the shopper agrees, at this moment, that what they do is kept under their name. */
export function hasConsented(ctx: ApiContext): boolean {
  const word = ctx.get('X-Analytics-Consent') || ctx.cookies.get(CONSENT_COOKIE);
  return mayIdentify(word, { dnt: ctx.get('DNT'), gpc: ctx.get('Sec-GPC') });
}
