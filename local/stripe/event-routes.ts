/** GET /v1/events and /v1/events/:id. */
import type Stripe from 'stripe';
import type { Answer, Call, Standin } from './call.ts';
import { invalidParameter, resourceMissing } from './errors.ts';
import { answerObject, answerPage } from './expand.ts';

/** An event's current representation, with its number of pending webhooks. */
function present(standin: Standin, event: Stripe.Event): Stripe.Event {
  return event.pending_webhooks === 0 ? event : { ...event, pending_webhooks: standin.webhooks.pendingOf(event.id) };
}

export function retrieveEventRoute(call: Call): Answer {
  const event = call.standin.store.events.get(call.id);
  if (!event) throw resourceMissing('event', call.id, 'id');
  return answerObject(call, present(call.standin, event));
}

export function listEventsRoute(call: Call): Answer {
  const { parameters, standin } = call;
  const type = parameters.text('type');
  const types = parameters.list('types');
  if (type !== undefined && types !== undefined) {
    throw invalidParameter('types', 'You may only specify one of these parameters: type, types.');
  }
  return answerPage(call, standin.store.events, '/v1/events', { type: types ?? type }, (event) =>
    present(standin, event),
  );
}
