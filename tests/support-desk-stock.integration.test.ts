/** The support desk on real servers: what staff do about reservations and the search index. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reservationWorkflowId } from '../workflows/reservation/messages.ts';
import { Desk } from './support/desk.ts';
import { createProduct, Shopper, startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

describe('reservations', () => {
  it('are extended once, on both the order and the reservation', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    const { id } = begun.order;
    const before = Date.parse(begun.expires_at);
    for (let times = 0; times < 2; times++) {
      const extended = await desk.order(id, 'extendReservation', { requestId: 'more', minutes: 20 });
      expect(Date.parse(extended.expiresAt) - before).toBe(1_200_000);
    }
    expect((await desk.order(id, 'extendReservation', { minutes: 5 })).refused).toContain('already extended once');
    expect(Date.parse((await buyer.call('GET', `/orders/${id}`)).body.expires_at) - before).toBe(1_200_000);
    const row = await shop.services.db.row<{ id: string }>('select reservation_id as id from orders where id = $1', [
      id,
    ]);
    await until(async () => {
      const reservation = await desk.case(reservationWorkflowId(row!.id));
      return Date.parse(reservation.expiresAt) - before === 1_200_000;
    }, 'the reservation to be extended');
    await buyer.call('POST', `/orders/${id}/cancel`);
  });
});

describe('a product that search shows incorrectly', () => {
  it('is reindexed', async () => {
    const product = await createProduct(shop.services, { name: `Reindexed ${randomUUID().slice(0, 8)}` });
    const { productIndex, temporal } = shop.services;
    const found = async () =>
      (await productIndex.client.exists({ index: productIndex.alias, id: product.id })) as unknown as boolean;
    await until(found, 'the product to be indexed');
    await productIndex.client.delete({ index: productIndex.alias, id: product.id, refresh: true });
    expect(await found()).toBe(false);
    const start = (input: object) =>
      temporal.workflow.execute('reindexProduct', { taskQueue: 'catalog', workflowId: randomUUID(), args: [input] });
    expect(await start({ product: product.sku })).toContain('was reindexed');
    expect(await found()).toBe(true);
    expect(await start({ product: 'nothing' })).toContain('No product has this SKU');
  });
});
