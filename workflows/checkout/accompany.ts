/** The life of an order after its payment: its workflow waits for what staff, the shopper or Stripe do with it. */
import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { isFinal, type OrderStatus } from '../../domain/order-state.ts';
import type { CheckoutCase } from './case.ts';
import type { CheckoutInput } from './messages.ts';
import { payments } from './steps.ts';

/** Stays with the order until nothing can happen to it any more. @returns its last status */
export async function accompany(the: CheckoutCase): Promise<OrderStatus> {
  for (;;) {
    if (the.moneyMoved) {
      the.moneyMoved = false;
      await the.trouble.persevere('Stripe’s books could not be read', () =>
        payments.reconcilePayment({ orderId: the.orderId }),
      );
      await the.refresh();
      continue;
    }
    if (the.changed) {
      await the.refresh();
      continue;
    }
    const leftMs = closesInMs(the);
    if (isOver(the, leftMs)) return the.order!.status;
    if (workflowInfo().continueAsNewSuggested && allHandlersFinished()) {
      await continueAsNew<(input: CheckoutInput) => Promise<unknown>>({
        orderId: the.orderId,
        resume: true,
      });
    }
    const { reads } = the;
    const news = () => the.changed || the.moneyMoved || the.reads !== reads;
    if (leftMs === undefined) await condition(news);
    else await condition(news, leftMs, { summary: 'until returns are no longer taken' });
  }
}

/** Milliseconds until a delivered order is left alone; undefined while it is not delivered. */
function closesInMs(the: CheckoutCase): number | undefined {
  const closesAt = the.order!.status === 'delivered' ? the.record?.closesAt : undefined;
  return closesAt ? Math.max(0, Date.parse(closesAt) - Date.now()) : undefined;
}

const OPEN = new Set(['awaiting_return', 'awaiting_approval', 'pending']);

function isOver(the: CheckoutCase, leftMs: number | undefined): boolean {
  const { status } = the.order!;
  const hasOpenRefund = the.record?.refunds.some((refund) => OPEN.has(refund.status)) ?? false;
  if (hasOpenRefund) return false;
  return isFinal(status) || status === 'refunded' || leftMs === 0;
}
