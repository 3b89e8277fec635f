/** Orders as shoppers and as staff see them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../local/mailbox/testing.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { Desk } from '../../tests/support/desk.ts';
import { deleteMadeOrder, makeOrder } from '../../tests/support/made-orders.ts';
import { openOrder, orderOf, sell } from '../../tests/support/sales.ts';
import {
  ADDRESS,
  type AnyBody,
  createProduct,
  Shopper,
  startTestShop,
  type TestShop,
  until,
} from '../../tests/support/shop.ts';
import { startAttributes } from '../../tests/support/start-attributes.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const DEAR = [{ price: '80.00', quantity: 2 }];

describe('an order', () => {
  it('shows staff actions to its shopper, but their actor and reason only to staff', async () => {
    const sale = await sell(shop);
    const parcel = { carrier: 'UPS', trackingNumber: '1Z', requestedBy: 'Anna', reason: 'The warehouse called' };
    await desk.order(sale.orderId, 'markShipped', parcel);
    const support = await signedIn(shop, 'support');
    const shipped = (order: AnyBody) => order.events.find(({ type }: { type: string }) => type === 'order_shipped');
    expect(shipped(await orderOf(sale))).toMatchObject({ actor: null, reason: null });
    const seen = (await support.call('GET', `/orders/${sale.orderId}`)).body;
    expect(shipped(seen)).toMatchObject({ actor: 'ui:Anna', reason: parcel.reason });
  });

  it('shows the review reason only to staff', async () => {
    const sale = await sell(shop);
    await desk.order(sale.orderId, 'putUnderReview', { reason: 'Looks like fraud' });
    const support = await signedIn(shop, 'support');
    expect((await orderOf(sale)).review_reason).toBeNull();
    expect((await support.call('GET', `/orders/${sale.orderId}`)).body.review_reason).toBe('Looks like fraud');
  });

  it('shows staff-internal events only to staff', async () => {
    const sale = await sell(shop);
    await desk.order(sale.orderId, 'putUnderReview', { reason: 'Looks like fraud' });
    const support = await signedIn(shop, 'support');
    const types = (order: AnyBody) => order.events.map(({ type }: { type: string }) => type);
    const seen = (await support.call('GET', `/orders/${sale.orderId}`)).body;
    expect(types(seen)).toEqual(['order_opened', 'order_paid', 'order_put_under_review']);
    expect(types(await orderOf(sale))).toEqual(['order_opened', 'order_paid']);
  });

  it('shows notes only to staff, in the API and in emails', async () => {
    const sale = await sell(shop);
    const note = 'Called twice, was rude';
    expect(await desk.order(sale.orderId, 'addNote', { note })).toEqual({ status: 'paid' });
    await sale.buyer.call(
      'POST',
      `/orders/${sale.orderId}/refunds`,
      { all: true, reason: 'Late' },
      { 'idempotency-key': 'r' },
    );
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    const support = await signedIn(shop, 'support');
    const seen = (await support.call('GET', `/orders/${sale.orderId}`)).body;
    expect(seen.events).toContainEqual(expect.objectContaining({ type: 'note_added', message: `Note: ${note}` }));
    const mails = () => mailsTo(process.env.MAILBOX_URL!, sale.begun.order.email);
    await until(async () => (await mails()).length === 2, 'the email about the refund');
    const forShopper = [
      await orderOf(sale),
      (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body,
      (await sale.buyer.call('GET', '/orders')).body,
      await mails(),
    ];
    expect(JSON.stringify(forShopper)).not.toContain('rude');
    expect(JSON.stringify(forShopper)).not.toContain('note_added');
  });

  it('does not show a refund that awaits approval as a cancellation, but has a new update time', async () => {
    const sale = await sell(shop, { lines: DEAR });
    const before = await orderOf(sale);
    const support = await signedIn(shop, 'support');
    await support.call('POST', `/orders/${sale.orderId}/refunds`, { amount: 120, reason: 'Late' });
    const after = await orderOf(sale);
    expect(after).toMatchObject({ status: 'paid', cancellation_waits: false });
    expect(Date.parse(after.updated_at)).toBeGreaterThan(Date.parse(before.updated_at));
    const lead = await signedIn(shop, 'support_lead');
    const [refund] = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body.items;
    await lead.call('POST', `/refunds/${refund.id}/reject`, { reason: 'No' });
  });

  it('can get another cancellation request after a support lead rejected one', async () => {
    const sale = await sell(shop, { lines: DEAR });
    const { buyer, orderId } = sale;
    const lead = await signedIn(shop, 'support_lead');
    const refunds = async () => (await buyer.call('GET', `/orders/${orderId}/refunds`)).body.items;
    for (const count of [1, 2, 3]) {
      for (let presses = 0; presses < 2; presses++)
        expect((await buyer.call('POST', `/orders/${orderId}/cancel`)).status).toBe(202);
      expect(await refunds()).toHaveLength(count);
      await lead.call('POST', `/refunds/${(await refunds()).at(-1).id}/reject`, { reason: 'It is packed' });
      expect(await orderOf(sale)).toMatchObject({ status: 'paid', cancellation_waits: false });
    }
  });
});

describe('a checkout', () => {
  it('of an account has the given email address, else the account’s', async () => {
    const ada = await signedIn(shop);
    const product = await createProduct(shop.services);
    for (const email of ['gift@example.test', undefined]) {
      const reserved = await ada.reserve([{ productId: product.id }]);
      const body = { reservation_id: reserved.body.id, shipping_address: ADDRESS, email };
      const { order } = (await ada.call('POST', '/checkouts', body)).body;
      expect([order.email, order.user_id]).toEqual([email ?? ada.email, ada.session.user.id]);
      await ada.call('POST', `/orders/${order.id}/cancel`);
    }
  });

  it('has its total and its customer as search attributes', async () => {
    const ada = await signedIn(shop);
    const lines = [
      { price: '12.50', quantity: 2 },
      { price: '3.00', quantity: 3 },
    ];
    const sale = await openOrder(shop, { lines, buyer: ada });
    expect(await startAttributes(shop.services, orderWorkflowId(sale.orderId))).toMatchObject({
      OrderId: sale.orderId,
      CustomerId: ada.session.user.id,
      Amount: 34,
      OrderStatus: 'pending',
    });
    await ada.call('POST', `/orders/${sale.orderId}/cancel`);
  });

  it('that is repeated after the payment returns the paid order', async () => {
    const buyer = new Shopper(shop.api.url);
    const product = await createProduct(shop.services);
    const reserved = await buyer.reserve([{ productId: product.id }]);
    const begun = (await buyer.checkout(reserved.body.id)).body;
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    const again = await buyer.checkout(reserved.body.id);
    expect([again.status, again.body.payment]).toEqual([201, null]);
    expect(again.body.order).toMatchObject({ id: begun.order.id, status: 'paid' });
  });
});

describe('the list of orders', () => {
  it('has each order once across pages, even if several were placed at the same moment', async () => {
    const buyer = new Shopper(shop.api.url);
    const { db } = shop.services;
    const made = [await makeOrder(db), await makeOrder(db), await makeOrder(db), await makeOrder(db)];
    const [oldest, ...same] = made.map(({ orderId }) => orderId).sort();
    const newest = same.pop()!;
    const placed: [string, string][] = [
      [newest, '2026-03-04 05:06:07.000003Z'],
      ...same.reverse().map((id): [string, string] => [id, '2026-03-04 05:06:07.000002Z']),
      [oldest!, '2026-03-04 05:06:07.000001Z'],
    ];
    for (const [id, at] of placed)
      await db.run('update orders set owner = $2, created_at = $3 where id = $1', [id, `cart:${buyer.cartId}`, at]);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = (await buyer.call('GET', `/orders?limit=1${cursor}`)).body;
      seen.push(...page.items.map(({ id }: { id: string }) => id));
      cursor = page.next_cursor && `&cursor=${page.next_cursor}`;
    } while (cursor && seen.length < 10);
    for (const each of made) await deleteMadeOrder(db, each);
    expect(seen).toEqual(placed.map(([id]) => id));
  });

  it('rejects a cursor of another list', async () => {
    const cursorOf = (...values: string[]) => Buffer.from(JSON.stringify(values)).toString('base64url');
    const buyer = new Shopper(shop.api.url);
    for (const cursor of [cursorOf('12.50', randomUUID()), cursorOf('2026-03-04 05:06:07Z', 'mug')]) {
      const { status, body } = await buyer.call('GET', `/orders?cursor=${cursor}`);
      expect([status, body.code]).toEqual([400, 'invalid_request']);
    }
  });

  it('counts units, not lines, and shows the first product', async () => {
    const lines = [
      { price: '12.50', quantity: 2 },
      { price: '3.00', quantity: 3 },
    ];
    const sale = await openOrder(shop, { lines });
    const [item] = (await sale.buyer.call('GET', '/orders')).body.items;
    const { items } = await orderOf(sale);
    expect(item).toMatchObject({
      item_count: 5,
      product_count: 2,
      total_amount: 34,
      first_item: { name: items[0].name },
    });
    expect(items.map(({ line_total }: { line_total: number }) => line_total).sort()).toEqual([25, 9]);
    await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
  });
});
