/** Invariants of stock and money under concurrency on real servers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAudit } from '../activities/audit/audit.ts';
import { CARDS, createProduct, Shopper, startTestShop, stockOf, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

describe('200 buyers for 10 units', () => {
  it('get exactly 10; no other buyer is charged, and nothing stays reserved', async () => {
    const product = await createProduct(shop.services, { stock: 10 });
    const buyers = Array.from({ length: 200 }, () => new Shopper(shop.api.url));
    const outcomes = await Promise.all(
      buyers.map(async (buyer) => {
        const reserved = await buyer.reserve([{ productId: product.id }]);
        if (reserved.status !== 201) return { reserved, orderId: undefined };
        const begun = await buyer.checkout(reserved.body.id);
        expect(begun.status).toBe(201);
        const payment = await buyer.pay(begun.body);
        expect(payment.status).toBe('succeeded');
        await buyer.untilStatus(begun.body.order.id, 'paid', 25_000);
        return { reserved, orderId: begun.body.order.id as string };
      }),
    );
    expect(outcomes.filter((each) => each.orderId)).toHaveLength(10);
    for (const { reserved } of outcomes.filter((each) => !each.orderId)) {
      expect(reserved.status).toBe(409);
      expect(reserved.body).toMatchObject({
        code: 'out_of_stock',
        lines: [{ product_id: product.id, requested: 1, available: 0 }],
      });
    }
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 0, reserved: 0 });
    expect((await shop.services.stockCounters.available([product.id])).get(product.id)).toBe(0);
    const sold = await shop.services.db.row<{ units: number; orders: number }>(
      `select sum(item.quantity)::int as units, count(distinct o.id)::int as orders from orders o
       join order_items item on item.order_id = o.id where item.product_id = $1 and o.status = 'paid'`,
      [product.id],
    );
    expect(sold).toEqual({ units: 10, orders: 10 });
  }, 60_000);

  it('with carts of several products in opposite orders, neither deadlock nor oversell', async () => {
    const products = await Promise.all([1, 2, 3].map(() => createProduct(shop.services, { stock: 7 })));
    const lines = products.map((product) => ({ productId: product.id, quantity: 1 }));
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        new Shopper(shop.api.url).reserve(index % 2 === 0 ? lines : [...lines].reverse()),
      ),
    );
    expect(answers.filter((each) => each.status === 201)).toHaveLength(7);
    expect(answers.every((each) => each.status === 201 || each.status === 409)).toBe(true);
    for (const product of products) expect(await stockOf(shop.services, product.id)).toEqual({ stock: 7, reserved: 7 });
  });
});

describe('the stock counters', () => {
  it('do not oversell and become correct again when they are wiped during a rush', async () => {
    const { redis, stockCounters } = shop.services;
    const product = await createProduct(shop.services, { stock: 20 });
    const answers = await Promise.all([
      ...Array.from({ length: 60 }, () => new Shopper(shop.api.url).reserve([{ productId: product.id }])),
      (async () => {
        await redis.flushall();
        return { status: 0, body: {} };
      })(),
      ...Array.from({ length: 60 }, () => new Shopper(shop.api.url).reserve([{ productId: product.id }])),
    ]);
    await until(async () => (await stockCounters.builtIn()) !== undefined, 'the stock counters to be rebuilt');
    // Buyers with a retryable error retry.
    for (const answer of answers) {
      if (answer.status === 503) answers.push(await new Shopper(shop.api.url).reserve([{ productId: product.id }]));
    }
    const { reserved, stock } = await stockOf(shop.services, product.id);
    expect(stock).toBe(20);
    expect(reserved).toBe(answers.filter((each) => each.status === 201).length);
    expect(reserved).toBeLessThanOrEqual(20);
    await until(
      async () => (await stockCounters.available([product.id])).get(product.id) === 20 - reserved,
      'the stock counters to be correct',
    );
  }, 60_000);

  it('cause 503 with Retry-After while they are closed, and the reservation succeeds afterwards', async () => {
    const product = await createProduct(shop.services, { stock: 1 });
    await shop.services.stockCounters.close();
    const buyer = new Shopper(shop.api.url);
    const refused = await buyer.reserve([{ productId: product.id }], 'again');
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('1');
    const reserved = await until(async () => {
      const answer = await buyer.reserve([{ productId: product.id }], 'again');
      return answer.status === 201 ? answer : undefined;
    }, 'the stock counters to be ready');
    expect(reserved.body.items).toHaveLength(1);
  });
});

describe('money', () => {
  it('a charge that arrives after the order has ended is fully refunded automatically', async () => {
    const { db, stripe, temporal } = shop.services;
    const product = await createProduct(shop.services, { stock: 1 });
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    // The workflow is terminated and the stock sold to another shopper; then the first shopper pays.
    await temporal.workflow.getHandle(`order-${begun.order.id}`).terminate('test');
    await db.run(
      `update reservations set expires_at = now() - interval '1 day' where id = (select reservation_id from orders where id = $1)`,
      [begun.order.id],
    );
    await db.run(`update orders set expires_at = now() + interval '1 hour' where id = $1`, [begun.order.id]);
    const { sweep } = await import('../activities/audit/sweep.ts');
    expect((await sweep(shop.services)).expiredReservations).toBeGreaterThanOrEqual(1);
    const other = new Shopper(shop.api.url);
    const others = await other.order(product.id);
    await other.pay(others);
    await other.untilStatus(others.order.id, 'paid');

    expect((await buyer.pay(begun)).status).toBe('succeeded');
    await buyer.untilStatus(begun.order.id, 'canceled');
    await until(
      async () => (await buyer.call('GET', `/orders/${begun.order.id}`)).body.refunded_amount === 12.5,
      'the refund to be recorded',
    );
    const order = (await buyer.call('GET', `/orders/${begun.order.id}`)).body;
    expect(order).toMatchObject({ captured_amount: 12.5, refunded_amount: 12.5 });
    const intentId = begun.payment.client_secret.split('_secret')[0];
    const intent = await stripe.paymentIntents.retrieve(intentId, { expand: ['latest_charge'] });
    expect(intent.latest_charge).toMatchObject({ amount_refunded: 1250 });
  });

  it('50 concurrent refund requests never exceed the charge or the units', async () => {
    const product = await createProduct(shop.services, { stock: 5, price: '3.00' });
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id, 3);
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    const path = `/orders/${begun.order.id}/refunds`;
    const lines = [{ product_id: product.id, quantity: 1 }];
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        buyer.call('POST', path, { lines, reason: 'too many' }, { 'idempotency-key': `r${index}` }),
      ),
    );
    expect(answers.filter((each) => each.status === 202)).toHaveLength(3);
    // The last requests may find a fully refunded order.
    const refusals = ['invalid_request', 'order_not_refundable'];
    expect(answers.filter((each) => refusals.includes(each.body.code))).toHaveLength(47);
    await until(
      async () => (await buyer.call('GET', `/orders/${begun.order.id}`)).body.refunded_amount === 9,
      'the refunds to be recorded',
    );
    await buyer.untilStatus(begun.order.id, 'refunded');
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 5, reserved: 0 });
  }, 60_000);

  it('a refund that fails later at Stripe is reversed in the records, and can be requested again', async () => {
    const product = await createProduct(shop.services, { price: '10.00' });
    const buyer = new Shopper(shop.api.url);
    const begun = await buyer.order(product.id);
    await buyer.pay(begun, CARDS.refundPendingThenFails);
    await buyer.untilStatus(begun.order.id, 'paid');
    const requested = await buyer.call('POST', `/orders/${begun.order.id}/refunds`, {
      all: true,
      reason: 'does not fit',
    });
    expect(requested.status).toBe(202);
    await until(
      async () => (await buyer.call('GET', `/orders/${begun.order.id}/refunds`)).body.items[0]?.status === 'failed',
      'Stripe to fail the refund',
      25_000,
    );
    await buyer.untilStatus(begun.order.id, 'paid');
    expect((await buyer.call('GET', `/orders/${begun.order.id}/refunds`)).body.refundable_amount).toBe(10);
  }, 60_000);
});

describe('after these tests', () => {
  it('the audit finds no discrepancies', async () => {
    const report = await runAudit(shop.services);
    expect(report.problems).toEqual([]);
    const usd = report.ledgers.find(({ currency }) => currency === 'usd')!;
    expect(usd.stripeCapturedCents).toBe(usd.ordersCapturedCents);
    expect(usd.stripeCapturedCents).toBeGreaterThan(0);
  }, 60_000);
});
