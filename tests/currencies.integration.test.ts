/** Orders in currencies whose amounts Stripe represents differently, from the cart to the last refund: Stripe and the order must agree. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toStripeAmount } from '../domain/currencies.ts';
import { fromDecimal } from '../domain/money.ts';
import { signedIn } from './support/accounts.ts';
import { createProduct, Shopper, startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

describe('an order', () => {
  it.each([
    ['usd', '19.99'],
    ['jpy', '1200'],
    ['isk', '500'],
    ['ugx', '3700'],
    ['mga', '900.00'],
    ['kwd', '1.230'],
    ['huf', '890.50'],
    ['xof', '2500'],
  ])('in %s is charged and refunded exactly', async (currency, price) => {
    const { services } = shop;
    const product = await createProduct(services, { price, currency });
    const shopper = new Shopper(shop.api.url);
    const { order, payment } = await shopper.order(product.id, 2);
    const totalCents = 2 * fromDecimal(price, currency);
    expect(order).toMatchObject({ currency, total_amount: 2 * Number(price) });
    const intentId = payment.client_secret.split('_secret')[0];
    expect(await services.stripe.paymentIntents.retrieve(intentId)).toMatchObject({
      currency,
      amount: toStripeAmount(totalCents, currency),
    });
    await shopper.pay({ payment });
    await shopper.untilStatus(order.id, 'paid');
    expect((await shopper.call('GET', `/orders/${order.id}`)).body.captured_amount).toBe(2 * Number(price));

    const lead = await signedIn(shop, 'support_lead');
    const lines = [{ product_id: product.id, quantity: 1 }];
    const refunded = await lead.call('POST', `/orders/${order.id}/refunds`, { lines, reason: 'One was broken' });
    expect(refunded.status).toBeLessThan(300);
    await until(
      async () => (await shopper.call('GET', `/orders/${order.id}`)).body.refunded_amount === Number(price),
      'the refund to be recorded',
    );
    const { data } = await services.stripe.refunds.list({ payment_intent: intentId });
    expect(data.map(({ amount }) => amount)).toEqual([toStripeAmount(totalCents / 2, currency)]);
  });
});
