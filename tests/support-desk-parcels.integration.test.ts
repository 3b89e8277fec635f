/** Parcels at the support desk: staff ship and take back parts of an order, named by SKU. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../local/mailbox/testing.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { Desk } from './support/desk.ts';
import { orderOf, type Sale, sell } from './support/sales.ts';
import { startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const mails = async (sale: Sale) =>
  (await mailsTo(process.env.MAILBOX_URL!, (await orderOf(sale)).email)).map((mail) => mail.subject);

describe('parcels', () => {
  it('ship and return a part of an order, named by SKU; the other part ships or returns later', async () => {
    const sale = await sell(shop);
    const { orderId, products, buyer } = sale;
    const product = products[0]!;
    const one = [{ product: product.sku, quantity: 1 }];
    const parcel = { carrier: 'UPS', trackingNumber: '1Z1', lines: one };
    expect(
      (await desk.order(orderId, 'markShipped', { ...parcel, lines: [{ product: 'NONE', quantity: 1 }] })).refused,
    ).toBe(`“NONE” is not in this order. Its SKUs are ${product.sku}.`);
    expect(await desk.order(orderId, 'markShipped', parcel)).toEqual({ status: 'partially_shipped' });
    expect(await orderOf(sale)).toMatchObject({
      status: 'partially_shipped',
      shipments: [{ tracking_number: '1Z1', items: [{ product_id: product.id, quantity: 1 }] }],
    });
    // Only the unit that has not shipped can be canceled, and only the other one returned.
    const key = () => ({ 'idempotency-key': randomUUID() });
    const lines = [{ product_id: product.id, quantity: 2 }];
    const both = await buyer.call('POST', `/orders/${orderId}/refunds`, { lines, reason: 'Too small' }, key());
    expect([both.status, both.body.code]).toEqual([400, 'invalid_request']);
    const details = (await desk.details(orderWorkflowId(orderId))).replaceAll('\\', '');
    expect(details).toContain('Partially shipped. Ship the items under “To ship”.');
    expect(await desk.order(orderId, 'markShipped', { carrier: 'FedEx', trackingNumber: '2F' })).toEqual({
      status: 'shipped',
    });
    expect((await desk.order(orderId, 'markDelivered')).refused).toContain(
      'Several parcels are on their way: 1Z1, 2F.',
    );
    await desk.order(orderId, 'markDelivered', { trackingNumber: '1Z1' });
    expect(await desk.order(orderId, 'markDelivered')).toEqual({ status: 'delivered' });
    const back = { requestId: 'back', lines: [{ product: product.sku, quantity: 2 }], awaitReturn: true };
    await desk.order(orderId, 'refund', back);
    const received = { requestId: 'half', lines: one, amount: 12.51 };
    expect((await desk.refund(orderId, 'back', 'returnReceived', received)).refused).toContain('The amount is more');
    expect((await desk.refund(orderId, 'back', 'returnReceived', { ...received, amount: 10 })).status).toBe('pending');
    await until(async () => (await orderOf(sale)).refunded_amount === 10, 'the refund of one unit');
    await until(
      async () => (await mails(sale)).filter((subject) => subject.includes('order is on its way')).length === 2,
      'an email per parcel',
    );
  });
});
