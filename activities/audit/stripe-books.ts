/** Reads the shop's payments and disputes from Stripe: those that changed since a given time, or all. */
import Stripe from 'stripe';
import { fromStripeAmount, isCurrency } from '../../domain/currencies.ts';

/** Amounts in minor units of `currency`. */
export interface StripePayment {
  paymentIntentId: string;
  /** From the PaymentIntent's metadata. */
  orderId: string;
  currency: string;
  capturedCents: number;
  refundedCents: number;
}

export interface StripeDispute {
  disputeId: string;
  paymentIntentId: string | undefined;
  /** Stripe's integer amount. A dispute of another application's payment may have a currency that the shop does not support. */
  stripeAmount: number;
  currency: string;
  status: string;
}

/**
 * Reads payments that were made or refunded since a given time, and the listed ones. Intents of other applications on the account, whose
 * metadata names no order, are left out.
 * @param since undefined reads every payment ever made
 * @param alsoIds PaymentIntents to read however old they are
 */
export async function readStripePayments(
  stripe: Stripe,
  since: Date | undefined,
  alsoIds: readonly string[],
  onProgress: () => void,
): Promise<Map<string, StripePayment>> {
  const created = createdSince(since);
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
    for await (const refund of stripe.refunds.list({ limit: 100, created })) {
      const id = idOf(refund.payment_intent);
      if (id) older.add(id);
    }
  }
  for (const id of older) {
    const retrieve = () => stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    const intent = seen.has(id) ? undefined : await unlessMissing(retrieve());
    if (intent) add(intent);
  }
  return payments;
}

/**
 * Reads disputes that were opened since a given time, and the listed ones, since a dispute can stay open for months.
 * @param since undefined reads every dispute ever opened
 */
export async function readStripeDisputes(
  stripe: Stripe,
  since: Date | undefined,
  alsoIds: readonly string[],
  onProgress: () => void,
): Promise<Map<string, StripeDispute>> {
  const disputes = new Map<string, StripeDispute>();
  const add = (dispute: Stripe.Dispute) => {
    onProgress();
    const { id, payment_intent, amount, currency, status } = dispute;
    disputes.set(id, { disputeId: id, paymentIntentId: idOf(payment_intent), stripeAmount: amount, currency, status });
  };
  for await (const dispute of stripe.disputes.list({ limit: 100, created: createdSince(since) })) add(dispute);
  for (const id of alsoIds) {
    const dispute = disputes.has(id) ? undefined : await unlessMissing(stripe.disputes.retrieve(id));
    if (dispute) add(dispute);
  }
  return disputes;
}

const createdSince = (since: Date | undefined) => since && { gte: Math.floor(since.getTime() / 1000) };

/** @returns undefined when the object does not exist at Stripe, which then holds no money for it */
async function unlessMissing<Found>(asked: Promise<Found>): Promise<Found | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing') return undefined;
    throw error;
  }
}

function idOf(reference: string | { id: string } | null): string | undefined {
  return typeof reference === 'string' ? reference : reference?.id;
}

function paymentOf(intent: Stripe.PaymentIntent): StripePayment | undefined {
  const orderId = intent.metadata.order_id;
  if (!orderId || intent.amount_received === 0) return undefined;
  const charge = intent.latest_charge as Stripe.Charge | null;
  // For a currency that the shop does not support, keep Stripe's integer; such a payment never belongs to an order.
  const cents = (amount: number) => (isCurrency(intent.currency) ? fromStripeAmount(amount, intent.currency) : amount);
  return {
    paymentIntentId: intent.id,
    orderId,
    currency: intent.currency,
    capturedCents: cents(intent.amount_received),
    refundedCents: cents(charge?.amount_refunded ?? 0),
  };
}
