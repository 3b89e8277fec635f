/** Handles Stripe's signed events: records their facts, signals the workflow to check, and marks them as handled before the 2xx response. */
import type { Client, SignalDefinition } from '@temporalio/client';
import type Stripe from 'stripe';
import { z } from 'zod';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { STRIPE } from '../../domain/identity.ts';
import { fromDecimal } from '../../domain/money.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import type { Row } from '../../infra/postgres/entities/index.ts';
import { orderTraits, type TraitColumns, traitColumns } from '../../infra/postgres/order-traits.ts';
import { withPayment } from '../../infra/postgres/payments.ts';
import { now } from '../../infra/postgres/statement-parts.ts';
import type { Services } from '../../infra/services.ts';
import { type PaymentFacts, paymentFactsOf } from '../../infra/stripe/payment-facts.ts';
import { moneyMovedSignal, paymentChangedSignal } from '../../workflows/order/messages.ts';
import { resumedOrderStart, type StartedOrder } from '../../workflows/order/start.ts';
import { refundChangedSignal } from '../../workflows/refund/messages.ts';
import { recordedRefundStart } from '../../workflows/refund/start.ts';
import type { WorkflowStart } from '../../workflows/shared/start.ts';
import { unmatchedRefundChangedSignal } from '../../workflows/unmatched-payment/messages.ts';
import { unmatchedPaymentStart } from '../../workflows/unmatched-payment/start.ts';

type WebhookDependencies = Pick<Services, 'db' | 'temporal' | 'log' | 'settings'>;

const uuid = z.uuid();

interface KnownOrder extends StartedOrder {
  captured: boolean;
  paymentIntentId: string | null;
  currency: string;
}

type OrderRow = Pick<
  Row<'orders'>,
  'id' | 'status' | 'payment_intent_id' | 'currency' | 'total_amount' | 'created_at'
> &
  TraitColumns & { captured: boolean };

interface ReceivedEvent {
  event: Stripe.Event;
  objectId: string;
  /** The order named by the metadata. */
  orderId: string | null;
  intentId: string | null;
  facts: PaymentFacts | undefined;
}

/** Starts a statement with `known`: the order that owns the PaymentIntent, else the one that the metadata names. */
function withOrder({ query }: Sql, { intentId, orderId }: Pick<ReceivedEvent, 'intentId' | 'orderId'>) {
  return query.with('known', (db) => {
    const owner = db.selectFrom('orders as owner').select('owner.id').where('owner.payment_intent_id', '=', intentId);
    return db
      .selectFrom('orders')
      .select('id')
      .where((order) =>
        order.or([
          order('payment_intent_id', '=', intentId),
          order.and([order('id', '=', order.cast<string>(order.val(orderId), 'uuid')), order.not(order.exists(owner))]),
        ]),
      );
  });
}

const markHandled = builtOnce((sql, { eventId }: { eventId: string }) =>
  sql.query.updateTable('stripe_events').set({ handled_at: now }).where('id', '=', eventId),
);

/** Records the event and its payment. @returns whether the event was handled before, and its order, if any */
async function recordEvent(sql: Sql, { event, objectId, orderId, intentId, facts }: ReceivedEvent) {
  const row = await sql.row(
    withPayment(withOrder(sql, { intentId, orderId }), facts)
      .with('recorded', (db) =>
        db
          .insertInto('stripe_events')
          .values((stripeEvent) => ({
            id: event.id,
            type: event.type,
            object_id: objectId,
            order_id: stripeEvent.fn.coalesce(
              stripeEvent.cast<string | null>(stripeEvent.val(orderId), 'uuid'),
              stripeEvent.selectFrom('known').select('known.id'),
            ),
          }))
          .onConflict((conflict) =>
            conflict.column('id').doUpdateSet((stripeEvent) => ({ type: stripeEvent.ref('excluded.type') })),
          )
          .returning('handled_at'),
      )
      .selectFrom('recorded')
      .leftJoin('known', (join) => join.onTrue())
      .leftJoin('orders', 'orders.id', 'known.id')
      .select((recorded) => recorded('recorded.handled_at', 'is not', null).$castTo<boolean>().as('handled'))
      .select(['orders.id', 'orders.status', 'orders.payment_intent_id', 'orders.currency'])
      .select(['orders.total_amount', 'orders.created_at'])
      .select(traitColumns)
      .select((order) => order('orders.captured_amount', '>', '0').as('captured'))
      // Without an order, the left join leaves all of its columns null.
      .$castTo<{ handled: boolean } & (OrderRow | { id: null })>(),
  );
  return row!;
}

/**
 * Handles one event. Safe to repeat.
 * @throws when it could not be handled completely, so that Stripe sends it again
 */
export async function handleStripeEvent(deps: WebhookDependencies, event: Stripe.Event): Promise<void> {
  const object = event.data.object as {
    id?: string;
    metadata?: Record<string, string> | null;
    payment_intent?: string | { id: string } | null;
  };
  // Metadata can be edited at Stripe, so the order that owns the PaymentIntent takes precedence.
  const orderId = uuid.safeParse(object.metadata?.order_id).data ?? null;
  const intentId = event.type.startsWith('payment_intent.') ? object.id : idOf(object.payment_intent);
  const row = await recordEvent(deps.db, {
    event,
    objectId: object.id ?? '',
    orderId,
    intentId: intentId ?? null,
    facts: factsOf(deps, event),
  });
  if (row.handled) return;
  // Events without one of the shop's orders, such as those of other programs on the Stripe account, need no action.
  const isUnmatched = intentId !== undefined && (await notifyUnmatched(deps, event, intentId));
  if (!isUnmatched && row.id !== null) await notifyWorkflow(deps, event, toOrder(deps, row));
  await deps.db.run(markHandled(deps.db, { eventId: event.id }));
}

function idOf(reference: string | { id: string } | null | undefined): string | undefined {
  return typeof reference === 'object' ? reference?.id : reference;
}

/** The payment facts in a signed event; undefined for events of other types. */
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
    // The shop creates no such payment, so it is another program's. A rejected event would be retried for days.
    log.error(
      { err: error, eventId: event.id, paymentIntentId: event.data.object.id },
      'webhook: payment amount is not valid; event ignored',
    );
    return undefined;
  }
}

function toOrder({ settings }: WebhookDependencies, row: OrderRow): KnownOrder {
  const { id: orderId, status, captured, currency } = row;
  return {
    orderId,
    ...orderTraits(settings, row),
    status,
    captured,
    currency,
    paymentIntentId: row.payment_intent_id,
    amount: Number(row.total_amount),
    createdAt: row.created_at,
  };
}

async function notifyWorkflow(deps: WebhookDependencies, event: Stripe.Event, order: KnownOrder): Promise<void> {
  switch (event.type) {
    case 'payment_intent.succeeded':
      // Also if the order is paid, because a second payment must be refunded.
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

/** Signals a workflow, which is started unless it is running. */
async function signalWithStart<Input>(
  temporal: Client,
  { workflowType, ...start }: WorkflowStart<Input>,
  signal: SignalDefinition,
): Promise<void> {
  await temporal.workflow.signalWithStart(workflowType, { ...start, signal, signalArgs: [] });
}

/** The order workflow is resumed if it has completed, so that no payment is overlooked. */
async function notifyOfPayment({ temporal }: WebhookDependencies, order: KnownOrder): Promise<void> {
  await signalWithStart(temporal, resumedOrderStart(order, 'for a payment'), paymentChangedSignal);
}

/** The order workflow reads refunds and disputes from Stripe, because events can arrive late, twice, or out of order. */
async function notifyOfMoney({ temporal }: WebhookDependencies, order: KnownOrder): Promise<void> {
  await signalWithStart(temporal, resumedOrderStart(order, 'for an event from Stripe'), moneyMovedSignal);
}

/** Signals the refund's workflow, or the order's for a refund from the Stripe Dashboard, which has no workflow. */
async function notifyOfRefund(deps: WebhookDependencies, order: KnownOrder, refund: Stripe.Refund): Promise<void> {
  const own = await deps.db.row(
    deps.db.query
      .selectFrom('refunds')
      .select(['id', 'request_id', 'status', 'amount', 'requested_by', 'created_at'])
      .where('order_id', '=', order.orderId)
      .where((own) =>
        own.or([
          own('stripe_refund_id', '=', refund.id),
          // Metadata can be any text.
          own(own.cast<string | null>('id', 'text'), '=', refund.metadata?.refund_id ?? null),
        ]),
      ),
  );
  if (!own || own.requested_by === STRIPE) {
    if (!own || own.status !== refund.status) await notifyOfMoney(deps, order);
    return;
  }
  if (own.status === refund.status) return;
  const { orderId, orderNumber, emailHash, customerId } = order;
  const resumedOwn = {
    orderId,
    orderNumber,
    emailHash,
    customerId,
    refundId: own.id,
    requestId: own.request_id,
    amount: Number(own.amount),
    createdAt: own.created_at,
  };
  await signalWithStart(
    deps.temporal,
    recordedRefundStart(resumedOwn, 'Refund, resumed for an event from Stripe'),
    refundChangedSignal,
  );
}

/** A charge shows only its refunded total, so the order is signaled if that exceeds the recorded refunds. */
async function notifyOfForeignRefund(
  deps: WebhookDependencies,
  order: KnownOrder,
  charge: Stripe.Charge,
): Promise<void> {
  const intentId = typeof charge.payment_intent === 'string' ? charge.payment_intent : charge.payment_intent?.id;
  if (intentId !== order.paymentIntentId) return;
  const known = await deps.db.row(
    deps.db.query
      .selectFrom('refunds')
      .select((refund) => refund.fn.sum<string | null>('amount').as('total'))
      .where('order_id', '=', order.orderId)
      .where('kind', '<>', 'chargeback')
      .where('status', 'in', ['pending', 'succeeded']),
  );
  if (fromDecimal(known?.total ?? '0', order.currency) < fromStripeAmount(charge.amount_refunded, charge.currency))
    await notifyOfMoney(deps, order);
}

/** Types of events about refunds and disputes. */
const MONEY_BACK = /^(refund\.|charge\.refunded$|charge\.dispute\.)/;

/**
 * Signals the workflow of an unmatched payment about its refund, one from the Stripe Dashboard, or a chargeback. A bank can reject a refund
 * that had succeeded; then the workflow is started again.
 * @returns whether the event is of such a payment
 */
async function notifyUnmatched(
  { db, temporal, settings }: WebhookDependencies,
  event: Stripe.Event,
  paymentIntentId: string,
): Promise<boolean> {
  if (!MONEY_BACK.test(event.type)) return false;
  const payment = await db.row(
    db.query
      .selectFrom('payments')
      .innerJoin('orders', 'orders.id', 'payments.order_id')
      .select(['payments.order_id', 'payments.refund_status', 'payments.stripe_refund_id', 'payments.received_amount'])
      .select('payments.created_at')
      .select(traitColumns)
      .where('payments.id', '=', paymentIntentId)
      .where('unmatched_reason', 'is not', null),
  );
  if (!payment) return false;
  const { id, status } = event.data.object as { id?: string; status?: string };
  if (payment.stripe_refund_id === id && payment.refund_status === status) return true;
  const open = {
    ...orderTraits(settings, payment),
    orderId: payment.order_id,
    paymentIntentId,
    amount: Number(payment.received_amount),
    createdAt: payment.created_at,
  };
  const start = unmatchedPaymentStart(open, 'Refund of an unmatched payment, resumed for an event from Stripe');
  await signalWithStart(temporal, start, unmatchedRefundChangedSignal);
  return true;
}
