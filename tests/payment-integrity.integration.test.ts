/** Only Stripe confirms payments, and only an order's own PaymentIntent pays it; others that name it are refunded and shown to staff. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { unmatchedPaymentWorkflowId } from '../workflows/unmatched-payment/messages.ts';
import { Desk } from './support/desk.ts';
import {
  atStripe,
  chargeBack,
  openOrder,
  orderOf,
  refundedAtStripe,
  sell,
  untilRefundedAtStripe,
} from './support/sales.ts';
import { createProduct, Shopper, startTestShop, stockOf, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const handleOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);

/** Makes another payment whose metadata names the order. @returns the PaymentIntent's ID */
async function payUnmatched(orderId: string, amount: number, currency: string, card = 'pm_card_visa'): Promise<string> {
  const { paymentIntents } = shop.services.stripe;
  const intent = await paymentIntents.create({ amount, currency, metadata: { order_id: orderId } });
  await paymentIntents.confirm(intent.id, { payment_method: card, return_url: 'http://127.0.0.1/return' });
  return intent.id;
}

const unmatchedReason = async (intentId: string) =>
  (
    await shop.services.db.row<{ reason: string }>('select unmatched_reason as reason from payments where id = $1', [
      intentId,
    ])
  )?.reason;

/** @returns the recorded status of an unmatched payment's refund */
const refundStatus = async (intentId: string) =>
  (
    await shop.services.db.row<{ status: string }>('select refund_status as status from payments where id = $1', [
      intentId,
    ])
  )?.status;

describe('a message to an order’s workflow', () => {
  it('never marks it as paid, whatever it claims', async () => {
    const sale = await openOrder(shop);
    const handle = handleOf(orderWorkflowId(sale.orderId));
    const claim = { paymentIntentId: sale.intentId, status: 'succeeded', attemptId: 'ch_1', amountReceivedCents: 2500 };
    for (const signal of ['paymentChanged', 'moneyMoved', 'orderChanged']) await handle.signal(signal, claim);
    expect(await desk.order(sale.orderId, 'recheckPayment')).toMatchObject({ status: 'pending', payment: 'open' });
    expect((await desk.order(sale.orderId, 'markShipped', { carrier: 'UPS', trackingNumber: '1Z' })).refused).toContain(
      'pending',
    );
    expect(await orderOf(sale)).toMatchObject({ status: 'pending', captured_amount: 0 });
    // The order continues, and its own payment pays it.
    await sale.buyer.pay(sale.begun);
    await sale.buyer.untilStatus(sale.orderId, 'paid');
  });
});

describe('a payment that names an order but is not its own', () => {
  it('does not pay it and is refunded, before and after the order’s own payment', async () => {
    const sale = await openOrder(shop);
    const early = await payUnmatched(sale.orderId, 2500, 'usd');
    await untilRefundedAtStripe(shop, early, 2500);
    expect((await orderOf(sale)).status).toBe('pending');
    await sale.buyer.pay(sale.begun);
    await sale.buyer.untilStatus(sale.orderId, 'paid');

    const late = await payUnmatched(sale.orderId, 700, 'eur');
    await untilRefundedAtStripe(shop, late, 700);
    expect(await handleOf(unmatchedPaymentWorkflowId(late)).result()).toBe('refunded');
    expect(await unmatchedReason(late)).toBe('other_intent');
    expect(await orderOf(sale)).toMatchObject({ status: 'paid', captured_amount: 25, refunded_amount: 0 });
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
    expect(await stockOf(shop.services, sale.products[0]!.id)).toEqual({ stock: 8, reserved: 0 });
    const events = (await desk.events(sale.orderId)).filter(({ type }) => type === 'payment_unmatched');
    expect(events).toHaveLength(2);
    expect(await desk.details(unmatchedPaymentWorkflowId(early))).toMatch(
      /\$25\.00[\s\S]*not the payment that was created for the order/,
    );
  });

  it('is also refunded when its order ended long ago', async () => {
    const sale = await sell(shop);
    await desk.order(sale.orderId, 'cancel');
    await handleOf(orderWorkflowId(sale.orderId)).result();
    const intentId = await payUnmatched(sale.orderId, 2500, 'usd');
    await untilRefundedAtStripe(shop, intentId, 2500);
    expect(await orderOf(sale)).toMatchObject({ status: 'canceled', captured_amount: 25, refunded_amount: 25 });
  });
});

describe('the order’s own payment', () => {
  it('with the wrong amount ends the order and is refunded', async () => {
    const sale = await openOrder(shop);
    await shop.services.stripe.paymentIntents.update(sale.intentId, { amount: 2400 });
    await sale.buyer.pay(sale.begun);
    await sale.buyer.untilStatus(sale.orderId, 'canceled');
    await untilRefundedAtStripe(shop, sale.intentId, 2400);
    expect(await unmatchedReason(sale.intentId)).toBe('wrong_amount');
    expect(await orderOf(sale)).toMatchObject({ captured_amount: 0, refunded_amount: 0 });
    expect(await stockOf(shop.services, sale.products[0]!.id)).toEqual({ stock: 10, reserved: 0 });
    // The workflow ends although Stripe may send more events about this payment, which is not in the order's records.
    await handleOf(orderWorkflowId(sale.orderId)).result();
    await desk.order(sale.orderId, 'recheckPayment').catch(() => undefined);
    expect(await orderOf(sale)).toMatchObject({ status: 'canceled', refunded_amount: 0 });
    expect(await stockOf(shop.services, sale.products[0]!.id)).toEqual({ stock: 10, reserved: 0 });
  }, 60_000);

  it('stays its own whatever its metadata says, because metadata can be edited at Stripe', async () => {
    const [sale, other] = [await openOrder(shop), await openOrder(shop)];
    await shop.services.stripe.paymentIntents.update(sale.intentId, { metadata: { order_id: other.orderId } });
    await sale.buyer.pay(sale.begun);
    await sale.buyer.untilStatus(sale.orderId, 'paid');
    expect(await orderOf(other)).toMatchObject({ status: 'pending', captured_amount: 0 });
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
    await shop.services.stripe.paymentIntents.update(sale.intentId, { metadata: { order_id: sale.orderId } });
    await other.buyer.call('POST', `/orders/${other.orderId}/cancel`);
  });
});

describe('an automatic refund that fails', () => {
  it('is shown to staff, and can be retried', async () => {
    const sale = await sell(shop);
    await atStripe(shop, 'faults', { target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 500 });
    const intentId = await payUnmatched(sale.orderId, 900, 'usd');
    const workflowId = unmatchedPaymentWorkflowId(intentId);
    await until(
      async () => (await desk.details(workflowId).catch(() => '')).includes('Stopped since'),
      'the case to show the failed refund',
      30_000,
    );
    const listed = 'WorkflowType = "unmatchedPayment" AND StuckSince IS NOT NULL AND ExecutionStatus = "Running"';
    await until(
      async () => (await shop.services.temporal.workflow.count(listed)).count > 0,
      'the list to contain the case',
    );
    await handleOf(workflowId).executeUpdate('retry', {
      args: [{ requestId: 'r1', requestedBy: 'Anna', reason: 'Balance topped up' }],
    });
    expect(await handleOf(workflowId).result()).toBe('refunded');
    expect(await refundedAtStripe(shop, intentId)).toBe(900);
  }, 60_000);

  it('can also be retried after Stripe had reported success', async () => {
    const sale = await sell(shop);
    const intentId = await payUnmatched(sale.orderId, 900, 'usd', 'pm_card_refundFail');
    const workflowId = unmatchedPaymentWorkflowId(intentId);
    const isStopped = async () => (await desk.details(workflowId).catch(() => '')).includes('Stopped since');
    await until(isStopped, 'the bank to decline the refund', 30_000);
    expect(await refundedAtStripe(shop, intentId)).toBe(0);
    expect(await refundStatus(intentId)).toBe('failed');
    // This card declines every refund, so the case stays open; the amount received is corrected for the audit after the tests.
    await handleOf(workflowId).terminate('the test is over');
    await shop.services.db.run('delete from payment_failures where payment_id = $1', [intentId]);
    await shop.services.db.run('delete from payments where id = $1', [intentId]);
    await shop.services.stripe.paymentIntents.update(intentId, { metadata: { order_id: '' } });
  }, 60_000);
});

describe('an unmatched payment that Stripe does not refund', () => {
  /** An unmatched payment with a refund that the bank declines. */
  async function stuckPayment() {
    const sale = await sell(shop);
    await atStripe(shop, 'faults', { target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 100 });
    const intentId = await payUnmatched(sale.orderId, 900, 'usd');
    await until(async () => (await refundStatus(intentId)) === 'failed', 'the bank to decline the refund', 30_000);
    return { intentId, handle: handleOf(unmatchedPaymentWorkflowId(intentId)) };
  }

  it('is resolved by a refund in the Stripe Dashboard', async () => {
    const { intentId, handle } = await stuckPayment();
    await shop.services.stripe.refunds.create({ payment_intent: intentId });
    expect(await handle.result()).toBe('refunded');
    expect([await refundStatus(intentId), await refundedAtStripe(shop, intentId)]).toEqual(['succeeded', 900]);
  }, 60_000);

  it('is resolved by a lost chargeback, but not by an open one', async () => {
    const { intentId, handle } = await stuckPayment();
    const opened = (await (await atStripe(shop, 'disputes', { payment_intent: intentId })).json()) as { id: string };
    await desk.details(handle.workflowId);
    expect(await refundStatus(intentId)).toBe('failed');
    await atStripe(shop, `disputes/${opened.id}/close`, { outcome: 'lost' });
    expect(await handle.result()).toBe('settled');
    expect(await refundStatus(intentId)).toBe('succeeded');
  }, 60_000);
});

describe('events out of order', () => {
  it('a chargeback that arrives before its payment still blocks the shipment', async () => {
    const sale = await openOrder(shop);
    const late = {
      target: 'webhook',
      kind: 'delay',
      match: { event_type: 'payment_intent.succeeded' },
      delay_ms: 3_000,
    };
    await atStripe(shop, 'faults', late);
    await sale.buyer.pay(sale.begun);
    await chargeBack(shop, sale);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    const parcel = { carrier: 'UPS', trackingNumber: '1Z' };
    expect((await desk.order(sale.orderId, 'markShipped', parcel)).refused).toBeTruthy();
    const row = await shop.services.db.row('select status from disputes where order_id = $1', [sale.orderId]);
    expect(row).toEqual({ status: 'needs_response' });
  }, 30_000);

  it('an order that is canceled while Stripe creates its PaymentIntent leaves none that can be paid', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const reserved = await buyer.reserve([{ productId: product.id }]);
    // The first attempt, a local activity, takes too long; the order can end during the second.
    const match = { method: 'POST', path: '/v1/payment_intents' };
    for (const delay_ms of [6_000, 4_500])
      await atStripe(shop, 'faults', { target: 'api', kind: 'delay', match, delay_ms });
    const begun = buyer.checkout(reserved.body.id, 'slow@example.test');
    const orderIdOf = () =>
      shop.services.db.row<{ id: string }>('select id from orders where reservation_id = $1', [reserved.body.id]);
    const { id } = await until(orderIdOf, 'the order to be opened');
    expect(await desk.order(id, 'cancel')).toEqual({ status: 'canceled' });
    expect((await begun).body.order.status).toBe('canceled');
    const made = await shop.services.stripe.paymentIntents.list({ limit: 100 });
    const own = made.data.filter(({ metadata }) => metadata.order_id === id);
    expect(own.map(({ status }) => status)).toEqual(['canceled']);
  }, 30_000);
});
