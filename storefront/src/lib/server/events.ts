/** Tells the API's analytics of what happened here. No shopper waits for it, and none is bothered when it fails. */
import type { SeenEvent } from '#lib/seen-event.ts';
import type { Api } from './api.ts';
import type { Consent } from './consent.ts';

interface Teller {
  api: Pick<Api, 'tell'>;
  consent: Consent;
}

const MAX_EVENTS = 50;

/** Tells of something that this server did. Returns at once. */
export function tell(teller: Teller, event: SeenEvent): void {
  void send(teller, [{ id: crypto.randomUUID(), occurred_at: new Date().toISOString(), ...event }]).catch(
    (error: unknown) => console.warn(JSON.stringify({ level: 'warn', message: 'event lost', error: String(error) })),
  );
}

/** @throws ApiProblem */
export function send({ api, consent }: Teller, events: readonly unknown[]): Promise<void> {
  const headers = { 'x-analytics-consent': consent === 'granted' ? 'granted' : 'declined' };
  // Without consent the credentials stay here: what is not sent can't be kept.
  return api.tell('/events', { events }, { headers, identity: consent === 'granted' ? 'shopper' : 'anyone' });
}

/**
 * Events as a browser saw them. It says how long ago, not when: its clock may be wrong. Everything else is for the API to judge.
 * @returns undefined for what is no list of events
 */
export function fromBrowser(body: unknown, nowMs = Date.now()): Record<string, unknown>[] | undefined {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_EVENTS) return undefined;
  const events: Record<string, unknown>[] = [];
  for (const seen of body) {
    const { ago_ms, ...event } = (seen ?? {}) as Record<string, unknown>;
    if (typeof ago_ms !== 'number' || !(ago_ms >= 0) || ago_ms > 86_000_000) return undefined;
    events.push({ ...event, occurred_at: new Date(nowMs - Math.round(ago_ms)).toISOString() });
  }
  return events;
}
