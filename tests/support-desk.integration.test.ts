/** The support desk on real servers: the effects, refusals, and records of what staff send in the Temporal UI. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../local/mailbox/testing.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { atStripe } from './support/sales.ts';
import {
  CARDS,
  createProduct,
  Shopper,
  startTestShop,
  stockOf,
  type TestProduct,
  type TestShop,
  until,
} from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

interface Bought {
  buyer: Shopper;
  orderId: string;
  product: TestProduct;
  email: string;
}

async function bought({ price = '12.50', quantity = 2, card = CARDS.good as string } = {}): Promise<Bought> {
  const product = await createProduct(shop.services, { price });
  const buyer = new Shopper(shop.api.url);
  const email = `buyer-${randomUUID()}@example.test`;
  const reserved = await buyer.reserve([{ productId: product.id, quantity }]);
  const begun = (await buyer.checkout(reserved.body.id, email)).body;
  await buyer.pay(begun, card);
  await buyer.untilStatus(begun.order.id, 'paid');
  return { buyer, orderId: begun.order.id, product, email };
}

const order = async ({ buyer, orderId }: Bought) => (await buyer.call('GET', `/orders/${orderId}`)).body;
const refundsOf = async ({ buyer, orderId }: Bought) =>
  (await buyer.call('GET', `/orders/${orderId}/refunds`)).body.items;
const mails = async (email: string) => (await mailsTo(process.env.MAILBOX_URL!, email)).map((mail) => mail.subject);
const countersHave = (product: TestProduct, count: number) =>
  until(
    async () => (await shop.services.stockCounters.available([product.id])).get(product.id) === count,
    `the stock counter to be ${count}`,
  );

describe('fulfillment', () => {
  it('puts an order under review, ends the review, ships, and delivers it; each step happens once and is notified and recorded', async () => {
    const sale = await bought();
    const { orderId } = sale;
    expect(await desk.order(orderId, 'putUnderReview', { reason: 'Looks like fraud' })).toEqual({
      status: 'under_review',
    });
    expect((await order(sale)).status).toBe('under_review');
    const parcel = { requestId: 'parcel', carrier: 'UPS', trackingNumber: '1Z9' };
    expect((await desk.order(orderId, 'markShipped', parcel)).refused).toContain('End its review first.');
    expect(await desk.order(orderId, 'endReview')).toEqual({ status: 'paid' });
    for (let times = 0; times < 2; times++)
      expect(await desk.order(orderId, 'markShipped', parcel)).toEqual({ status: 'shipped' });
    expect((await desk.order(orderId, 'markShipped', { ...parcel, carrier: 'FedEx' })).refused).toContain(
      'already used',
    );
    expect(await order(sale)).toMatchObject({
      status: 'shipped',
      fulfillment: 'shipped',
      shipments: [{ carrier: 'UPS', tracking_number: '1Z9', delivered_at: null }],
    });
    expect((await desk.order(orderId, 'cancel')).refused).toContain('It has shipped. Refund it');
    expect(await desk.order(orderId, 'markDelivered')).toEqual({ status: 'delivered' });
    const events = await desk.events(orderId);
    expect(events.map((event) => event.type)).toEqual([
      'order_opened',
      'order_paid',
      'order_put_under_review',
      'review_ended',
      'order_shipped',
      'order_delivered',
    ]);
    expect(events[2]).toEqual({ type: 'order_put_under_review', actor: 'ui:Anna', reason: 'Looks like fraud' });
    // Shoppers don't see staff-internal events.
    expect((await order(sale)).events.map((event: { type: string }) => event.type)).not.toContain(
      'order_put_under_review',
    );
    await until(async () => (await mails(sale.email)).length === 2, 'two emails');
    expect((await mails(sale.email)).join()).toMatch(/on its way|shipped/i);
    const details = await desk.details(orderWorkflowId(orderId));
    for (const expected of ['delivered', 'Looks like fraud', 'ui:Anna', '1Z9', 'What you can do now'])
      expect(details.replaceAll('\\', '')).toContain(expected);
    expect(await desk.case(orderWorkflowId(orderId))).toMatchObject({
      shipments: [{ carrier: 'UPS' }],
      settled: 'paid',
    });
    expect(await desk.isRunning(orderWorkflowId(orderId))).toBe(true);
  });

  it('uses a corrected address until the order ships', async () => {
    const sale = await bought();
    const address = { street: ' 9 New Road ', city: 'Portland', postal_code: '97201', country: 'us' };
    const wrong = await desk.order(sale.orderId, 'correctAddress', { address: { ...address, postal_code: '9720' } });
    expect(wrong.refused).toContain('“postal_code” must be a US postal code');
    await desk.order(sale.orderId, 'correctAddress', { requestId: 'a1', address });
    expect((await order(sale)).shipping_address).toEqual({ ...address, street: '9 New Road', country: 'US' });
    const other = await desk.order(sale.orderId, 'correctAddress', {
      requestId: 'a1',
      address: { ...address, city: 'Salem' },
    });
    expect(other.refused).toContain('already used');
  });

  it('resends confirmations on request', async () => {
    const sale = await bought();
    await until(async () => (await mails(sale.email)).length === 1, 'the confirmation');
    await desk.order(sale.orderId, 'resendConfirmation');
    await until(async () => (await mails(sale.email)).length === 2, 'the second confirmation');
  });
});

describe('refunds by staff', () => {
  it('by line restock the items, several in turn up to the charge', async () => {
    const sale = await bought({ quantity: 3 });
    const { orderId, product } = sale;
    const byLine = { requestId: 'r1', lines: [{ product: product.sku, quantity: 1 }], restock: true };
    const first = await desk.order(orderId, 'refund', byLine);
    expect(first).toMatchObject({ refundStatus: 'pending', refundWorkflowId: refundWorkflowId(orderId, 'r1') });
    expect((await desk.order(orderId, 'refund', byLine)).refundId).toBe(first.refundId);
    await until(async () => (await order(sale)).refunded_amount === 12.5, 'the first refund to be recorded');
    expect((await order(sale)).status).toBe('partially_refunded');
    expect((await stockOf(shop.services, product.id)).stock).toBe(8);
    await countersHave(product, 8);
    const tooMany = { lines: [{ product: product.id, quantity: 3 }] };
    expect((await desk.order(orderId, 'refund', tooMany)).refused).toContain('can still be refunded, but');
    expect((await desk.order(orderId, 'refund', { amount: 25.01 })).refused).toContain(
      'more than the remaining charge',
    );
    expect((await desk.order(orderId, 'refund', { amount: 0 })).refused).toContain(
      '“amount” must be a number greater than 0',
    );
    expect((await desk.order(orderId, 'refund', { amount: 5, restock: true })).refused).toContain('specify "lines"');
    await desk.order(orderId, 'refund', { amount: 5 });
    await desk.order(orderId, 'refund', { requestId: 'rest', all: true });
    await until(async () => (await order(sale)).status === 'refunded', 'the full refund');
    expect((await desk.order(orderId, 'refund', { all: true })).refused).toMatch(/refunded|over/);
    await until(async () => !(await desk.isRunning(orderWorkflowId(orderId))), 'the workflow to end');
  });

  it('above the limit await approval by a support lead who is not the requester', async () => {
    const sale = await bought({ price: '800.00' });
    const { orderId } = sale;
    const workflowId = refundWorkflowId(orderId, 'big');
    const [support, lead, self] = await Promise.all([
      signedIn(shop, 'support'),
      signedIn(shop, 'support_lead'),
      signedIn(shop, 'support_lead'),
    ]);
    const big = { amount: 1_200, reason: 'Broken' };
    const request = () => self.call('POST', `/orders/${orderId}/refunds`, big, { 'idempotency-key': 'big' });
    const { id } = (await request()).body.refund;
    expect((await desk.details(workflowId)).replaceAll('\\', '')).toContain('Waiting for approval');
    const decision = { refundId: id, decision: 'approve', requestedBy: 'support_lead:someone', requestId: undefined };
    expect((await desk.refund(orderId, 'big', 'decide', decision)).refused).toContain(
      'The Temporal UI can only request refunds',
    );

    const yes = { reason: 'Photo seen' };
    expect((await sale.buyer.call('POST', `/refunds/${id}/approve`, yes)).status).toBe(401);
    expect((await support.call('POST', `/refunds/${id}/approve`, yes)).status).toBe(403);
    expect((await self.call('POST', `/refunds/${id}/approve`, yes)).body.detail).toContain('a different support lead');
    expect((await lead.call('POST', `/refunds/${randomUUID()}/approve`, yes)).status).toBe(404);
    expect((await lead.call('POST', `/refunds/${id}/approve`, {})).status).toBe(400);
    expect((await support.call('GET', '/refunds?status=awaiting_approval')).body.items).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id, amount: 1_200, requested_by: `support_lead:${self.session.user.id}` }),
      ]),
    );
    for (let times = 0; times < 2; times++) {
      const approved = await lead.call('POST', `/refunds/${id}/approve`, yes);
      expect([approved.status, approved.body.refund?.id]).toEqual([200, id]);
    }
    await until(async () => (await order(sale)).refunded_amount === 1_200, 'the refund to be recorded');
    expect((await lead.call('POST', `/refunds/${id}/reject`, { reason: 'no' })).body.code).toBe('conflict');
    const tries = (await desk.events(orderId)).filter((event) => event.type === 'refund_approval_refused');
    expect(tries.map((event) => event.actor)).toEqual([
      'ui:support_lead:someone',
      expect.stringMatching(/^support_lead:/),
    ]);
    expect((await desk.details(orderWorkflowId(orderId))).replaceAll('\\', '')).toContain(
      'The refund of $1,200.00 was approved.',
    );
  });

  it('add up, so that several small ones can’t exceed the limit; a rejected one frees its amount and shows the reason', async () => {
    const sale = await bought({ price: '80.00' });
    await desk.order(sale.orderId, 'refund', { amount: 90 });
    const refused = (await desk.order(sale.orderId, 'refund', { amount: 20 })).refused;
    expect(refused).toContain('Refunds above $100.00 need approval, and the shop must know who requests them.');
    const support = await signedIn(shop, 'support');
    const request = { amount: 20, reason: 'Late' };
    const slice = await support.call('POST', `/orders/${sale.orderId}/refunds`, request, {
      'idempotency-key': 'slice',
    });
    expect(slice.body.refund.status).toBe('awaiting_approval');
    expect((await desk.order(sale.orderId, 'refund', { amount: 55 })).refused).toContain(
      'more than the remaining charge',
    );
    const lead = await signedIn(shop, 'support_lead');
    await lead.call('POST', `/refunds/${slice.body.refund.id}/reject`, { reason: 'Used for a year' });
    expect(await refundsOf(sale)).toEqual(
      expect.arrayContaining([expect.objectContaining({ status: 'rejected', decision_reason: 'Used for a year' })]),
    );
    await until(async () => (await mails(sale.email)).length === 3, 'the third email');
    const isOver = async () => !(await desk.isRunning(refundWorkflowId(sale.orderId, 'slice')));
    await until(isOver, 'the workflow of the rejected refund to end');
  });

  /** @returns the result that the support desk shows, also for a start that failed */
  const atTheForm = (input: object): Promise<string> =>
    shop.services.temporal.workflow
      .execute('refund', { taskQueue: 'orders', workflowId: `form-${randomUUID()}`, args: [input] })
      .catch((error: Error) => `Failed: ${(error.cause as Error).message}`);

  it('start from the UI’s form; one that does not state what to refund, and an unknown order, are reported', async () => {
    const sale = await bought();
    const everything = { orderId: sale.orderId, all: true };
    expect(await atTheForm({ orderId: sale.orderId })).toMatch(/^Failed: State what to refund\./);
    expect(await atTheForm({ ...everything, amount: 1 })).toMatch(/^Failed: Send “all” without “amount”/);
    expect((await order(sale)).status).toBe('paid');
    expect(await atTheForm(everything)).toBe('succeeded');
    expect((await order(sale)).status).toBe('refunded');
    expect(await atTheForm(everything)).toMatch(/^Refused: .*refunded/);
    expect(await atTheForm({ orderId: randomUUID(), all: true })).toMatch(/^Refused: Order .* was not found\.$/);
    expect(await atTheForm({})).toMatch(/^Failed: .*“orderId”.* is required/);
  });

  it('start from the UI’s form with an amount or with lines, and refund that', async () => {
    const sale = await bought();
    const { orderId, product } = sale;
    expect(await atTheForm({ orderId, amount: 5 })).toBe('succeeded');
    expect(await order(sale)).toMatchObject({ status: 'partially_refunded', refunded_amount: 5 });
    expect(await atTheForm({ orderId, lines: [{ product: product.sku, quantity: 1 }] })).toBe('succeeded');
    expect(await order(sale)).toMatchObject({ status: 'partially_refunded', refunded_amount: 17.5 });
  });

  it('of shoppers whose order has shipped wait for the items, then are made', async () => {
    const sale = await bought();
    const { orderId, product, buyer } = sale;
    await desk.order(orderId, 'markShipped', { carrier: 'UPS', trackingNumber: '1' });
    const lines = [{ product_id: product.id, quantity: 1 }];
    const key = { 'idempotency-key': 'return-1' };
    for (let times = 0; times < 2; times++) {
      const requested = await buyer.call('POST', `/orders/${orderId}/refunds`, { lines, reason: 'Too small' }, key);
      expect([requested.status, requested.body.refund.status, requested.body.refund.amount]).toEqual([
        202,
        'awaiting_return',
        12.5,
      ]);
    }
    const received = await desk.refund(orderId, 'return-1', 'returnReceived', { restock: true });
    expect(received.status).toBe('pending');
    await until(async () => (await order(sale)).refunded_amount === 12.5, 'the refund to be recorded');
    expect((await order(sale)).status).toBe('shipped');
    expect((await stockOf(shop.services, product.id)).stock).toBe(9);
    const second = await buyer.call(
      'POST',
      `/orders/${orderId}/refunds`,
      { lines, reason: 'This too' },
      { 'idempotency-key': 'return-2' },
    );
    expect(second.body.refund.status).toBe('awaiting_return');
    expect((await desk.refund(orderId, 'return-2', 'declineReturn', { reason: 'Never came' })).status).toBe('rejected');
    expect((await refundsOf(sale)).at(-1)).toMatchObject({ status: 'rejected', decision_reason: 'Never came' });

    // The condition of the last item is not stated; it may be broken, so it is not restocked.
    const reason = 'Broken';
    await buyer.call('POST', `/orders/${orderId}/refunds`, { lines, reason }, { 'idempotency-key': 'return-3' });
    await desk.refund(orderId, 'return-3', 'returnReceived', {});
    await until(async () => (await order(sale)).refunded_amount === 25, 'both refunds to be recorded');
    expect((await stockOf(shop.services, product.id)).stock).toBe(9);
  });

  it('that Stripe declines wait for staff, who retry them or give up; nothing is lost in between', async () => {
    const sale = await bought({ card: CARDS.refundPendingThenFails });
    const { orderId } = sale;
    const workflowId = refundWorkflowId(orderId, 'doomed');
    await desk.order(orderId, 'refund', { requestId: 'doomed', amount: 5 });
    await until(async () => (await refundsOf(sale))[0]?.status === 'failed', 'the bank to decline the refund');
    await until(async () => (await desk.details(workflowId)).includes('Stopped since'), 'the case to show the failure');
    expect(await desk.isRunning(workflowId)).toBe(true);
    expect((await order(sale)).refunded_amount).toBe(0);
    expect((await desk.refund(orderId, 'doomed', 'retry')).status).toBe('pending');
    await until(async () => (await refundsOf(sale))[0]?.status === 'failed', 'the bank to decline the retry');
    // Stripe's events may still arrive; an update that ends the workflow must be answered nevertheless.
    await until(
      async () => (await desk.details(workflowId)).includes('Stopped since'),
      'the case to show the second failure',
    );
    expect((await desk.refund(orderId, 'doomed', 'giveUp', { reason: 'Paid by transfer' })).status).toBe('failed');
    await until(async () => !(await desk.isRunning(workflowId)), 'the workflow to end');
    expect((await desk.events(orderId)).map((event) => event.type)).toEqual(
      expect.arrayContaining(['refund_failed', 'refund_retried', 'refund_given_up']),
    );
  });
});

describe('canceling', () => {
  it('above the limit awaits a lead; after a rejection the order continues, after an approval it is fully refunded', async () => {
    const sale = await bought({ price: '80.00' });
    const { orderId, product, buyer } = sale;
    const lead = await signedIn(shop, 'support_lead');
    const requested = await buyer.call('POST', `/orders/${orderId}/cancel`, { reason: 'Too dear' });
    expect([requested.status, requested.body.status, requested.body.cancellation_waits]).toEqual([
      202,
      'under_review',
      true,
    ]);
    expect((await desk.order(orderId, 'endReview')).refused).toContain('A cancellation is waiting for approval');
    const [waiting] = await refundsOf(sale);
    await lead.call('POST', `/refunds/${waiting.id}/reject`, { reason: 'It is packed' });
    expect((await order(sale)).status).toBe('paid');
    expect((await desk.order(orderId, 'cancel', { requestId: 'c2' })).refused).toContain(
      'Cancellations above $100.00 need approval, and the shop must know who requests them.',
    );
    expect((await order(sale)).status).toBe('paid');
    const support = await signedIn(shop, 'support');
    await support.call('POST', `/orders/${orderId}/cancel`, { reason: 'Ordered twice' });
    const second = (await refundsOf(sale)).at(-1);
    await lead.call('POST', `/refunds/${second.id}/approve`, { reason: 'Right' });
    await until(async () => (await order(sale)).refunded_amount === 160, 'the refund to be recorded');
    expect((await order(sale)).status).toBe('canceled');
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    await until(async () => !(await desk.isRunning(orderWorkflowId(orderId))), 'the workflow to end');
  });

  it('an unpaid order releases its items, and records the actor and the reason', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    expect(await desk.order(begun.order.id, 'cancel', { reason: 'Asked by phone' })).toEqual({ status: 'canceled' });
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    expect((await desk.events(begun.order.id)).at(-1)).toEqual({
      type: 'order_canceled',
      actor: 'ui:Anna',
      reason: 'Asked by phone',
    });
  });
});

describe('actions at Stripe', () => {
  const stripe = () => shop.services.stripe;
  const intentOf = async (orderId: string) =>
    (await shop.services.db.row<{ id: string }>('select payment_intent_id as id from orders where id = $1', [orderId]))!
      .id;

  it('a refund in the Stripe Dashboard leads to the same records', async () => {
    const sale = await bought();
    await stripe().refunds.create({ payment_intent: await intentOf(sale.orderId), amount: 700 });
    await until(async () => (await order(sale)).refunded_amount === 7, 'the refund to be found');
    expect(await refundsOf(sale)).toMatchObject([{ amount: 7, status: 'succeeded', reason: 'Refund by the shop' }]);
    expect((await desk.order(sale.orderId, 'refund', { amount: 18.01 })).refused).toContain(
      'more than the remaining charge',
    );
  });

  it('a chargeback withdraws the money, which can’t be refunded as well, and returns it when it is won', async () => {
    const sale = await bought();
    const { orderId } = sale;
    const dispute = await atStripe(shop, 'disputes', { payment_intent: await intentOf(orderId) });
    const opened = (await dispute.json()) as { id: string };
    await until(async () => (await order(sale)).status === 'refunded', 'the chargeback to be recorded');
    expect((await desk.order(orderId, 'refund', { amount: 1 })).refused).toContain('was already refunded');
    expect((await desk.order(orderId, 'markShipped', { carrier: 'UPS', trackingNumber: '1' })).refused).toBeTruthy();
    await until(
      async () => (await desk.details(orderWorkflowId(orderId))).includes('Chargebacks'),
      'the case to show the chargeback',
    );
    expect(await desk.isRunning(orderWorkflowId(orderId))).toBe(true);
    await atStripe(shop, `disputes/${opened.id}/close`, { outcome: 'won' });
    await until(async () => (await order(sale)).status === 'paid', 'the order to be paid again');
    expect((await order(sale)).refunded_amount).toBe(0);
  });

  it('a payment whose webhook was lost is found when support checks', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    await atStripe(shop, 'faults', {
      target: 'webhook',
      kind: 'lost',
      match: { event_type: 'payment_intent.succeeded' },
    });
    const begun = await buyer.order(product.id);
    await buyer.pay(begun);
    expect(await desk.order(begun.order.id, 'recheckPayment')).toMatchObject({ payment: 'succeeded' });
    await buyer.untilStatus(begun.order.id, 'paid', 5_000);
  });
});
