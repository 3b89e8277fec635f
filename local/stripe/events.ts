/** Records events, and sends those that the shop subscribes to once they are durable. */
import { isDeepStrictEqual } from 'node:util';
import Stripe from 'stripe';
import { nowSeconds } from './clock.ts';
import { newId } from './ids.ts';
import type { StandinSettings } from './settings.ts';
import type { Store } from './store.ts';
import type { WebhookSender } from './webhooks.ts';

/** The API version of the installed client. */
export const API_VERSION: string = Stripe.API_VERSION;

export type EventType =
  | 'payment_intent.created'
  | 'payment_intent.succeeded'
  | 'payment_intent.payment_failed'
  | 'payment_intent.canceled'
  | 'payment_intent.requires_action'
  | 'payment_intent.processing'
  | 'charge.succeeded'
  | 'charge.failed'
  | 'charge.refunded'
  | 'charge.refund.updated'
  | 'charge.dispute.created'
  | 'charge.dispute.updated'
  | 'charge.dispute.funds_withdrawn'
  | 'charge.dispute.funds_reinstated'
  | 'charge.dispute.closed'
  | 'refund.created'
  | 'refund.updated'
  | 'refund.failed';

/** The request that caused an event; both null for events without a request. */
export interface Cause {
  requestId: string | null;
  idempotencyKey: string | null;
}

export const NO_CAUSE: Cause = { requestId: null, idempotencyKey: null };

type Plain = Record<string, unknown>;

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An event's `previous_attributes`: the fields of `before` that differ in `after`; null for fields that did not exist. */
export function previousAttributes(before: object, after: object): Plain {
  const [old, now] = [before as Plain, after as Plain];
  const previous: Plain = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(now)])) {
    if (isDeepStrictEqual(old[name], now[name])) continue;
    const nested = isPlain(old[name]) && isPlain(now[name]);
    previous[name] = nested ? previousAttributes(old[name] as Plain, now[name] as Plain) : (old[name] ?? null);
  }
  return previous;
}

export class EventLog {
  readonly #store: Store;
  readonly #webhooks: WebhookSender;
  readonly #subscribed: ReadonlySet<string>;

  constructor(store: Store, webhooks: WebhookSender, settings: StandinSettings) {
    this.#store = store;
    this.#webhooks = webhooks;
    this.#subscribed = settings.webhookUrl === undefined ? new Set() : settings.webhookEvents;
  }

  /** Call inside the change's transaction, so that the event is as durable as the change. */
  record(type: EventType, object: { id: string }, cause: Cause, previousAttributes?: object): void {
    const subscribed = this.#subscribed.has(type) || this.#subscribed.has('*');
    const event = {
      id: newId('evt'),
      object: 'event',
      api_version: API_VERSION,
      created: nowSeconds(),
      data: { object, ...(previousAttributes && { previous_attributes: previousAttributes }) },
      livemode: false,
      pending_webhooks: subscribed ? 1 : 0,
      request: { id: cause.requestId, idempotency_key: cause.idempotencyKey },
      type,
    };
    const document = JSON.stringify(event);
    this.#store.events.insert(event as unknown as Stripe.Event, document);
    if (!subscribed) return;
    const delivery = this.#webhooks.register(event.id, type, event.created, document);
    this.#store.afterCommit(() => this.#webhooks.send(delivery));
  }
}
