import type { CheckoutRequest } from '../../domain/checkout.ts';
import { ID_NAMESPACES } from '../../domain/ids.ts';
import { LATE_PAYMENT_REQUEST } from '../../domain/payment.ts';
import { actorOf, refundIdOf, refundSubject, type Sender, stepSubject } from '../../infra/actor-proof.ts';
import { emailHash } from '../../infra/email-hash.ts';
import { readRefunds } from '../../infra/postgres/refunds.ts';
import { uuidFrom } from '../../infra/uuid.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { notifyRefunds } from '../refunds/notify-refund.ts';
import { endInCounters } from '../reservations/end-in-counters.ts';
import { readCase } from './case-reader.ts';
import { recordEvent } from './order-events.ts';
import { readOrderFacts } from './order-facts.ts';
import * as ledger from './order-ledger.ts';
import { type OrderStepRequest, type OrderStepResult, stepOrder } from './order-steps.ts';
import { type AppliedPayments, applyPayments } from './payment-ledger.ts';
import { signalOrder } from './signal-order.ts';

/** ID of the refund of a charge that arrived too late. It derives from the order ID, so that retries can't create a second one. */
export const lateRefundId = (orderId: string): string =>
  uuidFrom(ID_NAMESPACES.refund, `${orderId}:${LATE_PAYMENT_REQUEST}`);

/** An order, with the hash by which staff find it. */
export type OpenedCase = Omit<Extract<ledger.OpenedOrder, { outcome: 'opened' }>, 'email'> & {
  emailHash: string | null;
};

export interface AppliedCase extends AppliedPayments {
  /** Whether canceling the order is above the limit of support, while it has no refunds. */
  isCancelAboveLimit: boolean;
}

export function createOrderActivities({
  db,
  stockCounters,
  log,
  settings,
  temporal,
}: Pick<ActivityDependencies, 'db' | 'stockCounters' | 'log' | 'settings' | 'temporal'>) {
  return {
    /** Safe to retry: the order ID derives from the reservation ID, and an existing order is returned unchanged. */
    async openOrder(
      request: CheckoutRequest,
    ): Promise<OpenedCase | Exclude<ledger.OpenedOrder, { outcome: 'opened' }>> {
      const opened = await ledger.openOrder(db, request);
      if (opened.outcome !== 'opened') return opened;
      const { email, ...rest } = opened;
      return { ...rest, emailHash: email && emailHash(settings.EMAIL_HASH_KEY, email) };
    },

    loadOrder: async ({ orderId }: { orderId: string }) => (await readOrderFacts(db, orderId)) ?? null,

    /** The complete order record for support staff; null when the order does not exist. */
    loadCase: async ({ orderId }: { orderId: string }) => (await readCase(db, settings, orderId)) ?? null,

    /**
     * Applies the recorded payment events to the order. Safe to retry, and to trigger by a signal from anyone: an order records one
     * capture, of its own payment, and later calls return the same outcome.
     */
    async applyPayments({ orderId }: { orderId: string }): Promise<AppliedCase> {
      const applied = await applyPayments(db, orderId, lateRefundId(orderId));
      const { outcome, order, refundId, unmatched } = applied;
      if (outcome === 'paid' || (outcome === 'already_paid' && order.status === 'paid')) {
        await endInCounters(stockCounters, order.reservationId, 'committed');
      } else if (outcome === 'refund_due') {
        await endInCounters(stockCounters, order.reservationId, 'released');
        log.warn({ orderId, refundId }, 'payment arrived after the reservation ended; refunding in full');
      }
      if (unmatched.length > 0)
        log.warn({ orderId, paymentIntentIds: unmatched }, 'unmatched payments found; refunding them');
      return { ...applied, isCancelAboveLimit: order.capturedCents > settings.REFUND_LIMIT_SUPPORT_CENTS };
    },

    /** Safe to retry: only a pending order is closed, and its reservation is released once. */
    async closeOrder(input: {
      orderId: string;
      to: 'expired' | 'canceled';
      request?: Sender & { requestId: string; reason?: string };
    }): Promise<ledger.ClosedOrder> {
      const { orderId, to, request } = input;
      const subject = request && refundSubject(refundIdOf(orderId, request.requestId));
      const actor = request && subject ? actorOf(settings.JWT_SECRET, request, subject) : undefined;
      const closed = await ledger.closeOrder(db, { orderId, to, actor, reason: request?.reason });
      const { order } = closed;
      if ((order.status === 'expired' || order.status === 'canceled') && order.capturedCents === 0)
        await endInCounters(stockCounters, order.reservationId, 'released');
      return closed;
    },

    /** Safe to retry: takes effect once per request ID. */
    async stepOrder({ proof, ...request }: OrderStepRequest): Promise<OrderStepResult> {
      const { orderId, requestId, step } = request;
      const sender = { requestedBy: request.actor, proof };
      const subject = stepSubject(orderId, requestId);
      const actor = proof === undefined ? request.actor : actorOf(settings.JWT_SECRET, sender, subject);
      const result = await stepOrder(db, { ...request, actor });
      if (result.outcome === 'done' && step.action === 'changeEmail') {
        // Staff also find the cases of the order's refunds by the address.
        const refunds = await readRefunds(db, orderId);
        await notifyRefunds(
          { temporal },
          orderId,
          refunds.map((refund) => refund.request_id),
        );
      }
      return result;
    },

    /** Safe to retry: recorded once per request ID. */
    async recordRequest(request: {
      orderId: string;
      requestId: string;
      type: 'payment_rechecked' | 'retry_requested';
      message: string;
      actor: string;
      reason?: string;
    }): Promise<void> {
      const { requestId, ...event } = request;
      await recordEvent(db, { ...event, dedupeKey: `${event.type}:${requestId}` });
      // The request may have been sent to another workflow of the order, such as a refund's.
      await signalOrder({ db, temporal, log, settings }, event.orderId);
    },
  };
}
