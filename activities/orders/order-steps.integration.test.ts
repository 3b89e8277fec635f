/** Staff actions on an order, and the order record that staff see. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { chargeBack } from '../../tests/support/sales.ts';
import type { OrderStepRequest } from './order-steps.ts';

const shop = activityShop();
const { orders } = shop;

const doStep = (orderId: string, step: OrderStepRequest['step'], requestId: string = randomUUID(), reason?: string) =>
  shop.activities.stepOrder({ orderId, requestId, actor: 'ui:Anna', reason, step });
const caseOf = async (orderId: string) => (await shop.activities.loadCase({ orderId }))!;

describe('steps of an order', () => {
  it('may share a request ID, such as a parcel’s: each is carried out', async () => {
    const { orderId } = (await orders.paid()).order;
    const parcel = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
    for (const step of [parcel, { action: 'markDelivered' } as const])
      expect(await doStep(orderId, step, 'parcel-1')).toEqual({ outcome: 'done' });
    const { order, shipments, closesAt } = await caseOf(orderId);
    expect(order.status).toBe('delivered');
    const returnMs = shop.services.settings.RETURN_DAYS * 86_400_000;
    expect(Date.parse(closesAt!) - Date.parse(shipments[0]!.deliveredAt!)).toBe(returnMs);
  });

  it('keep a partial refund: the order has the same status after a review', async () => {
    const { orderId } = (await orders.paid()).order;
    await orders.sent((await orders.refunded(orderId, { amountCents: 500 })).refundId);
    expect((await caseOf(orderId)).order.status).toBe('partially_refunded');
    await doStep(orderId, { action: 'putUnderReview' }, 'review', 'Looks like fraud');
    expect(await caseOf(orderId)).toMatchObject({
      order: { status: 'under_review', fulfillment: 'under_review' },
      reviewReason: 'Looks like fraud',
    });
    await doStep(orderId, { action: 'release' });
    expect(await caseOf(orderId)).toMatchObject({
      order: { status: 'partially_refunded', fulfillment: 'unfulfilled' },
      reviewReason: null,
    });
  });

  it('of an order that does not exist are refused', async () => {
    expect(await doStep(randomUUID(), { action: 'putUnderReview' })).toMatchObject({ outcome: 'refused' });
  });
});

describe('the case of an order', () => {
  it('has the email given at checkout, or the account’s if none was given', async () => {
    const email = `account-${randomUUID()}@example.test`;
    const user = await shop.services.db.row<{ id: string }>(
      `insert into users (email, password_hash) values ($1, '') returning id`,
      [email],
    );
    const [given, none] = [await orders.opened(), await orders.opened()];
    await shop.services.db.run('update orders set user_id = $2 where id = $1', [given.order.orderId, user!.id]);
    await shop.services.db.run('update orders set user_id = $2, email = null where id = $1', [
      none.order.orderId,
      user!.id,
    ]);
    expect((await caseOf(given.order.orderId)).customer).toMatchObject({ userId: user!.id, email: given.begin.email });
    expect((await caseOf(none.order.orderId)).customer).toMatchObject({ userId: user!.id, email });
  });

  it('has the newest events of a long history, in chronological order', async () => {
    const { orderId } = (await orders.opened()).order;
    for (let number = 1; number <= 65; number += 1) {
      const event = { orderId, requestId: `n${number}`, type: 'retry_requested', message: `No. ${number}` } as const;
      await shop.activities.recordRequest({ ...event, actor: 'ui:Anna' });
    }
    const messages = (await caseOf(orderId)).history.map(({ message }) => message);
    expect([messages.length, messages[0], messages.at(-1)]).toEqual([60, 'No. 6', 'No. 65']);
  });

  it('does not contain the client secret, with which the order could be paid', async () => {
    const { orderId } = (await orders.opened()).order;
    await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const row = await shop.services.db.row<{ secret: string }>(
      'select payment_client_secret as secret from orders where id = $1',
      [orderId],
    );
    expect(row!.secret).toBeTruthy();
    const known = [await caseOf(orderId), await shop.activities.loadOrder({ orderId })];
    expect(JSON.stringify(known)).not.toContain(row!.secret);
  });

  it('has a chargeback with its amount and evidence deadline', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const disputeId = await chargeBack(shop, { intentId: paymentIntentId }, 700);
    await shop.activities.reconcilePayment({ orderId });
    const dueBy = (await shop.services.stripe.disputes.retrieve(disputeId)).evidence_details.due_by!;
    const [dispute] = (await caseOf(orderId)).disputes;
    expect(dispute).toMatchObject({ disputeId, amountCents: 700, status: 'needs_response' });
    expect(Date.parse(dispute!.evidenceDueBy!)).toBe(dueBy * 1000);
  });

  it('has each request for a retry and for a payment check, even if they share an ID', async () => {
    const { orderId } = (await orders.opened()).order;
    for (const type of ['retry_requested', 'payment_rechecked', 'retry_requested'] as const)
      await shop.activities.recordRequest({ orderId, requestId: 'case-1', type, message: type, actor: 'ui:Anna' });
    const types = (await caseOf(orderId)).history.map(({ type }) => type);
    expect(types).toEqual(['order_opened', 'retry_requested', 'payment_rechecked']);
  });
});
