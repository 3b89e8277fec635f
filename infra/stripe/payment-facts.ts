/** Converts a PaymentIntent, from a signed event or an API response, to the shop's terms. */
import type Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';

/** `in_flight`: a charge is in progress and can't be stopped. */
export type PaymentStatus = 'open' | 'in_flight' | 'succeeded' | 'canceled';

export interface PaymentFacts {
  paymentIntentId: string;
  status: PaymentStatus;
  /** Minor units of `currency`; 0 until it succeeds. */
  receivedCents: number;
  currency: string;
  failure?: PaymentFailure;
}

/** A declined payment attempt. */
export interface PaymentFailure {
  /** The attempt's charge, which is the same in a repeated event. */
  attemptId: string;
  code: string;
  /** For display to the shopper. */
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
