/** Stripe's signed webhooks: what they say is recorded, the workflow is prompted to look, they are marked as handled; only then a 2xx. */
import type { Client, SignalDefinition } from '@temporalio/client';
import type Stripe from 'stripe';
import { z } from 'zod';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { paymentParameters, recordPaymentSql } from '../../infra/postgres/payments.ts';
import type { Services } from '../../infra/services.ts';
import { type PaymentFacts, paymentFactsOf } from '../../infra/stripe/payment-facts.ts';
import { moneyMovedSignal, paymentChangedSignal } from '../../workflows/order/messages.ts';
import { orderStart } from '../../workflows/order/start.ts';
import { refundChangedSignal } from '../../workflows/refund/messages.ts';
import { refundStart } from '../../workflows/refund/start.ts';
import type { WorkflowStart } from '../../workflows/shared/start.ts';
import { unmatchedRefundChangedSignal } from '../../workflows/unmatched-payment/messages.ts';
import { unmatchedPaymentStart } from '../../workflows/unmatched-payment/start.ts';

type WebhookDependencies = Pick<Services, 'db' | 'temporal' | 'log'>;

const uuid = z.uuid();

interface KnownOrder {
  id: string;
  status: OrderStatus;
  captured: boolean;
  paymentIntentId: string | null;
  currency: string;
  customerId: string | null;
  amount: number;
  createdAt: Date;
}

interface OrderRow {
  id: string;
  status: OrderStatus;
  captured: boolean;
  payment_intent_id: string | null;
  currency: string;
  user_id: string | null;
  amount: string;
  created_at: Date;
}

const RECORD_EVENT = `
  with known as (
    select id, status, captured_amount > 0 as captured, payment_intent_id, currency, user_id, total_amount::text as amount, created_at
    from orders where payment_intent_id = $5
      or (id = $4 and not exists (select 1 from orders where payment_intent_id = $5))),
  ${recordPaymentSql(6)},
  recorded as (
    insert into stripe_events (id, type, object_id, order_id) values ($1, $2, $3, coalesce($4, (select id from known)))
    on conflict (id) do update set type = excluded.type returning handled_at)
  select recorded.handled_at is not null as handled, known.* from recorded left join known on true`;

/**
 * Handles one event; handling it again changes nothing.
 * @throws when it could not be handled to its end, so that Stripe sends it again
 */
export async function handleStripeEvent(deps: WebhookDependencies, event: Stripe.Event): Promise<void> {
  const object = event.data.object as {
    id?: string;
    metadata?: Record<string, string> | null;
    payment_intent?: string | { id: string } | null;
  };
  // Metadata can be edited at Stripe: whose payment it is says first of all the order that owns it.
  const orderId = uuid.safeParse(object.metadata?.order_id).data ?? null;
  const intentId = event.type.startsWith('payment_intent.') ? object.id : idOf(object.payment_intent);
  const row = await deps.db.row<{ handled: boolean } & (OrderRow | { id: null })>(RECORD_EVENT, [
    event.id,
    event.type,
    object.id ?? '',
    orderId,
    intentId ?? null,
    ...paymentParameters(factsOf(deps, event)),
  ]);
  if (row?.handled) return;
  // An event of no order of ours (another program on the same account, a type we don't follow) is nothing to do.
  const isUnmatched = intentId !== undefined && (await notifyUnmatched(deps, event, intentId));
  if (!isUnmatched && row?.id != null) await notifyWorkflow(deps, event, toOrder(row));
  await deps.db.run('update stripe_events set handled_at = now() where id = $1', [event.id]);
}

function idOf(reference: string | { id: string } | null | undefined): string | undefined {
  return typeof reference === 'object' ? reference?.id : reference;
}

/** What a signed event says of a payment; nothing for events of other things. */
function factsOf({ log }: WebhookDependencies, event: Stripe.Event): PaymentFacts | undefined {
  switch (event.type) {
    case 'payment_intent.succeeded':
    case 'payment_intent.processing':
    case 'payment_intent.canceled':
    case 'payment_intent.payment_failed':
      break;
    default:
      return undefined;
  }
  try {
    return paymentFactsOf(event.data.object);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Of another program on the account, since the shop makes none such. Refused, Stripe would send it for days.
    log.error(
      { err: error, eventId: event.id, paymentIntentId: event.data.object.id },
      'webhook: payment amount is not valid; event ignored',
    );
    return undefined;
  }
}

function toOrder(row: OrderRow): KnownOrder {
  const { id, status, captured, currency } = row;
  return {
    id,
    status,
    captured,
    currency,
    paymentIntentId: row.payment_intent_id,
    customerId: row.user_id,
    amount: Number(row.amount),
    createdAt: row.created_at,
  };
}

async function notifyWorkflow(deps: WebhookDependencies, event: Stripe.Event, order: KnownOrder): Promise<void> {
  switch (event.type) {
    case 'payment_intent.succeeded':
      // Also when the order is paid: a second payment must go back.
      if (!order.captured || event.data.object.id !== order.paymentIntentId) await notifyOfPayment(deps, order);
      return;
    case 'payment_intent.payment_failed':
      if (order.status === 'pending' && event.data.object.id === order.paymentIntentId)
        await notifyOfPayment(deps, order);
      return;
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      await notifyOfRefund(deps, order, event.data.object);
      return;
    case 'charge.refunded':
      await notifyOfForeignRefund(deps, order, event.data.object);
      return;
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      await notifyOfMoney(deps, order);
      return;
    default:
      return;
  }
}

/** The workflow is started unless it is running. */
async function signalWithStart<Input>(
  temporal: Client,
  { workflowType, ...start }: WorkflowStart<Input>,
  signal: SignalDefinition,
): Promise<void> {
  await temporal.workflow.signalWithStart(workflowType, { ...start, signal, signalArgs: [] });
}

const resumed = ({ id, ...order }: KnownOrder) => ({ ...order, orderId: id });

/** Money is never left lying: the workflow is resumed when nobody waits for the payment any more. */
async function notifyOfPayment({ temporal }: WebhookDependencies, order: KnownOrder): Promise<void> {
  await signalWithStart(
    temporal,
    orderStart(resumed(order), 'Order, resumed for a payment', true),
    paymentChangedSignal,
  );
}

/** The order's workflow asks Stripe what moved: events may come late, twice or in another order. */
async function notifyOfMoney({ temporal }: WebhookDependencies, order: KnownOrder): Promise<void> {
  await signalWithStart(
    temporal,
    orderStart(resumed(order), 'Order, resumed for an event from Stripe', true),
    moneyMovedSignal,
  );
}

interface OwnRefund {
  id: string;
  request_id: string;
  status: string;
  amount: string;
  requested_by: string;
  created_at: Date;
}

/** News of a refund: its own workflow follows it. One that was made in Stripe's dashboard has none: the order looks after it. */
async function notifyOfRefund(deps: WebhookDependencies, order: KnownOrder, refund: Stripe.Refund): Promise<void> {
  const own = await deps.db.row<OwnRefund>(
    `select id, request_id, status, amount, requested_by, created_at from refunds
     where order_id = $1 and (stripe_refund_id = $2 or id::text = $3)`,
    [order.id, refund.id, refund.metadata?.refund_id ?? null],
  );
  if (!own || own.requested_by === 'stripe') {
    if (!own || own.status !== refund.status) await notifyOfMoney(deps, order);
    return;
  }
  if (own.status === refund.status) return;
  const resumedOwn = {
    refundId: own.id,
    orderId: order.id,
    requestId: own.request_id,
    customerId: order.customerId,
    amount: Number(own.amount),
    createdAt: own.created_at,
  };
  await signalWithStart(
    deps.temporal,
    refundStart(resumedOwn, 'Refund, resumed for an event from Stripe', true),
    refundChangedSignal,
  );
}

/** A charge tells only how much of it went back: when that is what the order knows, nothing is new. */
async function notifyOfForeignRefund(
  deps: WebhookDependencies,
  order: KnownOrder,
  charge: Stripe.Charge,
): Promise<void> {
  const intentId = typeof charge.payment_intent === 'string' ? charge.payment_intent : charge.payment_intent?.id;
  if (intentId !== order.paymentIntentId) return;
  const known = await deps.db.row<{ total: string }>(
    `select coalesce(sum(refund.amount), 0)::text as total from refunds refund
     where refund.order_id = $1 and refund.kind <> 'chargeback' and refund.status in ('pending', 'succeeded')`,
    [order.id],
  );
  if (fromDecimal(known!.total, order.currency) < fromStripeAmount(charge.amount_refunded, charge.currency))
    await notifyOfMoney(deps, order);
}

/** Types of events by which money goes back. */
const MONEY_BACK = /^(refund\.|charge\.refunded$|charge\.dispute\.)/;

interface UnmatchedRow {
  order_id: string;
  refund_status: string | null;
  stripe_refund_id: string | null;
  amount: string;
  created_at: Date;
}

/**
 * News of money that goes back of an unmatched payment, by its own refund, one made in Stripe's dashboard, or a chargeback. A bank can
 * refuse a refund that had succeeded: then the workflow is started again.
 * @returns whether the event is of such a payment
 */
async function notifyUnmatched(
  { db, temporal }: WebhookDependencies,
  event: Stripe.Event,
  paymentIntentId: string,
): Promise<boolean> {
  if (!MONEY_BACK.test(event.type)) return false;
  const payment = await db.row<UnmatchedRow>(
    `select order_id, refund_status, stripe_refund_id, received_amount::text as amount, created_at from payments
     where id = $1 and unmatched_reason is not null`,
    [paymentIntentId],
  );
  if (!payment) return false;
  const { id, status } = event.data.object as { id?: string; status?: string };
  if (payment.stripe_refund_id === id && payment.refund_status === status) return true;
  const open = {
    orderId: payment.order_id,
    paymentIntentId,
    amount: Number(payment.amount),
    createdAt: payment.created_at,
  };
  const start = unmatchedPaymentStart(open, 'Refund of an unmatched payment, resumed for an event from Stripe');
  await signalWithStart(temporal, start, unmatchedRefundChangedSignal);
  return true;
}
