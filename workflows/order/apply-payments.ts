import type { AppliedPayments } from '../../activities/orders/payment-ledger.ts';
import { refundStart } from '../refund/start.ts';
import { startUnlessRunning } from '../shared/start-unless-running.ts';
import { unmatchedPaymentStart } from '../unmatched-payment/start.ts';
import type { OrderCase } from './case.ts';
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
    await startLateRefund(order, applied.refundId);
    order.changed = true;
  }
  for (const paymentIntentId of applied.unmatched) {
    const start = unmatchedPaymentStart({ orderId, paymentIntentId }, 'Refund of an unmatched payment');
    await startUnlessRunning(start);
  }
  return applied.outcome;
}

/** The amount is left out, since it is whatever Stripe captured; the refund's workflow adds it to its search attributes. */
async function startLateRefund({ orderId, record }: OrderCase, refundId: string): Promise<void> {
  const customerId = record?.customer.userId ?? null;
  const requestId = 'paid-too-late';
  const started = { refundId, orderId, requestId, customerId, amount: undefined, createdAt: new Date() };
  await startUnlessRunning(refundStart(started, 'Full refund: the payment arrived after the reservation ended', true));
}
