/**
 * Starts the missing workflow of every open order, refund, and unmatched payment, for example after it was terminated manually. Without a
 * workflow, support staff could not act on the case in the Temporal UI.
 */
import { STRIPE } from '../../domain/identity.ts';
import { OPEN_DISPUTE_STATUSES } from '../../domain/shipping.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { orderTraits, traitColumns } from '../../infra/postgres/order-traits.ts';
import { anyOf, daysAgo, literal } from '../../infra/postgres/statement-parts.ts';
import { resumedOrderStart } from '../../workflows/order/start.ts';
import { recordedRefundStart } from '../../workflows/refund/start.ts';
import { unmatchedPaymentStart } from '../../workflows/unmatched-payment/start.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { startIfMissing } from './start-missing.ts';

export type StartMissingDependencies = Pick<ActivityDependencies, 'db' | 'log' | 'settings' | 'temporal'>;

/** Number of concurrent starts. */
const AT_ONCE = 10;

/** @param onProgress called often, for heartbeats @returns how many workflows were started */
export async function startMissingWorkflows(
  deps: StartMissingDependencies,
  onProgress: () => void = () => {},
): Promise<{ orders: number; refunds: number; payments: number }> {
  const { db, settings, log } = deps;
  const orders = await readOpenOrders(db, settings.RETURN_DAYS);
  const refunds = await readOpenRefunds(db);
  const payments = await readOpenPayments(db);
  const started = {
    orders: await startEach(orders, (order) => startOrder(deps, order), onProgress),
    refunds: await startEach(refunds, (refund) => startRefund(deps, refund), onProgress),
    payments: await startEach(payments, (payment) => startUnmatched(deps, payment), onProgress),
  };
  if (started.orders + started.refunds + started.payments > 0)
    log.warn(started, 'started missing workflows of open orders, refunds, and payments');
  return started;
}

function readOpenOrders(sql: Sql, returnDays: number) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .select(['id', 'status', 'total_amount', 'created_at'])
      .select(traitColumns)
      .where((is) =>
        is.or([
          is('status', 'in', ['paid', 'under_review', 'partially_refunded', 'partially_shipped', 'shipped']),
          is.and([is('status', '=', 'delivered'), is('delivered_at', '>', daysAgo(returnDays))]),
          // These keep an order workflow running whatever the order's status (workflows/order/follow-fulfillment.ts).
          is.exists(
            is
              .selectFrom('disputes')
              .select('disputes.id')
              .whereRef('disputes.order_id', '=', 'orders.id')
              .where('disputes.status', '=', anyOf(OPEN_DISPUTE_STATUSES)),
          ),
          is.exists(
            is
              .selectFrom('refunds')
              .select('refunds.id')
              .whereRef('refunds.order_id', '=', 'orders.id')
              .where('refunds.status', 'in', ['awaiting_return', 'awaiting_approval', 'pending']),
          ),
        ]),
      )
      .orderBy('created_at'),
  );
}
type OpenOrder = Awaited<ReturnType<typeof readOpenOrders>>[number];

function readOpenRefunds(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('refunds')
      .innerJoin('orders', 'orders.id', 'refunds.order_id')
      .select(['refunds.id', 'refunds.order_id', 'refunds.request_id', 'refunds.amount', 'refunds.created_at'])
      .select(traitColumns)
      .where((is) =>
        is.or([
          is('refunds.status', 'in', ['awaiting_return', 'awaiting_approval', 'pending']),
          is.and([is('refunds.status', '=', 'failed'), is('refunds.given_up_at', 'is', null)]),
        ]),
      )
      .where('refunds.requested_by', '<>', STRIPE)
      .orderBy('refunds.created_at'),
  );
}
type OpenRefund = Awaited<ReturnType<typeof readOpenRefunds>>[number];

function readOpenPayments(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('payments')
      .innerJoin('orders', 'orders.id', 'payments.order_id')
      .select(['payments.id', 'payments.order_id', 'payments.received_amount', 'payments.created_at'])
      .select(traitColumns)
      .where('unmatched_reason', 'is not', null)
      .where('refund_status', 'is distinct from', literal('succeeded'))
      .orderBy('payments.created_at'),
  );
}
type OpenPayment = Awaited<ReturnType<typeof readOpenPayments>>[number];

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

function startOrder({ temporal, settings }: StartMissingDependencies, order: OpenOrder) {
  const { id, total_amount, status, created_at } = order;
  const traits = { orderId: id, ...orderTraits(settings, order) };
  const resumed = { ...traits, amount: Number(total_amount), status, createdAt: created_at };
  return startIfMissing(temporal, resumedOrderStart(resumed, 'by the audit'));
}

function startRefund({ temporal, settings }: StartMissingDependencies, refund: OpenRefund) {
  const resumed = {
    ...orderTraits(settings, refund),
    refundId: refund.id,
    orderId: refund.order_id,
    requestId: refund.request_id,
    amount: Number(refund.amount),
    createdAt: refund.created_at,
  };
  return startIfMissing(temporal, recordedRefundStart(resumed, 'Refund, resumed'));
}

function startUnmatched({ temporal, settings }: StartMissingDependencies, payment: OpenPayment) {
  const open = {
    ...orderTraits(settings, payment),
    orderId: payment.order_id,
    paymentIntentId: payment.id,
    amount: Number(payment.received_amount),
    createdAt: payment.created_at,
  };
  const summary = 'Refund of an unmatched payment, resumed';
  return startIfMissing(temporal, unmatchedPaymentStart(open, summary));
}
