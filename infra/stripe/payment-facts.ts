/** What Stripe says of a PaymentIntent, in the shop's terms: read from a signed event, or from Stripe's own answer. */
import type Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';

/** `in_flight`: a charge is on its way and can't be stopped. */
export type PaymentStatus = 'open' | 'in_flight' | 'succeeded' | 'canceled';

export interface PaymentFacts {
  paymentIntentId: string;
  status: PaymentStatus;
  /** Minor units of `currency`; 0 until it succeeded. */
  receivedCents: number;
  currency: string;
  failure?: PaymentFailure;
}

/** One refused attempt to pay. */
export interface PaymentFailure {
  /** The attempt's charge: a repeated event carries the same. */
  attemptId: string;
  code: string;
  /** In words for the shopper. */
  message: string;
}

export function paymentFactsOf(intent: Stripe.PaymentIntent): PaymentFacts {
  const status = statusOf(intent.status);
  const error = intent.last_payment_error;
  return {
    paymentIntentId: intent.id,
    status,
    receivedCents: status === 'succeeded' ? fromStripeAmount(intent.amount_received, intent.currency) : 0,
    currency: intent.currency,
    failure: error
      ? {
          attemptId: error.charge ?? chargeOf(intent),
          code: error.decline_code ?? error.code ?? 'declined',
          message: (error.message ?? 'The card was declined.').slice(0, 500),
        }
      : undefined,
  };
}

function statusOf(status: Stripe.PaymentIntent.Status): PaymentStatus {
  switch (status) {
    case 'succeeded':
      return 'succeeded';
    case 'canceled':
      return 'canceled';
    case 'processing':
    case 'requires_capture':
      return 'in_flight';
    default:
      return 'open';
  }
}

function chargeOf(intent: Stripe.PaymentIntent): string {
  const charge = intent.latest_charge;
  return (typeof charge === 'string' ? charge : charge?.id) ?? intent.id;
}
