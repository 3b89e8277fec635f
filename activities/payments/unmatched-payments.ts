/** Payments that name an order but can't pay it (another PaymentIntent, or the wrong amount or currency). They are refunded in full. */
import type { NotNull } from 'kysely';
import Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { UnmatchedReason } from '../../domain/payment.ts';
import type { Settings } from '../../infra/config.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { orderTraits, traitColumns } from '../../infra/postgres/order-traits.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { refundState, type StripeRefundState } from './refund-state.ts';

export interface UnmatchedPayment {
  paymentIntentId: string;
  orderId: string;
  orderNumber: string;
  customerId: string | null;
  /** Keyed hash of where emails about the order go, as a search attribute. */
  emailHash: string | null;
  amountCents: number;
  currency: string;
  reason: UnmatchedReason;
  receivedAt: string;
  /** null until it is sent to Stripe. */
  refundStatus: StripeRefundState['status'] | null;
  stripeRefundId: string | null;
  refundFailure: string | null;
  /** Counts the attempts at Stripe from 1; each has its own idempotency key. */
  attempt: number;
}

async function read(sql: Sql, settings: Settings, paymentIntentId: string): Promise<UnmatchedPayment | null> {
  const row = await sql.row(
    sql.query
      .selectFrom('payments')
      .innerJoin('orders', 'orders.id', 'payments.order_id')
      .selectAll('payments')
      .select(traitColumns)
      .where('payments.id', '=', paymentIntentId)
      .where('unmatched_reason', 'is not', null)
      .$narrowType<{ unmatched_reason: NotNull }>(),
  );
  if (!row) return null;
  return {
    paymentIntentId: row.id,
    orderId: row.order_id,
    ...orderTraits(settings, row),
    amountCents: fromDecimal(row.received_amount, row.currency),
    currency: row.currency,
    reason: row.unmatched_reason,
    receivedAt: row.created_at.toISOString(),
    refundStatus: row.refund_status,
    stripeRefundId: row.stripe_refund_id,
    refundFailure: row.refund_failure,
    attempt: row.refund_attempt,
  };
}

export function createUnmatchedPaymentActivities({
  db,
  stripe,
  settings,
}: Pick<ActivityDependencies, 'db' | 'stripe' | 'settings'>) {
  const readPayment = (paymentIntentId: string) => read(db, settings, paymentIntentId);

  /**
   * Finds out whether the payment was returned by refunds made in the Stripe Dashboard and lost chargebacks; null while part of the
   * money is still at Stripe. Safe to retry: it only reads.
   */
  async function findUnmatchedRefund({
    paymentIntentId,
  }: {
    paymentIntentId: string;
  }): Promise<StripeRefundState | null> {
    const [payment, refunds, disputes] = await Promise.all([
      readPayment(paymentIntentId),
      stripe.refunds.list({ payment_intent: paymentIntentId, limit: 100 }),
      stripe.disputes.list({ payment_intent: paymentIntentId, limit: 100 }),
    ]);
    if (!payment) throw new Error(`payment ${paymentIntentId} is not unmatched`);
    const made = refunds.data.map(refundState);
    const isMade = (index: number) => made[index]!.status !== 'failed';
    const returned = [
      ...refunds.data.filter((_, index) => isMade(index)),
      ...disputes.data.filter(({ status }) => status === 'lost'),
    ];
    const returnedCents = returned.reduce((sum, { amount }) => sum + fromStripeAmount(amount, payment.currency), 0);
    if (returnedCents < payment.amountCents) return null;
    const states = made.filter((_, index) => isMade(index));
    // A pending refund can still fail, so it determines the state.
    return (
      states.find(({ status }) => status === 'pending') ?? states[0] ?? { stripeRefundId: null, status: 'succeeded' }
    );
  }

  return {
    findUnmatchedRefund,

    /** null for a payment that belongs to its order or that the shop does not know. */
    loadUnmatchedPayment: ({ paymentIntentId }: { paymentIntentId: string }) => readPayment(paymentIntentId),

    /**
     * Refunds everything that remains of the payment. Safe to retry: each attempt has one idempotency key. A manual refund or a lost
     * chargeback counts as the refund too.
     */
    async refundUnmatchedPayment(request: { paymentIntentId: string; attempt: number }): Promise<StripeRefundState> {
      const { paymentIntentId, attempt } = request;
      try {
        const refund = await stripe.refunds.create(
          { payment_intent: paymentIntentId, metadata: { unmatched_payment: paymentIntentId } },
          { idempotencyKey: `unmatched-${paymentIntentId}-${attempt}` },
        );
        return refundState(refund);
      } catch (error) {
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError) || error.statusCode !== 400) throw error;
        const found = await findUnmatchedRefund({ paymentIntentId });
        if (found) return found;
        return { stripeRefundId: null, status: 'failed', failureReason: error.code ?? 'refused' };
      }
    },

    /** Safe to retry: each attempt is recorded once. A failure opens the next attempt, also when the bank refuses a refund that had succeeded. */
    async recordUnmatchedRefund(
      outcome: { paymentIntentId: string; attempt: number } & StripeRefundState,
    ): Promise<UnmatchedPayment> {
      const { paymentIntentId, attempt, status, stripeRefundId, failureReason } = outcome;
      const isFailed = status === 'failed';
      await db.run(
        db.query
          .updateTable('payments')
          .set((to) => ({
            refund_status: status,
            stripe_refund_id: stripeRefundId,
            refund_failure: failureReason ?? null,
            updated_at: now,
            refund_attempt: to('refund_attempt', '+', isFailed ? 1 : 0),
          }))
          .where('id', '=', paymentIntentId)
          .where('unmatched_reason', 'is not', null)
          .where('refund_attempt', '=', attempt)
          .where((is) =>
            is.or([
              is('refund_status', 'is distinct from', 'succeeded'),
              // Only a failure of the same refund replaces a success; nothing equals null.
              is('stripe_refund_id', '=', isFailed ? stripeRefundId : null),
            ]),
          ),
      );
      const payment = await readPayment(paymentIntentId);
      if (!payment) throw new Error(`payment ${paymentIntentId} is not unmatched`);
      return payment;
    },
  };
}
