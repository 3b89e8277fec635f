/** Which workflow each Stripe event signals, and which events signal none. A stub records the signals instead of Temporal. */
import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { chargeBack } from '../../tests/support/sales.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import { handleStripeEvent } from './service.ts';

const shop = activityShop();
const { orders } = shop;

interface SentOptions {
  workflowId: string;
  signal: { name: string };
  args: unknown[];
  typedSearchAttributes: unknown;
}

/** @returns the sent signals, as “workflow: signal” */
async function handle(type: string, object: object, id = `evt_${randomUUID()}`): Promise<string[]> {
  return (await sentFor(type, object, id)).map(({ workflowId, signal }) => `${workflowId}: ${signal.name}`);
}

async function sentFor(type: string, object: object, id = `evt_${randomUUID()}`): Promise<SentOptions[]> {
  const sent: SentOptions[] = [];
  const signalWithStart = async (_type: string, options: SentOptions) => {
    sent.push(options);
  };
  const temporal = { workflow: { signalWithStart } } as unknown as typeof shop.services.temporal;
  const event = { id, object: 'event', type, data: { object } } as unknown as Stripe.Event;
  const log = shop.services.log.child({}, { level: 'silent' });
  await handleStripeEvent({ ...shop.services, temporal, log }, event);
  return sent;
}

const toOrder = (orderId: string, signal: string) => [`${orderWorkflowId(orderId)}: ${signal}`];
const refundAt = (refund: { stripeRefundId: string | null }, intent: unknown, status: string, more: object = {}) => ({
  id: refund.stripeRefundId ?? `re_${randomUUID()}`,
  payment_intent: intent,
  status,
  ...more,
});

describe('an event of a payment', () => {
  const intent = (id: string, orderId: string, values: object = {}) => ({
    id,
    status: 'succeeded',
    amount_received: 2500,
    currency: 'usd',
    metadata: { order_id: orderId },
    ...values,
  });
  const declined = { status: 'requires_payment_method', amount_received: 0 };

  it('that succeeded signals its order until it is recorded; another payment always does', async () => {
    const { order } = await orders.opened();
    const { orderId } = order;
    const own = await orders.charge(order);
    const prompted = toOrder(orderId, 'paymentChanged');
    expect(await handle('payment_intent.succeeded', intent(own, orderId))).toEqual(prompted);
    await shop.activities.applyPayments({ orderId });
    expect(await handle('payment_intent.succeeded', intent(own, orderId))).toEqual([]);
    const other = await orders.paidBeside(orderId, 700);
    expect(await handle('payment_intent.succeeded', intent(other, orderId, { amount_received: 700 }))).toEqual(
      prompted,
    );
  });

  it('that was declined signals only an order that awaits payment', async () => {
    const { orderId } = (await orders.opened()).order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const event = 'payment_intent.payment_failed';
    expect(await handle(event, intent(paymentIntentId, orderId, declined))).toEqual(toOrder(orderId, 'paymentChanged'));
    await shop.activities.closeOrder({ orderId, to: 'canceled' });
    expect(await handle(event, intent(paymentIntentId, orderId, declined))).toEqual([]);
  });

  it('in an unknown currency is accepted and ignored', async () => {
    const { orderId } = (await orders.paid()).order;
    const strange = intent(`pi_${randomUUID()}`, orderId, { currency: 'xyz' });
    await expect(handle('payment_intent.succeeded', strange)).resolves.toBeInstanceOf(Array);
    const kept = await shop.services.db.rows('select 1 from payments where id = $1', [strange.id]);
    expect(kept).toEqual([]);
  });

  it('that was handled is not handled again; one of no known order signals none', async () => {
    const { order } = await orders.opened();
    const own = await orders.charge(order);
    const id = `evt_${randomUUID()}`;
    expect(await handle('payment_intent.succeeded', intent(own, order.orderId), id)).toHaveLength(1);
    expect(await handle('payment_intent.succeeded', intent(own, order.orderId), id)).toEqual([]);
    expect(await handle('payment_intent.succeeded', intent(`pi_${randomUUID()}`, randomUUID()))).toEqual([]);
  });
});

describe('an event of a refund', () => {
  it.each(['refund.created', 'refund.updated', 'refund.failed'])(
    '%s signals the refund’s workflow if its status changed',
    async (type) => {
      const { order, paymentIntentId } = await orders.paid();
      const { refundId, requestId } = await orders.refunded(order.orderId, { amountCents: 1000 });
      const prompted = [`${refundWorkflowId(order.orderId, requestId)}: refundChanged`];
      // Stripe’s ID is unknown until its response is recorded.
      const early = refundAt({ stripeRefundId: null }, paymentIntentId, 'succeeded', {
        metadata: { refund_id: refundId },
      });
      expect(await handle(type, early)).toEqual(prompted);
      const sent = await orders.sent(refundId);
      expect(await handle(type, refundAt(sent, paymentIntentId, 'succeeded'))).toEqual([]);
      expect(await handle(type, refundAt(sent, { id: paymentIntentId }, 'failed'))).toEqual(prompted);
    },
  );

  it('from the Stripe Dashboard signals its order, also when it fails later', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const made = await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount: 700 });
    const refund = (status: string) => refundAt({ stripeRefundId: made.id }, paymentIntentId, status);
    expect(await handle('refund.created', refund('succeeded'))).toEqual(toOrder(orderId, 'moneyMoved'));
    await shop.activities.reconcilePayment({ orderId });
    expect(await handle('refund.updated', refund('succeeded'))).toEqual([]);
    expect(await handle('refund.failed', refund('failed'))).toEqual(toOrder(orderId, 'moneyMoved'));
  });

  it('that names another order’s refund signals the order of its payment', async () => {
    const [sale, other] = [await orders.paid(), await orders.paid()];
    const { refundId } = await orders.refunded(other.order.orderId, { amountCents: 1000 });
    const object = refundAt({ stripeRefundId: null }, sale.paymentIntentId, 'succeeded', {
      metadata: { refund_id: refundId },
    });
    expect(await handle('refund.updated', object)).toEqual(toOrder(sale.order.orderId, 'moneyMoved'));
  });
});

describe('a charge.refunded event', () => {
  const charge = (intent: unknown, amount: number) => ({
    id: `ch_${randomUUID()}`,
    payment_intent: intent,
    amount_refunded: amount,
    currency: 'usd',
  });

  it('signals the order if the total exceeds its recorded refunds', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const prompted = toOrder(orderId, 'moneyMoved');
    expect(await handle('charge.refunded', charge(paymentIntentId, 1))).toEqual(prompted);
    const { refundId } = await orders.refunded(orderId, { amountCents: 1000 });
    // While the refund is pending, and after it succeeded.
    for (let times = 0; times < 2; times++) {
      expect(await handle('charge.refunded', charge({ id: paymentIntentId }, 1000))).toEqual([]);
      expect(await handle('charge.refunded', charge(paymentIntentId, 1001))).toEqual(prompted);
      await orders.sent(refundId);
    }
  });

  it('does not count refunds that failed', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { refundId } = await orders.refunded(order.orderId, { amountCents: 1000 });
    await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
    expect(await handle('charge.refunded', charge(paymentIntentId, 1000))).toEqual(
      toOrder(order.orderId, 'moneyMoved'),
    );
  });

  it('does not count chargebacks, which are not part of the total', async () => {
    const { order, paymentIntentId } = await orders.paid();
    await chargeBack(shop, { intentId: paymentIntentId }, 1000);
    await shop.activities.reconcilePayment({ orderId: order.orderId });
    expect(await shop.activities.loadOrder({ orderId: order.orderId })).toMatchObject({ refundedCents: 1000 });
    expect(await handle('charge.refunded', charge(paymentIntentId, 500))).toEqual(toOrder(order.orderId, 'moneyMoved'));
  });
});

it.each(['created', 'updated', 'closed', 'funds_withdrawn', 'funds_reinstated'])(
  'a charge.dispute.%s event signals its order',
  async (what) => {
    const { order, paymentIntentId } = await orders.paid();
    const dispute = { id: `du_${randomUUID()}`, payment_intent: paymentIntentId, status: 'needs_response' };
    expect(await handle(`charge.dispute.${what}`, dispute)).toEqual(toOrder(order.orderId, 'moneyMoved'));
  },
);

describe('an event of an unmatched payment', () => {
  it('signals the workflow that refunds it, not its order, if something changed', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const prompted = [`${unmatchedPaymentWorkflowId(paymentIntentId)}: refundChanged`];
    const sent = await orders.sentBack(paymentIntentId);
    expect(await handle('refund.updated', refundAt(sent, paymentIntentId, 'succeeded'))).toEqual([]);
    expect(await handle('refund.failed', refundAt(sent, paymentIntentId, 'failed'))).toEqual(prompted);
    const byHand = refundAt({ stripeRefundId: null }, paymentIntentId, 'succeeded');
    expect(await handle('refund.created', byHand)).toEqual(prompted);
    const dispute = { id: `du_${randomUUID()}`, payment_intent: paymentIntentId, status: 'lost' };
    expect(await handle('charge.dispute.closed', dispute)).toEqual(prompted);
    const charge = { id: `ch_${randomUUID()}`, payment_intent: paymentIntentId, amount_refunded: 700, currency: 'usd' };
    expect(await handle('charge.refunded', charge)).toEqual(prompted);
  });
});
