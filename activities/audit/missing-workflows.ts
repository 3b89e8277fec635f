/**
 * Starts the missing workflow of every open order, refund, and unmatched payment, for example after it was terminated manually. Without a
 * workflow, support staff could not act on the case in the Temporal UI.
 */
import { OPEN_DISPUTE_STATUSES } from '../../domain/shipping.ts';
import { orderStart } from '../../workflows/order/start.ts';
import { refundStart } from '../../workflows/refund/start.ts';
import { unmatchedPaymentStart } from '../../workflows/unmatched-payment/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { startIfMissing } from './start-missing.ts';

export type StartMissingDependencies = Pick<ActivityDependencies, 'db' | 'log' | 'settings' | 'temporal'>;

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

interface OpenPayment {
  id: string;
  order_id: string;
  amount: string;
  created_at: Date;
}

/** Number of concurrent starts. */
const AT_ONCE = 10;

/** @param onProgress called often, for heartbeats @returns how many workflows were started */
export async function startMissingWorkflows(
  deps: StartMissingDependencies,
  onProgress: () => void = () => {},
): Promise<{ orders: number; refunds: number; payments: number }> {
  const { db, settings, log } = deps;
  const orders = await db.rows<OpenOrder>(
    // The last two conditions keep an order workflow running whatever the order's status (workflows/order/follow-fulfillment.ts).
    `select id, user_id, status, total_amount::text as amount, created_at from orders o
     where status in ('paid', 'under_review', 'partially_refunded', 'shipped')
       or (status = 'delivered' and delivered_at > now() - make_interval(days => $1))
       or exists (select 1 from disputes where order_id = o.id and status = any($2))
       or exists (select 1 from refunds where order_id = o.id and status in ('awaiting_return', 'awaiting_approval', 'pending'))
     order by created_at`,
    [settings.RETURN_DAYS, OPEN_DISPUTE_STATUSES],
  );
  const refunds = await db.rows<OpenRefund>(
    `select refund.id, refund.order_id, refund.request_id, o.user_id, refund.amount::text as amount, refund.created_at
     from refunds refund join orders o on o.id = refund.order_id
     where (refund.status in ('awaiting_return', 'awaiting_approval', 'pending')
         or refund.status = 'failed' and refund.given_up_at is null) and refund.requested_by <> 'stripe'
     order by refund.created_at`,
  );
  const payments = await db.rows<OpenPayment>(
    `select id, order_id, received_amount::text as amount, created_at from payments
     where unmatched_reason is not null and refund_status is distinct from 'succeeded'
     order by created_at`,
  );
  const started = {
    orders: await startEach(orders, (order) => startOrder(deps, order), onProgress),
    refunds: await startEach(refunds, (refund) => startRefund(deps, refund), onProgress),
    payments: await startEach(payments, (payment) => startUnmatched(deps, payment), onProgress),
  };
  if (started.orders + started.refunds + started.payments > 0)
    log.warn(started, 'started missing workflows of open orders, refunds, and payments');
  return started;
}

async function startEach<Item>(
  items: readonly Item[],
  start: (item: Item) => Promise<boolean>,
  onProgress: () => void,
): Promise<number> {
  let started = 0;
  for (let index = 0; index < items.length; index += AT_ONCE) {
    const batch = await Promise.all(items.slice(index, index + AT_ONCE).map(start));
    started += batch.filter(Boolean).length;
    onProgress();
  }
  return started;
}

function startOrder({ temporal }: StartMissingDependencies, order: OpenOrder) {
  const { id, user_id, amount, status, created_at } = order;
  const resumed = { orderId: id, customerId: user_id, amount: Number(amount), status, createdAt: created_at };
  return startIfMissing(temporal, orderStart(resumed, 'Order, resumed', true));
}

function startRefund({ temporal }: StartMissingDependencies, refund: OpenRefund) {
  const resumed = {
    refundId: refund.id,
    orderId: refund.order_id,
    requestId: refund.request_id,
    customerId: refund.user_id,
    amount: Number(refund.amount),
    createdAt: refund.created_at,
  };
  return startIfMissing(temporal, refundStart(resumed, 'Refund, resumed', true));
}

function startUnmatched({ temporal }: StartMissingDependencies, payment: OpenPayment) {
  const open = {
    orderId: payment.order_id,
    paymentIntentId: payment.id,
    amount: Number(payment.amount),
    createdAt: payment.created_at,
  };
  const summary = 'Refund of an unmatched payment, resumed';
  return startIfMissing(temporal, unmatchedPaymentStart(open, summary));
}
