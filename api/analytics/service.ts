/** Accepts analytics events: after a 202, they are queued in Redis and will be written to InfluxDB. */
import { createHash } from 'node:crypto';
import { Counter } from 'prom-client';
import { anonymousPath } from '../../domain/analytics.ts';
import { DomainError } from '../../domain/errors.ts';
import type { EventStream, StreamEvent } from '../../infra/redis/event-stream.ts';
import type { AnalyticsEvent } from '../contracts/analytics.ts';

const accepted = new Counter({
  name: 'analytics_events_accepted_total',
  help: 'Events accepted from browsers and the storefront',
  labelNames: ['event'],
});
const turnedAway = new Counter({
  name: 'analytics_events_turned_away_total',
  help: 'Valid events rejected because the stream was full or Redis was unavailable',
});

/** Who sent a batch; empty without consent. */
export interface Sender {
  userId?: string;
  cartId?: string;
}

/** @throws DomainError unavailable while the stream is full or Redis is unavailable */
export async function acceptEvents(
  stream: EventStream,
  events: readonly AnalyticsEvent[],
  sender: Sender,
): Promise<void> {
  let added: boolean;
  try {
    added = await stream.add(events.map((event) => toStream(event, sender)));
  } catch (error) {
    turnedAway.inc(events.length);
    throw unavailable(error);
  }
  if (!added) {
    turnedAway.inc(events.length);
    throw unavailable();
  }
  for (const { event } of events) accepted.inc({ event });
}

function unavailable(cause?: unknown): DomainError {
  return new DomainError('unavailable', 'Events can’t be accepted right now. Send them again in a moment.', {
    retryable: true,
    cause,
  });
}

function toStream(sent: AnalyticsEvent, sender: Sender): StreamEvent {
  const { id, event, occurred_at, ...properties } = sent;
  return {
    id: id.toLowerCase(),
    event,
    atMs: Date.parse(occurred_at),
    data: { ...flattened(properties), ...identityOf(sender) },
  };
}

function flattened(properties: Record<string, string | number | string[] | undefined>): StreamEvent['data'] {
  const known: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (Array.isArray(value)) known[name] = value.join(',');
    else if (name === 'path') known[name] = anonymousPath(String(value));
    else if (value !== undefined) known[name] = value;
  }
  return known;
}

function identityOf({ userId, cartId }: Sender): Record<string, string> {
  return { ...(userId && { user_id: userId }), ...(cartId && { visitor: visitorOf(cartId) }) };
}

/**
 * A guest's cart ID is the credential for the cart and its orders, so events contain its hash instead. The hash distinguishes visitors but
 * can't be reversed because a random UUID can't be guessed.
 */
export function visitorOf(cartId: string): string {
  return createHash('sha256').update(`visitor:${cartId.toLowerCase()}`).digest('hex').slice(0, 32);
}
