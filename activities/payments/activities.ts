import Stripe from 'stripe';
import { fromStripeAmount, toStripeAmount } from '../../domain/currencies.ts';
import { recordPayment } from '../../infra/postgres/payments.ts';
import { type PaymentStatus, paymentFactsOf } from '../../infra/stripe/payment-facts.ts';
import { paymentPageUrl } from '../../infra/stripe/payment-page.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { readOrderFacts } from '../orders/order-facts.ts';
import { attachPaymentIntent } from '../orders/order-ledger.ts';
import { type FoundDispute, type FoundRefund, recordFound } from '../refunds/found-ledger.ts';
import { notifyRefunds } from '../refunds/notify-refund.ts';
import { refundState, type StripeRefundState } from './refund-state.ts';
import { createUnmatchedPaymentActivities } from './unmatched-payments.ts';

export interface OpenedPayment {
  paymentIntentId: string;
  /** Page of the payment in the Stripe Dashboard. */
  paymentUrl: string;
}

/** `none`: the order has no payment at Stripe. */
export type CheckedPayment = PaymentStatus | 'none';

export function createPaymentActivities({
  db,
  settings,
  stripe,
  temporal,
}: Pick<ActivityDependencies, 'db' | 'settings' | 'stripe' | 'temporal'>) {
  /** Safe to retry: Stripe returns the same intent for the same idempotency key, and the order keeps its first intent. */
  async function createPayment(request: {
    orderId: string;
    amountCents: number;
    currency: string;
  }): Promise<OpenedPayment> {
    const intent = await stripe.paymentIntents.create(
      {
        amount: toStripeAmount(request.amountCents, request.currency),
        currency: request.currency,
        allowed_payment_method_types: settings.PAYMENT_METHOD_TYPES,
        metadata: { order_id: request.orderId },
        description: `Order ${request.orderId}`,
      },
      { idempotencyKey: `order-${request.orderId}-intent` },
    );
    if (!intent.client_secret) throw new Error(`PaymentIntent ${intent.id} has no client secret`);
    const attached = { paymentIntentId: intent.id, clientSecret: intent.client_secret };
    // The order was closed in the meantime, so it can no longer be paid.
    if (!(await attachPaymentIntent(db, request.orderId, attached))) await cancelIntent(request.orderId, intent.id);
    return { paymentIntentId: intent.id, paymentUrl: paymentPageUrl(settings, intent.id) };
  }

  /** Records the state of a payment at Stripe; `applyPayments` applies it to the order. */
  async function record(orderId: string, intent: Stripe.PaymentIntent): Promise<PaymentStatus> {
    const facts = paymentFactsOf(intent);
    await recordPayment(db, orderId, facts);
    return facts.status;
  }

  /** Reads the order's own payment from Stripe. Safe to retry: it only reads, and records the result. */
  async function checkPayment({ orderId }: { orderId: string }): Promise<CheckedPayment> {
    const paymentIntentId = (await readOrderFacts(db, orderId))?.paymentIntentId;
    return paymentIntentId ? record(orderId, await stripe.paymentIntents.retrieve(paymentIntentId)) : 'none';
  }

  /** Cancels an unpaid intent, or finds that it was paid. Safe to retry: it stays canceled, and Stripe refuses to cancel a paid intent. */
  async function cancelIntent(orderId: string, paymentIntentId: string): Promise<CheckedPayment> {
    try {
      return await record(
        orderId,
        await stripe.paymentIntents.cancel(paymentIntentId, { cancellation_reason: 'abandoned' }),
      );
    } catch (error) {
      // The intent is paid, in flight, or already canceled; retrieving it shows which.
      if (
        !(error instanceof Stripe.errors.StripeInvalidRequestError) ||
        error.code !== 'payment_intent_unexpected_state'
      )
        throw error;
      const status = await record(orderId, await stripe.paymentIntents.retrieve(paymentIntentId));
      if (status === 'open') throw error;
      return status;
    }
  }

  /** Cancels the order's own intent, as `cancelIntent` does. */
  async function cancelPayment({ orderId }: { orderId: string }): Promise<CheckedPayment> {
    const paymentIntentId = (await readOrderFacts(db, orderId))?.paymentIntentId;
    return paymentIntentId ? cancelIntent(orderId, paymentIntentId) : 'none';
  }

  /**
   * Sends a refund. Safe to retry: each attempt has one idempotency key, and after Stripe has forgotten the key the refund is found by its
   * metadata. A refusal that no retry can change is returned as a failed refund, not thrown.
   */
  async function refundPayment(request: {
    refundId: string;
    orderId: string;
    paymentIntentId: string;
    amountCents: number;
    currency: string;
    /** Counts attempts from 1; higher only if the earlier ones failed permanently. */
    attempt: number;
  }): Promise<StripeRefundState> {
    const attempt = String(request.attempt);
    try {
      return refundState(
        await stripe.refunds.create(
          {
            payment_intent: request.paymentIntentId,
            amount: toStripeAmount(request.amountCents, request.currency),
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
   * Reads all activity of an order's payment from Stripe and updates the order's records: refunds made in the Stripe Dashboard,
   * chargebacks, and the outcomes of our own refunds. Safe to retry: each is recorded once per state.
   */
  async function reconcilePayment({ orderId }: { orderId: string }): Promise<CheckedPayment> {
    const paymentIntentId = (await readOrderFacts(db, orderId))?.paymentIntentId;
    if (!paymentIntentId) return 'none';
    const [intent, refunds, disputes] = await Promise.all([
      stripe.paymentIntents.retrieve(paymentIntentId),
      stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),
      stripe.disputes.list({ payment_intent: paymentIntentId, limit: 100 }),
    ]);
    const replaced = await recordFound(db, orderId, {
      // Refunds of unmatched payments are not refunds of this order.
      refunds: refunds.data.filter(({ metadata }) => !metadata?.unmatched_payment).map(foundRefund),
      disputes: disputes.data.map(foundDispute),
    });
    await notifyRefunds({ temporal }, orderId, replaced);
    return record(orderId, intent);
  }

  return {
    createPayment,
    checkPayment,
    cancelPayment,
    refundPayment,
    retrieveRefund,
    reconcilePayment,
    ...createUnmatchedPaymentActivities({ db, stripe, settings }),
  };
}

function foundRefund(refund: Stripe.Refund): FoundRefund {
  const { status, failureReason } = refundState(refund);
  return {
    stripeRefundId: refund.id,
    refundId: refund.metadata?.refund_id,
    amountCents: fromStripeAmount(refund.amount, refund.currency),
    currency: refund.currency,
    status,
    failureReason,
  };
}

function foundDispute(dispute: Stripe.Dispute): FoundDispute {
  const { due_by: dueBy, has_evidence, submission_count } = dispute.evidence_details ?? {};
  return {
    disputeId: dispute.id,
    amountCents: fromStripeAmount(dispute.amount, dispute.currency),
    currency: dispute.currency,
    reason: dispute.reason,
    status: dispute.status,
    evidenceDueBy: dueBy ? new Date(dueBy * 1000) : null,
    hasEvidence: has_evidence ?? false,
    submissions: submission_count ?? 0,
  };
}
