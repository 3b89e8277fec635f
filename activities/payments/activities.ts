import Stripe from 'stripe';
import type { RefundStatus } from '../../domain/order-state.ts';
import { paymentPageUrl } from '../../infra/stripe/payment-page.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { attachPaymentIntent, readOrder } from '../orders/order-ledger.ts';
import { type FoundDispute, type FoundRefund, recordFound } from '../refunds/found-ledger.ts';

/** How a PaymentIntent stands, as far as an order is concerned. `in_flight`: a charge is on its way and can't be stopped. */
export interface IntentState {
  status: 'open' | 'in_flight' | 'succeeded' | 'canceled';
  amountReceivedCents: number;
}

export interface OpenedPayment {
  paymentIntentId: string;
  /** Where people look it up. */
  paymentUrl?: string;
}

export interface StripeRefundState {
  stripeRefundId: string | null;
  status: Extract<RefundStatus, 'pending' | 'succeeded' | 'failed'>;
  failureReason?: string;
}

export function createPaymentActivities({
  db,
  settings,
  stripe,
}: Pick<ActivityDependencies, 'db' | 'settings' | 'stripe'>) {
  /** Safe to retry: Stripe answers the same intent for the same idempotency key, and the order keeps its first intent. */
  async function createPayment(request: {
    orderId: string;
    amountCents: number;
    currency: string;
  }): Promise<OpenedPayment> {
    const intent = await stripe.paymentIntents.create(
      {
        amount: request.amountCents,
        currency: request.currency,
        automatic_payment_methods: { enabled: true },
        metadata: { order_id: request.orderId },
        description: `Order ${request.orderId}`,
      },
      { idempotencyKey: `order-${request.orderId}-intent` },
    );
    if (!intent.client_secret) throw new Error(`PaymentIntent ${intent.id} came without a client secret`);
    await attachPaymentIntent(db, request.orderId, { paymentIntentId: intent.id, clientSecret: intent.client_secret });
    return { paymentIntentId: intent.id, paymentUrl: paymentPageUrl(settings, intent.id) };
  }

  async function retrievePaymentIntent({ paymentIntentId }: { paymentIntentId: string }): Promise<IntentState> {
    return intentState(await stripe.paymentIntents.retrieve(paymentIntentId));
  }

  /**
   * Cancels an unpaid intent, or tells that it was paid. Safe to retry: a cancelled intent stays so, and Stripe refuses to
   * cancel a paid one.
   */
  async function cancelPaymentIntent({ paymentIntentId }: { paymentIntentId: string }): Promise<IntentState> {
    try {
      return intentState(await stripe.paymentIntents.cancel(paymentIntentId, { cancellation_reason: 'abandoned' }));
    } catch (error) {
      // Paid, in flight or cancelled before: the intent itself says which.
      if (
        !(error instanceof Stripe.errors.StripeInvalidRequestError) ||
        error.code !== 'payment_intent_unexpected_state'
      )
        throw error;
      const intent = intentState(await stripe.paymentIntents.retrieve(paymentIntentId));
      if (intent.status === 'open') throw error;
      return intent;
    }
  }

  /**
   * Sends a refund. Safe to retry: one idempotency key a refund, and past Stripe's memory of keys the refund is found by its
   * metadata. A refusal that no retry can change is an answer, not an error.
   */
  async function refundPayment(request: {
    refundId: string;
    orderId: string;
    paymentIntentId: string;
    amountCents: number;
    /** 1 unless an earlier try failed for good. */
    attempt: number;
  }): Promise<StripeRefundState> {
    const attempt = String(request.attempt);
    try {
      return refundState(
        await stripe.refunds.create(
          {
            payment_intent: request.paymentIntentId,
            amount: request.amountCents,
            metadata: { refund_id: request.refundId, order_id: request.orderId, attempt },
          },
          { idempotencyKey: `refund-${request.refundId}${attempt === '1' ? '' : `-${attempt}`}` },
        ),
      );
    } catch (error) {
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;
      const made = await stripe.refunds.list({ payment_intent: request.paymentIntentId, limit: 100 });
      const own = made.data.find(
        ({ metadata }) => metadata?.refund_id === request.refundId && (metadata.attempt ?? '1') === attempt,
      );
      if (own) return refundState(own);
      return { stripeRefundId: null, status: 'failed', failureReason: error.code ?? 'refused' };
    }
  }

  async function retrieveRefund({ stripeRefundId }: { stripeRefundId: string }): Promise<StripeRefundState> {
    return refundState(await stripe.refunds.retrieve(stripeRefundId));
  }

  /**
   * Asks Stripe for all it holds of an order's payment and brings the order's records in line: refunds made in its dashboard,
   * chargebacks, what became of our own refunds. Safe to retry: each is booked once for each state.
   * @returns how the intent stands; null when the order has none yet
   */
  async function reconcilePayment({ orderId }: { orderId: string }): Promise<IntentState | null> {
    const paymentIntentId = (await readOrder(db, orderId))?.paymentIntentId;
    if (!paymentIntentId) return null;
    const [intent, refunds, disputes] = await Promise.all([
      stripe.paymentIntents.retrieve(paymentIntentId),
      stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),
      stripe.disputes.list({ payment_intent: paymentIntentId, limit: 100 }),
    ]);
    await recordFound(db, orderId, {
      refunds: refunds.data.map(foundRefund),
      disputes: disputes.data.map(foundDispute),
    });
    return intentState(intent);
  }

  return {
    createPayment,
    retrievePaymentIntent,
    cancelPaymentIntent,
    refundPayment,
    retrieveRefund,
    reconcilePayment,
  };
}

function foundRefund(refund: Stripe.Refund): FoundRefund {
  const { status, failureReason } = refundState(refund);
  return {
    stripeRefundId: refund.id,
    refundId: refund.metadata?.refund_id,
    amountCents: refund.amount,
    currency: refund.currency,
    status,
    failureReason,
  };
}

function foundDispute(dispute: Stripe.Dispute): FoundDispute {
  const dueBy = dispute.evidence_details?.due_by;
  return {
    disputeId: dispute.id,
    amountCents: dispute.amount,
    currency: dispute.currency,
    reason: dispute.reason,
    status: dispute.status,
    evidenceDueBy: dueBy ? new Date(dueBy * 1000) : null,
  };
}

function intentState(intent: Stripe.PaymentIntent): IntentState {
  const amountReceivedCents = intent.amount_received;
  switch (intent.status) {
    case 'succeeded':
      return { status: 'succeeded', amountReceivedCents };
    case 'canceled':
      return { status: 'canceled', amountReceivedCents };
    case 'processing':
    case 'requires_capture':
      return { status: 'in_flight', amountReceivedCents };
    default:
      return { status: 'open', amountReceivedCents };
  }
}

function refundState(refund: Stripe.Refund): StripeRefundState {
  switch (refund.status) {
    case 'succeeded':
      return { stripeRefundId: refund.id, status: 'succeeded' };
    case 'failed':
    case 'canceled':
      return { stripeRefundId: refund.id, status: 'failed', failureReason: refund.failure_reason ?? refund.status };
    default:
      return { stripeRefundId: refund.id, status: 'pending' };
  }
}
