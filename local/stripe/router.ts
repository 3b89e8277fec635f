/** The supported part of Stripe's API. */
import type { Answer, Call } from './call.ts';
import { listChargesRoute, retrieveChargeRoute } from './charges.ts';
import { confirmIntentRoute } from './confirm-route.ts';
import { closeDisputeRoute, listDisputesRoute, retrieveDisputeRoute, updateDisputeRoute } from './dispute-routes.ts';
import { listEventsRoute, retrieveEventRoute } from './event-routes.ts';
import {
  cancelIntentRoute,
  createIntentRoute,
  listIntentsRoute,
  retrieveIntentRoute,
  updateIntentRoute,
} from './payment-intents.ts';
import { createPaymentMethodRoute, retrievePaymentMethodRoute } from './payment-methods.ts';
import { createRefundRoute, listRefundsRoute, retrieveRefundRoute, updateRefundRoute } from './refunds.ts';

export interface Route {
  method: 'GET' | 'POST';
  /** Segments of the path; `:id` matches an ID. */
  segments: readonly string[];
  /** Whether a browser may call it with the publishable key. */
  publishable: boolean;
  handle: (call: Call) => Answer;
}

function route(method: Route['method'], path: string, handle: Route['handle'], publishable = false): Route {
  return { method, segments: path.split('/'), publishable, handle };
}

const ROUTES: readonly Route[] = [
  route('POST', '/v1/payment_intents', createIntentRoute),
  route('GET', '/v1/payment_intents', listIntentsRoute),
  route('GET', '/v1/payment_intents/:id', retrieveIntentRoute, true),
  route('POST', '/v1/payment_intents/:id', updateIntentRoute),
  route('POST', '/v1/payment_intents/:id/confirm', confirmIntentRoute, true),
  route('POST', '/v1/payment_intents/:id/cancel', cancelIntentRoute),
  route('POST', '/v1/payment_methods', createPaymentMethodRoute, true),
  route('GET', '/v1/payment_methods/:id', retrievePaymentMethodRoute),
  route('GET', '/v1/charges', listChargesRoute),
  route('GET', '/v1/charges/:id', retrieveChargeRoute),
  route('POST', '/v1/refunds', createRefundRoute),
  route('GET', '/v1/refunds', listRefundsRoute),
  route('GET', '/v1/refunds/:id', retrieveRefundRoute),
  route('POST', '/v1/refunds/:id', updateRefundRoute),
  route('GET', '/v1/disputes', listDisputesRoute),
  route('GET', '/v1/disputes/:id', retrieveDisputeRoute),
  route('POST', '/v1/disputes/:id', updateDisputeRoute),
  route('POST', '/v1/disputes/:id/close', closeDisputeRoute),
  route('GET', '/v1/events', listEventsRoute),
  route('GET', '/v1/events/:id', retrieveEventRoute),
];

export interface Match {
  route: Route;
  id: string;
}

export function findRoute(method: string, path: string): Match | undefined {
  const given = path.split('/');
  for (const candidate of ROUTES) {
    const { segments } = candidate;
    if (candidate.method !== method || segments.length !== given.length) continue;
    if (!segments.every((segment, index) => segment === given[index] || (segment === ':id' && given[index] !== ''))) {
      continue;
    }
    const position = segments.indexOf(':id');
    return { route: candidate, id: position < 0 ? '' : decodeURIComponent(given[position]!) };
  }
  return undefined;
}
