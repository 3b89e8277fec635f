/** Orders whose money was partly returned another way: their returns, reviews, and cancellations stay correct. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decisionSubject, proveActor, refundIdOf, refundSubject } from '../../infra/actor-proof.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { bySupport, type PaidOrder } from '../../tests/support/ledger-orders.ts';
import { refundedAtStripe } from '../../tests/support/sales.ts';
import { stockOf } from '../../tests/support/shop.ts';

const shop = activityShop();
const { orders } = shop;

const BY_ANNA = { actor: 'ui:Anna', reason: 'as asked' };
const orderOf = async ({ order }: PaidOrder) => (await shop.activities.loadOrder({ orderId: order.orderId }))!;

/** Staff refund it in the Stripe Dashboard. */
async function refundedInDashboard({ order, paymentIntentId }: PaidOrder, amountCents: number): Promise<void> {
  await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount: amountCents });
  await shop.activities.reconcilePayment({ orderId: order.orderId });
}

function decide(refundId: string, decision: 'approve' | 'reject') {
  const { JWT_SECRET } = shop.services.settings;
  const proof = proveActor(JWT_SECRET, `support_lead:${randomUUID()}`, decisionSubject(refundId, decision));
  return shop.activities.decideRefund({ refundId, decision, reason: 'looked at', ...proof });
}

const cancel = ({ order }: PaidOrder, requestId: string) =>
  shop.activities.cancelPaid({
    orderId: order.orderId,
    requestId,
    sender: bySupport(shop.services.settings, order.orderId, requestId),
    reason: 'changed my mind',
  });
const step = ({ order }: PaidOrder, action: 'putUnderReview' | 'endReview') =>
  shop.activities.stepOrder({ orderId: order.orderId, requestId: randomUUID(), ...BY_ANNA, step: { action } });

/** An order of which part was paid back by bank transfer, without canceling units. */
async function partlyPaidBack(options: Parameters<typeof orders.paid>[0] = {}): Promise<PaidOrder> {
  const sale = await orders.paid(options);
  const { refundId } = await orders.refunded(sale.order.orderId, { amountCents: 500 });
  await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });
  await shop.activities.giveUpRefund({ refundId, requestId: 'transfer', ...BY_ANNA });
  expect(await orderOf(sale)).toMatchObject({ status: 'partially_refunded', refundedCents: 0 });
  return sale;
}

describe('a return that arrives', () => {
  const returned = async (sale: PaidOrder) => {
    const lines = [{ productId: sale.product.id, quantity: 2 }];
    return (await orders.refunded(sale.order.orderId, { lines, awaitReturn: true })).refundId;
  };

  it('refunds what remains when part of the payment was refunded in the meantime', async () => {
    const sale = await orders.shipped();
    const refundId = await returned(sale);
    await refundedInDashboard(sale, 1_000);
    const received = await shop.activities.receiveReturn({ refundId, requestId: 'r', ...BY_ANNA, restock: true });
    expect(received).toMatchObject({ outcome: 'decided', refund: { status: 'pending', amountCents: 1_500 } });
    await orders.sent(refundId);
    expect(await refundedAtStripe(shop, sale.paymentIntentId)).toBe(2_500);
    expect((await stockOf(shop.services, sale.product.id)).stock).toBe(10);
  });

  it.each([
    { restock: true, stock: 10 },
    { restock: false, stock: 8 },
  ])('refunds nothing when the whole payment was refunded; restock: $restock', async ({ restock, stock }) => {
    const sale = await orders.shipped({ stock: 10 });
    const refundId = await returned(sale);
    await refundedInDashboard(sale, 2_500);
    const received = await shop.activities.receiveReturn({ refundId, requestId: 'r', ...BY_ANNA, restock });
    const refund = { status: 'rejected', decisionReason: 'The payment was already refunded.', amountCents: 2_500 };
    expect(received).toMatchObject({ outcome: 'decided', refund });
    expect((await stockOf(shop.services, sale.product.id)).stock).toBe(stock);
    // A repeated request returns the same result.
    expect(await shop.activities.receiveReturn({ refundId, requestId: 'r', ...BY_ANNA, restock })).toEqual(received);
    expect(await shop.activities.declineReturn({ refundId, requestId: 'd', ...BY_ANNA })).toMatchObject({
      outcome: 'refused',
    });
  });
});

describe('an order of which part was paid back another way', () => {
  it('is still partially refunded after a review', async () => {
    const sale = await partlyPaidBack();
    await step(sale, 'putUnderReview');
    expect((await orderOf(sale)).status).toBe('under_review');
    await step(sale, 'endReview');
    expect((await orderOf(sale)).status).toBe('partially_refunded');
  });

  it('is still partially refunded after its cancellation was rejected', async () => {
    const sale = await partlyPaidBack({ price: '80.00' });
    expect((await cancel(sale, 'c1')).outcome).toBe('awaiting_approval');
    await decide(refundIdOf(sale.order.orderId, 'c1'), 'reject');
    expect((await orderOf(sale)).status).toBe('partially_refunded');
  });
});

describe('a cancellation above the limit', () => {
  const reviewOf = ({ order }: PaidOrder) =>
    shop.services.db.row('select fulfillment, review_reason from orders where id = $1', [order.orderId]);

  it('that is approved ends the review that the order was under before, whatever its reason', async () => {
    const sale = await orders.paid({ price: '80.00' });
    await step(sale, 'putUnderReview');
    await cancel(sale, 'c1');
    expect(await reviewOf(sale)).toEqual({ fulfillment: 'under_review', review_reason: BY_ANNA.reason });
    await decide(refundIdOf(sale.order.orderId, 'c1'), 'approve');
    expect(await reviewOf(sale)).toEqual({ fulfillment: 'unfulfilled', review_reason: null });
    expect((await orderOf(sale)).status).toBe('canceled');
  });

  it('is the only one while it waits, and can’t be requested again with the same ID once it is rejected', async () => {
    const sale = await orders.paid({ price: '80.00' });
    await cancel(sale, 'c1');
    expect(await cancel(sale, 'c2')).toMatchObject({ outcome: 'refused', code: 'order_not_cancelable' });
    await decide(refundIdOf(sale.order.orderId, 'c1'), 'reject');
    expect(await cancel(sale, 'c1')).toMatchObject({ outcome: 'refused', code: 'order_not_cancelable' });
    expect((await orderOf(sale)).status).toBe('paid');
    expect((await cancel(sale, 'c2')).outcome).toBe('awaiting_approval');
  });
});

describe('items of a shipped order', () => {
  /** Requests a refund like the API does for a guest. */
  function asGuest(orderId: string, of: { lines: { productId: string; quantity: number }[]; awaitReturn?: boolean }) {
    const requestId = randomUUID();
    const subject = refundSubject(refundIdOf(orderId, requestId));
    const sender = proveActor(shop.services.settings.JWT_SECRET, 'guest', subject);
    return shop.activities.requestRefund({ orderId, requestId, reason: 'too big', restock: false, ...sender, ...of });
  }

  it('can’t be returned by a shopper’s request to cancel them', async () => {
    const { order, product } = await orders.shipped();
    const lines = [{ productId: product.id, quantity: 1 }];
    const refused = await asGuest(order.orderId, { lines, awaitReturn: false });
    expect(refused).toMatchObject({ outcome: 'refused', code: 'order_not_refundable' });
    const accepted = { outcome: 'accepted', refund: { status: 'awaiting_return' } };
    for (const awaitReturn of [true, undefined])
      expect(await asGuest(order.orderId, { lines, awaitReturn })).toMatchObject(accepted);
  });

  it('are canceled and not returned before they ship', async () => {
    const { order, product } = await orders.paid();
    const lines = [{ productId: product.id, quantity: 1 }];
    expect(await asGuest(order.orderId, { lines, awaitReturn: true })).toMatchObject({ code: 'invalid_request' });
    const canceled = { status: 'pending', cancelsUnits: true, restock: true };
    expect(await asGuest(order.orderId, { lines, awaitReturn: false })).toMatchObject({ refund: canceled });
  });

  it('can be returned through staff only within the window; other refunds are also possible later', async () => {
    const { order, product } = await orders.shipped();
    const { orderId } = order;
    const delivered = { action: 'markDelivered' } as const;
    await shop.activities.stepOrder({ orderId, requestId: 'there', ...BY_ANNA, step: delivered });
    await shop.services.db.run(`update orders set delivered_at = now() - interval '400 days' where id = $1`, [orderId]);
    const request = { orderId, requestId: 'r', reason: 'worn', restock: false, requestedBy: 'Anna' };
    const lines = [{ productId: product.id, quantity: 1 }];
    expect(await shop.activities.requestRefund({ ...request, lines, awaitReturn: true })).toMatchObject({
      outcome: 'refused',
      code: 'return_window_closed',
    });
    expect((await orders.refunded(orderId, { amountCents: 100 })).status).toBe('pending');
    expect((await orders.refunded(orderId, { lines })).status).toBe('pending');
  });
});
