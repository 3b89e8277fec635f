import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import {
  ADDRESS,
  CARDS,
  createProduct,
  Shopper,
  startTestShop,
  stockOf,
  type TestShop,
  until,
} from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

describe('reservations', () => {
  it('reserve the given lines or the entire cart at the current price', async () => {
    const product = await createProduct(shop.services, { price: '19.99' });
    const buyer = new Shopper(shop.api.url);
    expect((await buyer.call('POST', '/reservations', {})).body.code).toBe('cart_empty');
    await buyer.call('PUT', `/cart/items/${product.id}`, { quantity: 3 });
    const reserved = await buyer.call('POST', '/reservations', {});
    expect(reserved.status).toBe(201);
    expect(reserved.body).toMatchObject({
      status: 'reserved',
      total: 59.97,
      currency: 'usd',
      order_id: null,
      items: [{ quantity: 3, price: 19.99 }],
    });
    const reservationMs = Date.parse(reserved.body.expires_at) - Date.now();
    const promisedMs = shop.services.settings.RESERVATION_SECONDS * 1_000;
    expect(reservationMs).toBeGreaterThan(promisedMs - 10_000);
    expect(reservationMs).toBeLessThanOrEqual(promisedMs);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 3 });
    expect((await buyer.call('GET', `/reservations/${reserved.body.id}`)).body).toEqual(reserved.body);
  });

  it('report lines with insufficient stock, and reserve nothing then', async () => {
    const [plenty, few] = [
      await createProduct(shop.services),
      await createProduct(shop.services, { stock: 2, name: 'Rare mug' }),
    ];
    const refused = await new Shopper(shop.api.url).reserve([
      { productId: plenty!.id },
      { productId: few!.id, quantity: 5 },
    ]);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({
      code: 'out_of_stock',
      lines: [{ product_id: few!.id, name: 'Rare mug', requested: 5, available: 2 }],
    });
    expect(await stockOf(shop.services, plenty!.id)).toEqual({ stock: 10, reserved: 0 });
  });

  it('are the same for a repeated key, which is rejected for other lines', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const [one, two] = await Promise.all([
      buyer.reserve([{ productId: product.id }], 'k1'),
      buyer.reserve([{ productId: product.id }], 'k1'),
    ]);
    expect(two!.body).toEqual(one!.body);
    expect((await stockOf(shop.services, product.id)).reserved).toBe(1);
    expect((await buyer.reserve([{ productId: product.id, quantity: 2 }], 'k1')).status).toBe(422);
    const other = await new Shopper(shop.api.url).reserve([{ productId: product.id }], 'k1');
    expect(other.body.id).not.toBe(one!.body.id);
    // A retry returns the reservation even if the stock is gone.
    await shop.services.db.run('update products set stock_quantity = 2 where id = $1', [product.id]);
    await until(
      async () => (await shop.services.stockCounters.available([product.id])).get(product.id) === 0,
      'the stock counters',
    );
    expect((await buyer.reserve([{ productId: product.id }], 'k1')).body).toEqual(one!.body);
  });

  it('can be released only by their owner', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const { id } = (await buyer.reserve([{ productId: product.id, quantity: 4 }])).body;
    expect((await new Shopper(shop.api.url).call('DELETE', `/reservations/${id}`)).status).toBe(404);
    expect((await new Shopper(shop.api.url).call('GET', `/reservations/${id}`)).status).toBe(404);
    for (let times = 0; times < 2; times++)
      expect((await buyer.call('DELETE', `/reservations/${id}`)).status).toBe(204);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    expect((await shop.services.stockCounters.available([product.id])).get(product.id)).toBe(10);
    expect((await buyer.checkout(id)).body.code).toBe('reservation_ended');
  });

  it('reject invalid requests with every error and its path', async () => {
    const buyer = new Shopper(shop.api.url);
    const product = randomUUID();
    const bad = await buyer.call('POST', '/reservations', {
      items: [
        { product_id: product, quantity: 0 },
        { product_id: 'x', quantity: 101 },
      ],
    });
    expect(bad.status).toBe(400);
    expect(bad.body.errors.map((each: { path: string }) => each.path).sort()).toEqual([
      'items.0.quantity',
      'items.1.product_id',
      'items.1.quantity',
    ]);
    expect((await buyer.call('POST', '/reservations', '{"items": [')).body.code).toBe('invalid_request');
    const unknown = await buyer.reserve([{ productId: product }]);
    expect([unknown.status, unknown.body.lines[0].available]).toEqual([409, 0]);
    const nobody = await fetch(`${shop.api.url}/api/reservations`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(nobody.status).toBe(401);
  });
});

describe('checkouts', () => {
  it('create one order per reservation, however often they are requested', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const { id } = (await buyer.reserve([{ productId: product.id }])).body;
    const answers = await Promise.all([1, 2, 3].map(() => buyer.checkout(id)));
    const again = await buyer.checkout(id);
    expect(new Set([...answers, again].map((each) => each.status))).toEqual(new Set([201]));
    expect(new Set([...answers, again].map((each) => JSON.stringify(each.body.payment))).size).toBe(1);
    expect(new Set([...answers, again].map((each) => each.body.order.id)).size).toBe(1);
    const intents = await shop.services.stripe.paymentIntents.list({ limit: 100 });
    expect(intents.data.filter((intent) => intent.metadata.order_id === again.body.order.id)).toHaveLength(1);
    expect(again.body.order).toMatchObject({ status: 'pending', total_amount: 12.5, shipping_address: ADDRESS });
    expect((await buyer.call('GET', `/reservations/${id}`)).body.order_id).toBe(again.body.order.id);
    expect((await buyer.call('DELETE', `/reservations/${id}`)).body.code).toBe('conflict');
  });

  it('report every error of an invalid address, and keep the reservation', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const { id } = (await buyer.reserve([{ productId: product.id }])).body;
    const bad = await buyer.call('POST', '/checkouts', {
      reservation_id: id,
      shipping_address: { street: '', city: 'X', postal_code: 'ABC', country: 'USA' },
      email: 'nobody',
    });
    expect(bad.status).toBe(400);
    expect(bad.body.errors.map((each: { path: string }) => each.path).sort()).toEqual([
      'email',
      'shipping_address.country',
      'shipping_address.postal_code',
      'shipping_address.street',
    ]);
    const guest = await buyer.call('POST', '/checkouts', { reservation_id: id, shipping_address: ADDRESS });
    expect(guest.body.errors).toMatchObject([{ path: 'email' }]);
    expect((await buyer.call('GET', `/reservations/${id}`)).body.status).toBe('reserved');
  });

  it('of another shopper’s reservation are not found, and remain possible for its owner', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const { id } = (await buyer.reserve([{ productId: product.id }])).body;
    expect((await new Shopper(shop.api.url).checkout(id)).status).toBe(404);
    expect((await buyer.checkout(id)).status).toBe(201);
  });

  it('of another shopper’s ended reservation don’t reveal that it has ended', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const { id } = (await buyer.reserve([{ productId: product.id }])).body;
    expect((await buyer.call('DELETE', `/reservations/${id}`)).status).toBe(204);
    expect((await new Shopper(shop.api.url).checkout(id)).body.code).toBe('not_found');
    expect((await buyer.checkout(id)).body.code).toBe('reservation_ended');
  });

  it('are limited to 10 per hour and shopper', async () => {
    const buyer = new Shopper(shop.api.url);
    const statuses: number[] = [];
    for (let times = 0; times < 11; times++) statuses.push((await buyer.checkout(randomUUID())).status);
    expect(statuses).toEqual([...Array<number>(10).fill(404), 429]);
  });
});

describe('orders', () => {
  it('are paid by the webhook, which the event stream shows immediately', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    await buyer.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    const begun = await buyer.order(product.id, 2);
    const { id } = begun.order;
    const stream = await fetch(`${shop.api.url}/api/orders/${id}/events`, {
      headers: { 'x-cart-id': buyer.cartId, 'x-forwarded-for': buyer.address },
    });
    expect(stream.headers.get('content-type')).toBe('text/event-stream');
    const seen: string[] = [];
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of stream.body!) {
        for (const [, data] of decoder.decode(chunk as Uint8Array).matchAll(/^data: (.*)$/gm))
          seen.push(JSON.parse(data!).status);
        if (seen.at(-1) === 'paid') return;
      }
    })();
    await buyer.pay(begun);
    await reading;
    expect(seen).toEqual(['pending', 'paid']);
    const order = (await buyer.call('GET', `/orders/${id}`)).body;
    expect(order).toMatchObject({ status: 'paid', captured_amount: 25, payment: null, workflow_url: null });
    expect(order.events.map((each: { type: string }) => each.type)).toEqual(['order_opened', 'order_paid']);
    expect((await buyer.call('GET', '/cart')).body.items).toEqual([]);
    expect((await buyer.call('GET', '/orders')).body.items).toMatchObject([{ id, status: 'paid', item_count: 2 }]);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 8, reserved: 0 });
  });

  it('show why a card was declined, and accept another one', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    expect((await buyer.pay(begun, CARDS.declined)).error.code).toBe('card_declined');
    const declined = await until(async () => {
      const order = (await buyer.call('GET', `/orders/${begun.order.id}`)).body;
      return order.last_payment_error ? order : undefined;
    }, 'the decline');
    expect(declined).toMatchObject({ status: 'pending', last_payment_error: expect.stringContaining('declined') });
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    expect((await buyer.call('GET', `/orders/${begun.order.id}`)).body.last_payment_error).toBeNull();
  });

  it('can be canceled by their buyer while unpaid, which cancels the payment and releases the stock', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    for (let times = 0; times < 2; times++) {
      const canceled = await buyer.call('POST', `/orders/${begun.order.id}/cancel`);
      expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    }
    expect((await buyer.pay(begun)).error.code).toBe('payment_intent_unexpected_state');
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
  });

  it('that are paid can be canceled until they ship, which refunds the payment and restocks the items', async () => {
    const product = await createProduct(shop.services);
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    const { id } = begun.order;
    await buyer.pay(begun);
    await buyer.untilStatus(id, 'paid');
    for (let times = 0; times < 2; times++) {
      const canceled = await buyer.call('POST', `/orders/${id}/cancel`, { reason: 'Changed my mind' });
      expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    }
    await until(async () => (await buyer.call('GET', `/orders/${id}`)).body.refunded_amount === 12.5, 'the refund');
    expect((await buyer.call('GET', `/orders/${id}/refunds`)).body.items).toMatchObject([
      { kind: 'cancellation', amount: 12.5, status: 'succeeded', reason: 'Changed my mind' },
    ]);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    await until(
      async () => (await shop.services.stockCounters.available([product.id])).get(product.id) === 10,
      'the stock counters',
    );
  });

  it('of another shopper are not found; staff see them with their workflow', async () => {
    const product = await createProduct(shop.services);
    const ada = await signedIn(shop);
    const begun = await ada.order(product.id);
    const other = await signedIn(shop);
    const { id } = begun.order;
    for (const [method, path] of [
      ['GET', `/orders/${id}`],
      ['GET', `/orders/${id}/events`],
      ['POST', `/orders/${id}/cancel`],
      ['GET', `/orders/${id}/refunds`],
    ] as const) {
      expect((await other.call(method, path)).status).toBe(404);
    }
    expect((await other.call('POST', `/orders/${id}/refunds`, { all: true, reason: 'mine now' })).status).toBe(404);
    expect((await other.call('GET', '/orders')).body.items).toEqual([]);
    const support = await signedIn(shop, 'support');
    const seen = (await support.call('GET', `/orders/${id}`)).body;
    expect(seen).toMatchObject({ id, payment: null });
    expect(seen.workflow_url).toContain(`order-${id}`);
    expect((await ada.call('GET', '/orders?cursor=nonsense')).status).toBe(400);
  });

  it('are listed a page at a time, newest first', async () => {
    const product = await createProduct(shop.services);
    const ada = await signedIn(shop);
    const ids: string[] = [];
    for (let times = 0; times < 3; times++) {
      const { order } = await ada.order(product.id);
      ids.unshift(order.id);
      // A shopper can have only one order awaiting payment.
      await ada.call('POST', `/orders/${order.id}/cancel`);
    }
    const first = (await ada.call('GET', '/orders?limit=2')).body;
    const second = (await ada.call('GET', `/orders?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.items, ...second.items].map((each) => each.id)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
  });
});

describe('refunds', () => {
  it('can be requested by line or in full, once per key, and up to the remaining charge', async () => {
    const [mug, pot] = [
      await createProduct(shop.services, { price: '5.50' }),
      await createProduct(shop.services, { price: '14.50', name: 'Pot' }),
    ];
    const buyer = new Shopper(shop.api.url);
    const reserved = await buyer.reserve([{ productId: mug.id }, { productId: pot.id }]);
    const begun = (await buyer.checkout(reserved.body.id)).body;
    const path = `/orders/${begun.order.id}/refunds`;
    expect((await buyer.call('POST', path, { all: true, reason: 'not paid yet' })).body.code).toBe(
      'order_not_refundable',
    );
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    const part = { lines: [{ product_id: mug.id, quantity: 1 }], reason: 'scratched' };
    const first = await buyer.call('POST', path, part, { 'idempotency-key': 'part' });
    expect([first.status, first.body.refund.amount]).toEqual([202, 5.5]);
    const again = await buyer.call('POST', path, part, { 'idempotency-key': 'part' });
    expect(again.body.refund.id).toBe(first.body.refund.id);
    const other = { ...part, lines: [{ product_id: pot.id, quantity: 1 }] };
    expect((await buyer.call('POST', path, other, { 'idempotency-key': 'part' })).status).toBe(422);
    await buyer.untilStatus(begun.order.id, 'partially_refunded');
    // The order has not shipped, so the refund cancels the unit and restocks it.
    expect(await stockOf(shop.services, mug.id)).toEqual({ stock: 10, reserved: 0 });
    expect((await buyer.call('POST', path, { amount: 1, reason: 'bare' })).body).toMatchObject({
      code: 'invalid_request',
    });
    expect((await buyer.call('POST', path, { amount: 1.005, reason: 'odd' })).body.errors).toMatchObject([
      { path: 'amount' },
    ]);
    expect((await buyer.call('POST', path, { amount: -1, reason: '' })).body.errors).toHaveLength(2);
    expect((await buyer.call('POST', path, { all: true, reason: 'all of it', restock: true })).status).toBe(403);
    const support = await signedIn(shop, 'support');
    expect((await support.call('POST', path, { amount: 15, reason: 'too much' })).body).toMatchObject({
      code: 'refund_exceeds_charge',
      refundable_amount: 14.5,
    });
    expect((await support.call('POST', path, { all: true, reason: 'all of it', restock: true })).status).toBe(202);
    await buyer.untilStatus(begun.order.id, 'refunded');
    expect(await stockOf(shop.services, pot.id)).toEqual({ stock: 10, reserved: 0 });
    const list = (await buyer.call('GET', path)).body;
    expect(list).toMatchObject({
      refundable_amount: 0,
      items: [
        { amount: 5.5, status: 'succeeded' },
        { amount: 14.5, status: 'succeeded' },
      ],
    });
  });
});
