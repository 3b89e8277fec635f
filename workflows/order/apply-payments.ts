import type { AppliedPayments } from '../../activities/orders/payment-ledger.ts';
import { LATE_PAYMENT_REQUEST } from '../../domain/payment.ts';
import { startUnlessRunning } from '../shared/start-unless-running.ts';
import { unmatchedPaymentStart } from '../unmatched-payment/start.ts';
import type { OrderCase } from './case.ts';
import { startRefund } from './start-refund.ts';
import { durable } from './steps.ts';

/**
 * Applies the recorded payments to the order, and starts the refunds of money that the shop can't keep: a charge that arrived after the
 * reservation ended, and payments that do not match the order.
 */
export async function applyPayments(order: OrderCase): Promise<AppliedPayments['outcome']> {
  order.paymentNews = false;
  const { orderId } = order;
  const applied = await order.stuck.retry('The payment could not be recorded', durable.applyPayments({ orderId }));
  order.apply(applied);
  if (applied.refundId) {
    // The amount is what Stripe captured; the refund's workflow adds it to its search attributes.
    const refund = { refundId: applied.refundId, requestId: LATE_PAYMENT_REQUEST, amount: undefined };
    await startRefund(order, refund, 'Full refund: the payment arrived after the reservation ended');
    order.changed = true;
  }
  for (const paymentIntentId of applied.unmatched) {
    const start = unmatchedPaymentStart({ ...order.traits, paymentIntentId }, 'Refund of an unmatched payment');
    await startUnlessRunning(start);
  }
  return applied.outcome;
}
