import { mayIdentify } from '../../domain/analytics.ts';
import type { ApiContext } from '../context.ts';

const CONSENT_COOKIE = 'analytics_consent';

/** Whether the shopper currently consents to analytics events with their identity. */
export function hasConsented(ctx: ApiContext): boolean {
  const word = ctx.get('X-Analytics-Consent') || ctx.cookies.get(CONSENT_COOKIE);
  return mayIdentify(word, { dnt: ctx.get('DNT'), gpc: ctx.get('Sec-GPC') });
}
