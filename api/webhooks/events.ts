/** Selects the signed events that concern this shop. The others are accepted too, so that Stripe does not retry them for days. */
import { Counter } from 'prom-client';
import type Stripe from 'stripe';

export type IgnoredReason = 'other_account' | 'other_mode' | 'thin' | 'no_object';

export interface IgnoredEvent {
  ignored: IgnoredReason;
  id: string | undefined;
  type: string | undefined;
}

export const ignoredEvents = new Counter({
  name: 'stripe_events_ignored_total',
  help: 'Signed Stripe events that were ignored: from another account or mode, thin, or without an object',
  labelNames: ['reason'],
});

/** @param received a body with a verified signature @param secretKey its prefix is the mode: live or test */
export function readEvent(received: unknown, secretKey: string): Stripe.Event | IgnoredEvent {
  const event = (typeof received === 'object' && received !== null ? received : {}) as Partial<Stripe.Event>;
  const ignore = (ignored: IgnoredReason): IgnoredEvent => ({ ignored, id: event.id, type: event.type });
  // Thin events (v2) contain no object; the shop handles none of their types.
  if (event.object !== 'event') return ignore('thin');
  if (typeof event.data?.object !== 'object' || event.data.object === null) return ignore('no_object');
  if (typeof event.id !== 'string' || typeof event.type !== 'string') return ignore('no_object');
  // Only events of connected accounts have an account.
  if (event.account) return ignore('other_account');
  if (event.livemode !== /^[rs]k_live_/.test(secretKey)) return ignore('other_mode');
  return event as Stripe.Event;
}
