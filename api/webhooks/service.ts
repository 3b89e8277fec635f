/** Stripe's signed webhooks: recorded by their id, told to the workflow, marked as handled; only then a 2xx. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { OrderStatus } from '../../domain/order-state.ts';
import type { Services } from '../../infra/services.ts';
import {
  type CheckoutInput,
  checkoutWorkflowId,
  moneyMovedSignal,
  type PaymentChange,
  paymentChangedSignal,
} from '../../workflows/checkout/messages.ts';
import { refundChangedSignal, refundWorkflowId } from '../../workflows/refund/messages.ts';
import { caseAttributes } from '../../workflows/shared/search-attributes.ts';

type WebhookDependencies = Pick<Services, 'db' | 'temporal' | 'log'>;

const uuid = z.uuid();

interface KnownOrder {
  id: string;
  status: OrderStatus;
  captured: boolean;
  customerId: string | null;
  amount: number;
  createdAt: Date;
}

interface OrderRow {
  id: string;
  status: OrderStatus;
  captured: boolean;
  user_id: string | null;
  amount: string;
  created_at: Date;
}

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
  const orderId = uuid.safeParse(object.metadata?.order_id).data ?? null;
  // A dispute, or a refund made in the dashboard, names the payment alone.
  const intentId = typeof object.payment_intent === 'object' ? object.payment_intent?.id : object.payment_intent;
  const row = await deps.db.row<{ handled: boolean } & (OrderRow | { id: null })>(
    `with known as (
       select id, status, captured_amount > 0 as captured, user_id, total_amount::text as amount, created_at from orders
       where id = $4 or ($4::uuid is null and payment_intent_id = $5)),
     recorded as (
       insert into stripe_events (id, type, object_id, order_id) values ($1, $2, $3, coalesce($4, (select id from known)))
       on conflict (id) do update set type = excluded.type returning handled_at)
     select recorded.handled_at is not null as handled, known.* from recorded left join known on true`,
    [event.id, event.type, object.id ?? '', orderId, intentId ?? null],
  );
  if (row?.handled) return;
  // An event of no order of ours (another program on the same account, a type we don't follow) is nothing to do.
  if (row?.id != null) await tellWorkflow(deps, event, toOrder(row));
  await deps.db.run('update stripe_events set handled_at = now() where id = $1', [event.id]);
}

function toOrder({ user_id, created_at, amount, id, status, captured }: OrderRow): KnownOrder {
  return { id, status, captured, customerId: user_id, amount: Number(amount), createdAt: created_at };
}

async function tellWorkflow(deps: WebhookDependencies, event: Stripe.Event, order: KnownOrder): Promise<void> {
  switch (event.type) {
    case 'payment_intent.succeeded':
      if (!order.captured) await tellPayment(deps, order, succeeded(event.data.object));
      return;
    case 'payment_intent.payment_failed':
      if (order.status === 'pending') await tellPayment(deps, order, failed(event.data.object));
      return;
    case 'refund.created':
    case 'refund.updated':
    case 'refund.failed':
      await tellRefund(deps, order, event.data.object);
      return;
    case 'charge.refunded':
      await tellOfStrangeRefund(deps, order, event.data.object);
      return;
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
    case 'charge.dispute.funds_withdrawn':
    case 'charge.dispute.funds_reinstated':
      await tellMoneyMoved(deps, order);
      return;
    default:
      return;
  }
}

function succeeded(intent: Stripe.PaymentIntent): PaymentChange {
  return {
    paymentIntentId: intent.id,
    status: 'succeeded',
    attemptId: chargeId(intent),
    amountReceivedCents: intent.amount_received,
  };
}

function failed(intent: Stripe.PaymentIntent): PaymentChange {
  const error = intent.last_payment_error;
  return {
    paymentIntentId: intent.id,
    status: 'failed',
    attemptId: error?.charge ?? chargeId(intent),
    amountReceivedCents: 0,
    code: error?.decline_code ?? error?.code ?? 'declined',
    message: error?.message ?? 'The card was declined.',
  };
}

function chargeId(intent: Stripe.PaymentIntent): string {
  const charge = intent.latest_charge;
  return (typeof charge === 'string' ? charge : charge?.id) ?? intent.id;
}

/** How the order's workflow is started anew where it had ended: terminated by hand, or over long before this event came. */
function startOf(order: KnownOrder, summary: string) {
  const input: CheckoutInput = { orderId: order.id, resume: true };
  return {
    workflowId: checkoutWorkflowId(order.id),
    taskQueue: 'checkout',
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes({ ...order, orderId: order.id }),
  } as const;
}

/** Money is never left lying: a payment is told even when nobody waits for it any more. */
async function tellPayment({ temporal }: WebhookDependencies, order: KnownOrder, change: PaymentChange): Promise<void> {
  await temporal.workflow.signalWithStart('checkout', {
    ...startOf(order, 'Checkout, taken up by a webhook'),
    signal: paymentChangedSignal,
    signalArgs: [change],
  });
}

/** The order's workflow asks Stripe what moved: events may come late, twice or in another order. */
async function tellMoneyMoved({ temporal }: WebhookDependencies, order: KnownOrder): Promise<void> {
  await temporal.workflow.signalWithStart('checkout', {
    ...startOf(order, 'Order, taken up for news from Stripe'),
    signal: moneyMovedSignal,
    signalArgs: [],
  });
}

interface OwnRefund {
  id: string;
  request_id: string;
  status: string;
  requested_by: string;
}

/** News of a refund: its own workflow follows it. One that was made in Stripe's dashboard has none: the order looks after it. */
async function tellRefund(deps: WebhookDependencies, order: KnownOrder, refund: Stripe.Refund): Promise<void> {
  const own = await deps.db.row<OwnRefund>(
    `select id, request_id, status, requested_by from refunds
     where order_id = $1 and (stripe_refund_id = $2 or id::text = $3)`,
    [order.id, refund.id, refund.metadata?.refund_id ?? null],
  );
  if (!own || own.requested_by === 'stripe') {
    if (!own || own.status !== refund.status) await tellMoneyMoved(deps, order);
    return;
  }
  if (own.status === refund.status) return;
  await deps.temporal.workflow.signalWithStart('refund', {
    workflowId: refundWorkflowId(order.id, own.request_id),
    taskQueue: 'checkout',
    args: [{ orderId: order.id, refundId: own.id, resume: true }],
    signal: refundChangedSignal,
    signalArgs: [{ stripeRefundId: refund.id }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'Refund, news from Stripe',
    typedSearchAttributes: caseAttributes({ orderId: order.id, customerId: order.customerId, createdAt: new Date() }),
  });
}

/** A charge tells only how much of it went back: when that is what the order knows, nothing is new. */
async function tellOfStrangeRefund(deps: WebhookDependencies, order: KnownOrder, charge: Stripe.Charge): Promise<void> {
  const known = await deps.db.row<{ cents: number }>(
    `select coalesce(round(sum(refund.amount) * 100), 0)::int as cents from refunds refund
     where refund.order_id = $1 and refund.kind <> 'chargeback' and refund.status in ('pending', 'succeeded')`,
    [order.id],
  );
  if (known!.cents < charge.amount_refunded) await tellMoneyMoved(deps, order);
}
