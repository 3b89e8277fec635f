import Router from '@koa/router';
import Stripe from 'stripe';
import { DomainError } from '../../domain/errors.ts';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { readRawBody } from '../middleware/raw-body.ts';
import { handleStripeEvent } from './service.ts';

export function webhookRoutes(deps: ApiDependencies): ApiRouter {
  const router = new Router<ApiState>();

  router.post('/webhooks/stripe', async (ctx) => {
    const event = verify(deps, await readRawBody(ctx.req), ctx.get('Stripe-Signature'));
    try {
      await handleStripeEvent(deps, event);
    } catch (error) {
      deps.log.error(
        { err: error, eventId: event.id, eventType: event.type },
        'webhook could not be handled; Stripe sends it again',
      );
      throw new DomainError('unavailable', 'Not handled yet; send it again.', { retryable: true });
    }
    ctx.body = { received: true };
  });

  return router;
}

/** @throws DomainError invalid_signature also for an event older than Stripe's five minutes of tolerance */
function verify({ stripe, settings }: ApiDependencies, body: Buffer, signature: string): Stripe.Event {
  try {
    return stripe.webhooks.constructEvent(body, signature, settings.STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeSignatureVerificationError) && !(error instanceof SyntaxError))
      throw error;
    throw new DomainError('invalid_signature', 'This is not signed by the Stripe account of this shop.');
  }
}
