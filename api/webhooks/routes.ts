import Router from '@koa/router';
import Stripe from 'stripe';
import { DomainError } from '../../domain/errors.ts';
import type { ApiDependencies, ApiRouter, ApiState } from '../context.ts';
import { readRawBody } from '../middleware/raw-body.ts';
import { ignoredEvents, readEvent } from './events.ts';
import { handleStripeEvent } from './service.ts';

export function webhookRoutes(deps: ApiDependencies): ApiRouter {
  const { settings, log } = deps;
  const router = new Router<ApiState>();

  router.post('/webhooks/stripe', async (ctx) => {
    const received = verify(deps, await readRawBody(ctx.req), ctx.get('Stripe-Signature'));
    const event = readEvent(received, settings.STRIPE_SECRET_KEY);
    if ('ignored' in event) {
      ignoredEvents.inc({ reason: event.ignored });
      log.info({ reason: event.ignored, eventId: event.id, eventType: event.type }, 'webhook: event ignored');
      ctx.body = { received: true };
      return;
    }
    try {
      await handleStripeEvent(deps, event);
    } catch (error) {
      log.error(
        { err: error, eventId: event.id, eventType: event.type },
        'webhook: event could not be handled; Stripe will resend it',
      );
      throw new DomainError('unavailable', 'The event could not be handled. Send it again.', { retryable: true });
    }
    ctx.body = { received: true };
  });

  return router;
}

/**
 * @returns what the body says
 * @throws DomainError invalid_signature also for an event older than Stripe's five minutes of tolerance
 */
function verify({ stripe, settings }: ApiDependencies, body: Buffer, signature: string): unknown {
  try {
    stripe.webhooks.signature!.verifyHeader(body, signature, settings.STRIPE_WEBHOOK_SECRET);
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeSignatureVerificationError) && !(error instanceof SyntaxError))
      throw error;
    throw new DomainError('invalid_signature', 'The event is not signed with this shop’s webhook secret.');
  }
}
