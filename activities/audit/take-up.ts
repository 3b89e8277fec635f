/**
 * Starts the workflow of every open order and refund that has none: it was terminated by hand, or the order was paid before orders
 * had a life after their payment. Without one, support could not act on it at the Temporal UI.
 */
import { type CheckoutInput, checkoutWorkflowId } from '../../workflows/checkout/messages.ts';
import { type RefundInput, refundWorkflowId } from '../../workflows/refund/messages.ts';
import { caseAttributes } from '../../workflows/shared/search-attributes.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { START_MISSING, wasMissing } from './start-missing.ts';

export type TakeUpDependencies = Pick<ActivityDependencies, 'db' | 'log' | 'settings' | 'temporal'>;

interface OpenOrder {
  id: string;
  user_id: string | null;
  status: string;
  amount: string;
  created_at: Date;
}

interface OpenRefund {
  id: string;
  order_id: string;
  request_id: string;
  user_id: string | null;
  amount: string;
  created_at: Date;
}

/** Starts asked for at the same moment. */
const AT_ONCE = 10;

/** @param onProgress called often; a place for heartbeats @returns how many were started */
export async function takeUpCases(
  deps: TakeUpDependencies,
  onProgress: () => void = () => {},
): Promise<{ orders: number; refunds: number }> {
  const { db, settings, log } = deps;
  const orders = await db.rows<OpenOrder>(
    `select id, user_id, status, total_amount::text as amount, created_at from orders
     where status in ('paid', 'on_hold', 'partially_refunded', 'shipped')
       or (status = 'delivered' and delivered_at > now() - make_interval(days => $1))
     order by created_at`,
    [settings.RETURN_DAYS],
  );
  const refunds = await db.rows<OpenRefund>(
    `select refund.id, refund.order_id, refund.request_id, o.user_id, refund.amount::text as amount, refund.created_at
     from refunds refund join orders o on o.id = refund.order_id
     where refund.status in ('awaiting_return', 'awaiting_approval', 'pending') and refund.requested_by <> 'stripe'
     order by refund.created_at`,
  );
  const started = {
    orders: await startEach(orders, (order) => startOrder(deps, order), onProgress),
    refunds: await startEach(refunds, (refund) => startRefund(deps, refund), onProgress),
  };
  if (started.orders + started.refunds > 0) log.warn(started, 'took up open cases that had no workflow');
  return started;
}

async function startEach<Item>(
  items: readonly Item[],
  start: (item: Item) => Promise<unknown>,
  onProgress: () => void,
): Promise<number> {
  let started = 0;
  for (let index = 0; index < items.length; index += AT_ONCE) {
    const batch = await Promise.all(items.slice(index, index + AT_ONCE).map((item) => wasMissing(start(item))));
    started += batch.filter(Boolean).length;
    onProgress();
  }
  return started;
}

function startOrder({ temporal }: TakeUpDependencies, order: OpenOrder) {
  const input: CheckoutInput = { orderId: order.id, resume: true };
  return temporal.workflow.start('checkout', {
    ...START_MISSING,
    workflowId: checkoutWorkflowId(order.id),
    args: [input],
    staticSummary: 'Order, taken up',
    typedSearchAttributes: caseAttributes({
      orderId: order.id,
      customerId: order.user_id,
      amount: Number(order.amount),
      status: order.status,
      createdAt: order.created_at,
    }),
  });
}

function startRefund({ temporal }: TakeUpDependencies, refund: OpenRefund) {
  const input: RefundInput = { orderId: refund.order_id, refundId: refund.id, resume: true };
  return temporal.workflow.start('refund', {
    ...START_MISSING,
    workflowId: refundWorkflowId(refund.order_id, refund.request_id),
    args: [input],
    staticSummary: 'Refund, taken up',
    typedSearchAttributes: caseAttributes({
      orderId: refund.order_id,
      customerId: refund.user_id,
      amount: Number(refund.amount),
      createdAt: refund.created_at,
    }),
  });
}
