import { uiActor } from '../../../domain/identity.ts';
import { refuse } from '../../shared/failures.ts';
import { type OrderRequest, recheckPaymentUpdate, type UpdateResult } from '../messages.ts';
import { isFailedAttempt, short, withinSeconds } from '../steps.ts';
import { EXAMPLE, requireStateFor, type StaffUpdate } from './staff-update.ts';

const requireRecheckable = requireStateFor('recheckPayment');

export const recheckPayment: StaffUpdate<UpdateResult & { payment: string }, OrderRequest> = {
  definition: recheckPaymentUpdate,
  description:
    'Checks the payment at Stripe now and records any charges, refunds, and chargebacks that the shop missed.',
  example: EXAMPLE,

  check(order, request) {
    requireRecheckable(order, request);
    if (order.facts && !order.facts.paymentIntentId)
      throw refuse('conflict', 'This order has no payment at Stripe yet.');
  },

  async handle(order, { requestId, requestedBy, reason }) {
    const { orderId } = order;
    await order.whenLoaded();
    const payment = await withinSeconds.reconcilePayment({ orderId }).catch((error: unknown) => {
      if (isFailedAttempt(error))
        throw refuse(
          'payment_provider_unavailable',
          'Stripe or the database is unavailable. Try again in a few minutes.',
        );
      throw error;
    });
    await short.recordRequest({
      orderId,
      requestId,
      type: 'payment_rechecked',
      message: `Payment checked at Stripe. Its status is ${payment.replaceAll('_', ' ')}.`,
      actor: uiActor(requestedBy),
      reason,
    });
    if (payment === 'succeeded') {
      // Refunds and chargebacks can be recorded only for a paid order, so they wait until the payment is recorded.
      order.isReconcileDue ||= order.facts!.capturedCents === 0;
      order.markPaidAtStripe();
    }
    await order.refresh();
    return { status: order.status!, payment };
  },
};
