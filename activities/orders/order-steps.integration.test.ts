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
    await doStep(orderId, { action: 'endReview' });
    expect(await caseOf(orderId)).toMatchObject({
      order: { status: 'partially_refunded', fulfillment: 'unfulfilled' },
      reviewReason: null,
    });
  });

  it('of an order that does not exist are refused', async () => {
    expect(await doStep(randomUUID(), { action: 'putUnderReview' })).toMatchObject({ outcome: 'refused' });
  });
});

describe('a changed address', () => {
  const OLD = 'guest@example.test';
  const NEW = 'ada.moss@example.test';
  const rowOf = (orderId: string) =>
    shop.services.db.row('select email, shipping_address from orders where id = $1', [orderId]);
  const historyOf = (orderId: string) =>
    shop.services.db.rows('select * from order_events where order_id = $1', [orderId]);
  const address = { name: 'Ada Moss', street: '12 Mill Road', city: 'Salem', postal_code: '97301', country: 'US' };

  it('is the shopper’s to change only until the order is paid, even when the payment arrives first', async () => {
    const unpaid = (await orders.opened()).order.orderId;
    const { orderId } = (await orders.paid()).order;
    const change = { requestId: 'mine', actor: 'guest', step: { action: 'correctAddress', address } } as const;
    expect(await shop.activities.stepOrder({ orderId: unpaid, ...change })).toEqual({ outcome: 'done' });
    expect(await shop.activities.stepOrder({ orderId, ...change })).toEqual({
      outcome: 'refused',
      message: 'The order is no longer awaiting payment. Ask our support team to change it.',
    });
  });

  it('is recorded once, and what it replaced can be read by staff, but not in the order’s events', async () => {
    const { orderId } = (await orders.paid()).order;
    const before = (await caseOf(orderId)).customer.shipping_address;
    for (let times = 0; times < 2; times++) {
      expect(await doStep(orderId, { action: 'changeEmail', email: NEW }, 'mail')).toEqual({ outcome: 'done' });
      expect(await doStep(orderId, { action: 'correctAddress', address }, 'move')).toEqual({ outcome: 'done' });
    }
    expect(await rowOf(orderId)).toEqual({ email: NEW, shipping_address: address });
    const by = { actor: 'ui:Anna', at: expect.stringMatching(/^20.*Z$/) };
    expect((await caseOf(orderId)).previousContacts).toEqual([
      { kind: 'email', value: { email: OLD }, ...by },
      { kind: 'address', value: before, ...by },
    ]);
    const events = JSON.stringify(await historyOf(orderId));
    for (const personal of [OLD, NEW, address.street, before.street]) expect(events).not.toContain(personal);
  });

  it('with another value and the same request ID is refused', async () => {
    const { orderId } = (await orders.paid()).order;
    await doStep(orderId, { action: 'changeEmail', email: NEW }, 'mail');
    await doStep(orderId, { action: 'correctAddress', address }, 'move');
    for (const [step, requestId] of [
      [{ action: 'changeEmail', email: 'bo@example.test' }, 'mail'],
      [{ action: 'correctAddress', address: { ...address, street: '13 Mill Road' } }, 'move'],
    ] as const)
      expect(await doStep(orderId, step, requestId)).toMatchObject({
        outcome: 'refused',
        message: expect.stringContaining('was already used'),
      });
    expect(await rowOf(orderId)).toEqual({ email: NEW, shipping_address: address });
  });

  it('can be deleted, and its request then changes nothing when it is repeated', async () => {
    const { orderId } = (await orders.paid()).order;
    await doStep(orderId, { action: 'changeEmail', email: NEW }, 'mail');
    await shop.services.db.run('delete from order_contact_changes where order_id = $1', [orderId]);
    expect(await doStep(orderId, { action: 'changeEmail', email: NEW }, 'mail')).toEqual({ outcome: 'done' });
    expect((await caseOf(orderId)).previousContacts).toEqual([]);
  });

  it('replaces the email of the account, which does not change', async () => {
    const { orderId } = (await orders.paid()).order;
    const accountEmail = `account-${randomUUID()}@example.test`;
    const user = await shop.services.db.row<{ id: string }>(
      `insert into users (email, password_hash) values ($1, '') returning id`,
      [accountEmail],
    );
    await shop.services.db.run('update orders set user_id = $2, email = null where id = $1', [orderId, user!.id]);
    expect(await doStep(orderId, { action: 'changeEmail', email: accountEmail })).toEqual({
      outcome: 'refused',
      message: 'Emails about this order already go to this address.',
    });
    await doStep(orderId, { action: 'changeEmail', email: NEW });
    expect((await caseOf(orderId)).previousContacts).toMatchObject([{ value: { email: accountEmail } }]);
    expect(await shop.services.db.row('select email from users where id = $1', [user!.id])).toEqual({
      email: accountEmail,
    });
  });
});

describe('a note', () => {
  it('is in the history of the order, once per request; on a refund, it says so', async () => {
    const { orderId } = (await orders.paid()).order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 100 });
    for (let times = 0; times < 2; times++) {
      expect(await doStep(orderId, { action: 'addNote', note: 'Calls again on Monday' }, 'n1')).toEqual({
        outcome: 'done',
      });
      const onRefund = { refundId, requestId: 'n2', actor: 'ui:Anna', note: 'Wants store credit' };
      expect(await shop.activities.addRefundNote(onRefund)).toEqual({ outcome: 'done' });
    }
    expect(await doStep(orderId, { action: 'addNote', note: 'Another one' }, 'n1')).toMatchObject({
      outcome: 'refused',
    });
    const notes = (await caseOf(orderId)).history.filter(({ type }) => type === 'note_added');
    expect(notes.map(({ message, actor }) => [message, actor])).toEqual([
      ['Note: Calls again on Monday', 'ui:Anna'],
      ['Note on a refund: Wants store credit', 'ui:Anna'],
    ]);
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
    expect([messages.length, messages[0], messages.at(-1)]).toEqual([40, 'No. 26', 'No. 65']);
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
