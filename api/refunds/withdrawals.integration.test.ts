/** Refunds that are no longer wanted: who can withdraw them, until when, and what follows. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../local/mailbox/testing.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { Desk } from '../../tests/support/desk.ts';
import { PARCEL, refundHelpers } from '../../tests/support/refunds.ts';
import { orderOf, refundedAtStripe, type Sale, sell } from '../../tests/support/sales.ts';
import { Shopper, startTestShop, stockOf, type TestShop, until } from '../../tests/support/shop.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';

let shop: TestShop;
let desk: Desk;
let support: Shopper;
let lead: Shopper;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
  support = await signedIn(shop, 'support');
  lead = await signedIn(shop, 'support_lead');
});
afterAll(() => shop?.stop());
const { requestRefund, refundOf, line, pendingAtStripe, untilRefund } = refundHelpers(() => shop);

/** Sells above the limit of shoppers and support. */
const sellBig = () =>
  sell(shop, {
    lines: [
      { price: '150.00', quantity: 1 },
      { price: '5.00', quantity: 1 },
    ],
  });
const withdraw = (person: Shopper, id: string, reason?: string) =>
  person.call('POST', `/refunds/${id}/withdraw`, reason === undefined ? {} : { reason });
const mailOf = async ({ begun }: Sale, subject: string) => {
  const mails = await mailsTo(process.env.MAILBOX_URL!, begun.order.email);
  return mails.find((mail) => mail.subject.startsWith(subject));
};
const lastEvent = async ({ orderId }: Sale) => (await desk.events(orderId)).at(-1);

describe('a shopper', () => {
  it('withdraws a request that awaits approval: nothing is refunded, and its items ship after all', async () => {
    const sale = await sellBig();
    const { id } = (await requestRefund(sale, line(sale, 0, 1), 'big')).body.refund;
    const withdrawn = await withdraw(sale.buyer, id, 'It fits after all');
    expect([withdrawn.status, withdrawn.body.refund]).toMatchObject([
      200,
      { id, status: 'withdrawn', decision_reason: 'It fits after all' },
    ]);
    const list = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body;
    expect(list.refundable_amount).toBe(155);
    expect(await lastEvent(sale)).toEqual({ type: 'refund_withdrawn', actor: 'guest', reason: 'It fits after all' });
    expect((await orderOf(sale)).events.at(-1)).toMatchObject({
      message: 'The refund request was withdrawn.',
      actor: null,
      reason: null,
    });
    const { workflow } = shop.services.temporal;
    expect(await workflow.getHandle(refundWorkflowId(sale.orderId, 'big')).result()).toBe('withdrawn');
    await until(() => mailOf(sale, 'Your refund request was withdrawn'), 'the email');
    expect((await mailOf(sale, 'Your refund request was withdrawn'))!.text).not.toContain('Reason');
    expect((await lead.call('POST', `/refunds/${id}/approve`, { reason: 'ok' })).status).toBe(409);
    // The same request again changes nothing.
    expect((await withdraw(sale.buyer, id, 'It fits after all')).status).toBe(200);
    await until(
      async () => (await desk.order(sale.orderId, 'markShipped', PARCEL)).status === 'shipped',
      'the order to ship',
    );
    expect((await stockOf(shop.services, sale.products[0]!.id)).stock).toBe(9);
    expect(await refundedAtStripe(shop, sale.intentId)).toBe(0);
  });

  it('withdraws a cancellation, whose order then continues and can be canceled again', async () => {
    const sale = await sellBig();
    for (const count of [1, 2]) {
      const canceled = await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
      expect([canceled.status, canceled.body.status]).toEqual([202, 'under_review']);
      const { items } = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body;
      expect(items).toHaveLength(count);
      expect((await withdraw(sale.buyer, items.at(-1).id)).status).toBe(200);
      expect(await orderOf(sale)).toMatchObject({
        status: 'paid',
        fulfillment: 'unfulfilled',
        cancellation_waits: false,
      });
    }
    await until(() => mailOf(sale, 'Your cancellation request was withdrawn'), 'the email');
  });

  it('withdraws a return while it is expected, not once the items have arrived', async () => {
    const sale = await sellBig();
    await desk.order(sale.orderId, 'markShipped', PARCEL);
    const kept = (await requestRefund(sale, line(sale, 0, 1), 'kept')).body.refund;
    expect(kept.status).toBe('awaiting_return');
    expect((await withdraw(sale.buyer, kept.id)).body.refund.status).toBe('withdrawn');
    expect((await desk.refund(sale.orderId, 'kept', 'returnReceived')).refused).toBeTruthy();

    const returned = (await requestRefund(sale, line(sale, 0, 1), 'returned')).body.refund;
    expect((await desk.refund(sale.orderId, 'returned', 'returnReceived')).status).toBe('awaiting_approval');
    const refused = await withdraw(sale.buyer, returned.id);
    expect([refused.status, refused.body.detail]).toEqual([
      409,
      'The returned items have arrived, so this refund can no longer be withdrawn.',
    ]);
    expect((await refundOf(sale, 'returned'))!.status).toBe('awaiting_approval');
  });

  it('can’t withdraw what they did not request, what is not theirs, or what was sent', async () => {
    const sale = await sellBig();
    const byStaff = (await requestRefund(sale, { amount: 120 }, 'sorry', support)).body.refund;
    const refused = await withdraw(sale.buyer, byStaff.id);
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      'The shop’s support team requested this refund. Contact them to withdraw it.',
    ]);
    for (const stranger of [new Shopper(shop.api.url), await signedIn(shop)]) {
      for (const id of [byStaff.id, randomUUID()]) {
        const hidden = await withdraw(stranger, id);
        expect([hidden.status, hidden.body.detail]).toEqual([404, 'Refund not found.']);
      }
    }
    expect((await refundOf(sale, 'sorry'))!.status).toBe('awaiting_approval');
    const other = await sell(shop);
    const sent = (await requestRefund(other, line(other, 0, 1), 'sent')).body.refund;
    await untilRefund(other, 'sent', 'succeeded');
    expect((await withdraw(other.buyer, sent.id)).status).toBe(409);
    expect((await refundOf(other, 'sent'))!.status).toBe('succeeded');
  });
});

describe('staff', () => {
  it('withdraw a request at the support desk, and the customer gets the reason', async () => {
    const sale = await sellBig();
    const { id } = (await requestRefund(sale, { amount: 120 }, 'sorry', support)).body.refund;
    const reason = 'You asked us to keep the order as it is';
    expect(await desk.refund(sale.orderId, 'sorry', 'withdraw', { reason })).toEqual({
      refundId: id,
      status: 'withdrawn',
    });
    expect(await lastEvent(sale)).toEqual({ type: 'refund_withdrawn', actor: 'ui:Anna', reason });
    await until(() => mailOf(sale, 'Your refund request was withdrawn'), 'the email');
    expect((await mailOf(sale, 'Your refund request was withdrawn'))!.text).toContain(`Reason: ${reason}`);
  });

  it('withdraw a cancellation of an order that stays under review for another reason', async () => {
    const sale = await sellBig();
    await desk.order(sale.orderId, 'putUnderReview', { reason: 'Looks like fraud' });
    await support.call('POST', `/orders/${sale.orderId}/cancel`, { reason: 'Ordered twice' });
    const [waiting] = (await support.call('GET', `/orders/${sale.orderId}/refunds`)).body.items;
    expect((await withdraw(support, waiting.id, 'Not needed')).body.refund.status).toBe('withdrawn');
    expect((await support.call('GET', `/orders/${sale.orderId}`)).body).toMatchObject({
      status: 'under_review',
      review_reason: 'Looks like fraud',
    });
    expect(await desk.order(sale.orderId, 'endReview')).toEqual({ status: 'paid' });
  });

  it('can’t withdraw the refund of a canceled order, whose customer must be paid', async () => {
    const sale = await sell(shop);
    await shop.services.stripe.refunds.create({ payment_intent: sale.intentId, amount: 100 });
    await until(async () => (await orderOf(sale)).refunded_amount === 1, 'the refund to be found');
    await pendingAtStripe('failed', 200);
    await desk.order(sale.orderId, 'cancel', { requestId: 'c1' });
    await untilRefund(sale, 'c1', 'failed');
    expect((await desk.refund(sale.orderId, 'c1', 'withdraw')).refused).toContain('so the customer must be paid.');
    expect((await desk.refund(sale.orderId, 'c1', 'retry')).status).toBe('pending');
    await untilRefund(sale, 'c1', 'succeeded');
  });
});
