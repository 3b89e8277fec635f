/** What Stripe holds of the shop's payments: those that something happened to since a day, or all of them. */
import Stripe from 'stripe';
import { fromStripeAmount, isCurrency } from '../../domain/currencies.ts';

/** Amounts in minor units of `currency`. */
export interface StripePayment {
  paymentIntentId: string;
  /** As the PaymentIntent names it. */
  orderId: string;
  currency: string;
  capturedCents: number;
  refundedCents: number;
}

/**
 * Reads payments that were made, refunded or disputed since a moment, and those named. Intents of other programs on the account, which name
 * no order, are left out.
 * @param since undefined reads every payment ever made
 * @param alsoIds PaymentIntents to read however old they are
 */
export async function readStripePayments(
  stripe: Stripe,
  since: Date | undefined,
  alsoIds: readonly string[],
  onProgress: () => void,
): Promise<Map<string, StripePayment>> {
  const created = since && { gte: Math.floor(since.getTime() / 1000) };
  const payments = new Map<string, StripePayment>();
  const add = (intent: Stripe.PaymentIntent) => {
    onProgress();
    const payment = paymentOf(intent);
    if (payment) payments.set(intent.id, payment);
  };
  const seen = new Set<string>();
  for await (const intent of stripe.paymentIntents.list({ limit: 100, created, expand: ['data.latest_charge'] })) {
    seen.add(intent.id);
    add(intent);
  }
  const older = new Set(alsoIds);
  if (since) {
    for await (const refund of stripe.refunds.list({ limit: 100, created })) addId(older, refund.payment_intent);
    for await (const dispute of stripe.disputes.list({ limit: 100, created })) addId(older, dispute.payment_intent);
  }
  for (const id of older) {
    const intent = seen.has(id) ? undefined : await retrieve(stripe, id);
    if (intent) add(intent);
  }
  return payments;
}

/** @returns undefined when Stripe does not know it: then it holds no money */
async function retrieve(stripe: Stripe, id: string): Promise<Stripe.PaymentIntent | undefined> {
  try {
    return await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return undefined;
    throw error;
  }
}

function addId(ids: Set<string>, reference: string | { id: string } | null): void {
  if (reference) ids.add(typeof reference === 'string' ? reference : reference.id);
}

function paymentOf(intent: Stripe.PaymentIntent): StripePayment | undefined {
  const orderId = intent.metadata.order_id;
  if (!orderId || intent.amount_received === 0) return undefined;
  const charge = intent.latest_charge as Stripe.Charge | null;
  // In a currency that the shop does not know, Stripe's own integer: such a payment is never an order's.
  const cents = (amount: number) => (isCurrency(intent.currency) ? fromStripeAmount(amount, intent.currency) : amount);
  return {
    paymentIntentId: intent.id,
    orderId,
    currency: intent.currency,
    capturedCents: cents(intent.amount_received),
    refundedCents: cents(charge?.amount_refunded ?? 0),
  };
}
