/** Follows a paid order: its workflow waits for actions of staff and the shopper, and for events from Stripe. */
import { condition } from '@temporalio/workflow';
import { isFinal, type OrderStatus } from '../../domain/order-state.ts';
import { isOpenDispute } from '../../domain/shipping.ts';
import { applyPayments } from './apply-payments.ts';
import type { OrderCase } from './case.ts';
import { durableStripe } from './steps.ts';

/** Follows the order until nothing more can happen to it. @returns its final status */
export async function followFulfillment(order: OrderCase, continueWhenLong: () => Promise<void>): Promise<OrderStatus> {
  for (;;) {
    if (order.paymentNews) {
      await applyPayments(order);
      order.changed = true;
      continue;
    }
    if (order.moneyMoved) {
      order.moneyMoved = false;
      order.isReconcileDue = false;
      const { orderId } = order;
      await order.stuck.retry(
        'The payment’s activity could not be read from Stripe',
        durableStripe.reconcilePayment({ orderId }),
      );
      order.changed = true;
      continue;
    }
    if (order.changed) {
      await order.refresh();
      continue;
    }
    const isBusy = hasOpenCase(order);
    const leftMs = closesInMs(order);
    const { status } = order.facts!;
    if (!isBusy && (isFinal(status) || status === 'refunded' || leftMs === 0)) return status;
    await continueWhenLong();
    const { reads } = order;
    const news = () => order.hasNews || order.reads !== reads;
    // After the return window, only an open refund or dispute keeps the workflow running. A signal reports its end, so no timer is needed.
    if (leftMs === undefined || leftMs === 0) await condition(news);
    else await condition(news, leftMs, { summary: 'until returns are no longer accepted' });
  }
}

/** Milliseconds until the return window of a delivered order closes, 0 once it has closed; undefined for an order that is not delivered. */
function closesInMs(order: OrderCase): number | undefined {
  const closesAt = order.status === 'delivered' ? order.record?.closesAt : undefined;
  return closesAt ? Math.max(0, Date.parse(closesAt) - Date.now()) : undefined;
}

const OPEN_REFUNDS: readonly string[] = ['awaiting_return', 'awaiting_approval', 'pending'];

function hasOpenCase({ record }: OrderCase): boolean {
  if (!record) return false;
  return (
    record.refunds.some((refund) => OPEN_REFUNDS.includes(refund.status)) ||
    record.disputes.some((dispute) => isOpenDispute(dispute.status))
  );
}
