/** Stripe's signed webhooks: recorded by their id, told to the workflow, marked as handled; only then a 2xx. */
import type Stripe from 'stripe';
import { z } from 'zod';
import type { OrderStatus } from '../../domain/order-state.ts';
import type { Services } from '../../infra/services.ts';
import { checkoutWorkflowId, type PaymentChange, paymentChangedSignal } from '../../workflows/checkout/messages.ts';
import { refundChangedSignal, refundWorkflowId } from '../../workflows/refund/messages.ts';
import { orderIdKey } from '../../workflows/shared/search-attributes.ts';

type WebhookDependencies = Pick<Services, 'db' | 'temporal' | 'log'>;

const uuid = z.uuid();

/**
 * Handles one event; handling it again changes nothing.
 * @throws when it could not be handled to its end, so that Stripe sends it again
 */
export async function handleStripeEvent(deps: WebhookDependencies, event: Stripe.Event): Promise<void> {
  const object = event.data.object as { id?: string; metadata?: Record<string, string> | null };
  const orderId = uuid.safeParse(object.metadata?.order_id).data ?? null;
  const recorded = await deps.db.row<{ handled: boolean; order_status: OrderStatus | null; captured: boolean | null }>(
    `with recorded as (
       insert into stripe_events (id, type, object_id, order_id) values ($1, $2, $3, $4)
       on conflict (id) do update set type = excluded.type returning handled_at)
     select recorded.handled_at is not null as handled, o.status as order_status, o.captured_amount > 0 as captured
     from recorded left join orders o on o.id = $4`,
    [event.id, event.type, object.id ?? '', orderId],
  );
  if (recorded?.handled) return;
  // An event of no order of ours (another program on the same account, a type we don't follow) is nothing to do.
  if (orderId && recorded?.order_status) {
    await tellWorkflow(deps, event, orderId, { status: recorded.order_status, captured: recorded.captured === true });
  }
  await deps.db.run('update stripe_events set handled_at = now() where id = $1', [event.id]);
}

async function tellWorkflow(
  deps: WebhookDependencies,
  event: Stripe.Event,
  orderId: string,
  order: { status: OrderStatus; captured: boolean },
): Promise<void> {
  switch (event.type) {
    case 'payment_intent.succeeded':
      if (!order.captured) await tellCheckout(deps, orderId, succeeded(event.data.object));
      return;
    case 'payment_intent.payment_failed':
      if (order.status === 'pending') await tellCheckout(deps, orderId, failed(event.data.object));
      return;
    case 'refund.updated':
    case 'refund.failed':
      await tellRefund(deps, orderId, event.data.object);
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

/** Starts the checkout anew where it had ended (terminated by hand, or this event came very late): money is never left lying. */
async function tellCheckout({ temporal }: WebhookDependencies, orderId: string, change: PaymentChange): Promise<void> {
  await temporal.workflow.signalWithStart('checkout', {
    workflowId: checkoutWorkflowId(orderId),
    taskQueue: 'checkout',
    args: [{ orderId, resume: true }],
    signal: paymentChangedSignal,
    signalArgs: [change],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'Checkout, taken up by a webhook',
    typedSearchAttributes: [{ key: orderIdKey, value: orderId }],
  });
}

async function tellRefund(deps: WebhookDependencies, orderId: string, refund: Stripe.Refund): Promise<void> {
  const known = await deps.db.row<{ id: string; request_id: string; status: string }>(
    'select id, request_id, status from refunds where order_id = $1 and (stripe_refund_id = $2 or id::text = $3)',
    [orderId, refund.id, refund.metadata?.refund_id ?? null],
  );
  if (!known || known.status === refund.status) return;
  await deps.temporal.workflow.signalWithStart('refund', {
    workflowId: refundWorkflowId(orderId, known.request_id),
    taskQueue: 'checkout',
    args: [{ orderId, refundId: known.id, resume: true }],
    signal: refundChangedSignal,
    signalArgs: [{ stripeRefundId: refund.id }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'Refund, news from Stripe',
    typedSearchAttributes: [{ key: orderIdKey, value: orderId }],
  });
}
