import Stripe from 'stripe';
import { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';
import type { ApiDependencies } from '../context.ts';
import { readRawBody } from '../middleware/raw-body.ts';
import { gives } from '../responses.ts';
import { declareRoutes } from '../route.ts';
import { ignoredEvents, readEvent } from './events.ts';
import { handleStripeEvent } from './service.ts';

export const webhookRoutes = declareRoutes(
  (deps) => deps,
  (route) => [
    route({
      method: 'post',
      path: '/webhooks/stripe',
      tag: 'System',
      summary: 'Receive signed events from Stripe',
      access: 'public',
      limit: 'webhooks',
      rawBody: z.looseObject({ id: z.string(), type: z.string() }),
      ok: gives('Handled', z.object({ received: z.boolean() })),
      problems: { 503: 'The event could not be handled; send it again' },
      async handle({ ctx }, deps) {
        const received = verify(deps, await readRawBody(ctx.req), ctx.get('Stripe-Signature'));
        await handleReceived(deps, received);
        return { received: true };
      },
    }),
  ],
);

async function handleReceived(deps: ApiDependencies, received: unknown): Promise<void> {
  const { settings, log } = deps;
  const event = readEvent(received, settings.STRIPE_SECRET_KEY);
  if ('ignored' in event) {
    ignoredEvents.inc({ reason: event.ignored });
    log.info({ reason: event.ignored, eventId: event.id, eventType: event.type }, 'webhook: event ignored');
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
}

/**
 * @returns the parsed body
 * @throws DomainError invalid_signature, also for an event older than Stripe's tolerance of five minutes
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
