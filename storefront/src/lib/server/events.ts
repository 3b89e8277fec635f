/** Sends analytics events to the API. No page waits for them, and a failure never reaches the shopper. */
import type { TrackedEvent } from '#lib/tracked-event.ts';
import type { Api } from './api.ts';
import type { Consent } from './consent.ts';

interface Tracker {
  api: Pick<Api, 'report'>;
  consent: Consent;
}

const MAX_EVENTS = 50;

/** Tracks something that this server did. Returns immediately. */
export function track(tracker: Tracker, event: TrackedEvent): void {
  void send(tracker, [{ id: crypto.randomUUID(), occurred_at: new Date().toISOString(), ...event }]).catch(
    (error: unknown) => console.warn(JSON.stringify({ level: 'warn', message: 'event lost', error: String(error) })),
  );
}

/** @throws ApiProblem */
export function send({ api, consent }: Tracker, events: readonly unknown[]): Promise<void> {
  const headers = { 'x-analytics-consent': consent === 'granted' ? 'granted' : 'declined' };
  // Without consent the credentials are not sent, so the API cannot store them.
  return api.report('/events', { events }, { headers, identity: consent === 'granted' ? 'shopper' : 'anyone' });
}

/**
 * Reads events from a browser. They carry an age instead of a time, since its clock may be wrong. The API validates the rest.
 * @returns undefined when the body is not a list of events
 */
export function fromBrowser(body: unknown, nowMs = Date.now()): Record<string, unknown>[] | undefined {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_EVENTS) return undefined;
  const events: Record<string, unknown>[] = [];
  for (const event of body) {
    const { ago_ms, ...fields } = (event ?? {}) as Record<string, unknown>;
    if (typeof ago_ms !== 'number' || !(ago_ms >= 0) || ago_ms > 86_000_000) return undefined;
    events.push({ ...fields, occurred_at: new Date(nowMs - Math.round(ago_ms)).toISOString() });
  }
  return events;
}
