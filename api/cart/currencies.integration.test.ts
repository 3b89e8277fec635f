/** Each cart, reservation, and order has one currency. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
const guest = () => new Shopper(shop.api.url);
const put = (shopper: Shopper, id: string, quantity = 1) => shopper.call('PUT', `/cart/items/${id}`, { quantity });

beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const yen = () => createProduct(shop.services, { price: '1200', currency: 'jpy' });
const dollars = () => createProduct(shop.services, { price: '25.00' });

describe('a cart', () => {
  it('has the currency of its items, and the shop’s while it is empty', async () => {
    const shopper = guest();
    expect((await shopper.call('GET', '/cart')).body).toMatchObject({ currency: 'usd', total: 0 });
    const { id } = await yen();
    expect((await put(shopper, id, 2)).body).toMatchObject({
      currency: 'jpy',
      total: 2400,
      items: [{ line_total: 2400 }],
    });
    const kept = (await shopper.call('GET', '/cart')).body;
    expect(kept).toMatchObject({ currency: 'jpy', total: 2400 });
  });

  it('adds amounts with three decimals exactly', async () => {
    const shopper = guest();
    const { id } = await createProduct(shop.services, { price: '1.230', currency: 'kwd' });
    expect((await put(shopper, id, 3)).body).toMatchObject({ currency: 'kwd', total: 3.69 });
  });

  it('rejects a product in another currency and says what to do', async () => {
    const shopper = guest();
    const [first, second] = [await yen(), await dollars()];
    await put(shopper, first.id);
    const refused = await put(shopper, second.id);
    expect([refused.status, refused.body.code]).toEqual([409, 'currency_mismatch']);
    expect(refused.body).toMatchObject({ cart_currency: 'jpy', product_currency: 'usd' });
    expect(refused.body.detail).toContain('Check out or empty the cart before');
    await shopper.call('DELETE', `/cart/items/${first.id}`);
    expect((await put(shopper, second.id)).body).toMatchObject({ currency: 'usd', total: 25 });
  });

  it('accepts only one of two currencies that are added at the same moment', async () => {
    const products = await Promise.all([yen(), dollars(), yen(), dollars()]);
    const shopper = await signedIn(shop);
    await Promise.all(products.map(({ id }) => put(shopper, id)));
    const { items } = (await shopper.call('GET', '/cart')).body;
    expect(items).toHaveLength(2);
    expect(new Set(items.map((item: { currency: string }) => item.currency)).size).toBe(1);
  });

  it('shows an item whose currency has changed, but neither totals nor reserves it', async () => {
    const shopper = guest();
    const [first, second] = [await dollars(), await dollars()];
    await put(shopper, first.id);
    await put(shopper, second.id);
    await shop.services.db.run(`update products set currency = 'jpy', price = 3000 where id = $1`, [second.id]);
    const cart = (await shopper.call('GET', '/cart')).body;
    expect(cart).toMatchObject({ currency: 'usd', total: 25 });
    expect(cart.items.map((item: { available_quantity: number }) => item.available_quantity)).toEqual([10, 0]);
    expect((await shopper.call('POST', '/reservations', {})).body.code).toBe('currency_mismatch');
  });
});

describe('signing in with a guest’s cart', () => {
  it('in another currency keeps the guest’s cart and returns its ID', async () => {
    const account = await signedIn(shop);
    const [first, second] = [await dollars(), await yen()];
    await put(account, first.id);
    const shopper = guest();
    const { id: cartId } = (await put(shopper, second.id, 2)).body;
    const login = { email: account.email, password: PASSWORD };
    const entered = await shopper.call('POST', '/auth/login', login);
    expect(entered.status).toBe(200);
    expect(entered.body.guest_cart).toEqual({ id: cartId, currency: 'jpy' });
    expect((await shopper.call('GET', '/cart')).body).toMatchObject({ currency: 'jpy', total: 2400 });
    shopper.token = entered.body.access_token;
    expect((await shopper.call('GET', '/cart')).body).toMatchObject({ currency: 'usd', total: 25 });
  });

  it('in the same currency moves its items', async () => {
    const shopper = guest();
    const account = await signedIn(shop);
    const { id } = await yen();
    await put(shopper, id, 2);
    const entered = await shopper.call('POST', '/auth/login', { email: account.email, password: PASSWORD });
    expect(entered.body).not.toHaveProperty('guest_cart');
    expect((await shopper.call('GET', '/cart')).body.items).toEqual([]);
    expect((await account.call('GET', '/cart')).body).toMatchObject({ currency: 'jpy', total: 2400 });
  });
});

describe('a reservation', () => {
  it('has the currency of its products', async () => {
    const { id } = await yen();
    const reserved = await guest().reserve([{ productId: id, quantity: 2 }]);
    expect([reserved.status, reserved.body.currency, reserved.body.total]).toEqual([201, 'jpy', 2400]);
  });

  it('of products in two currencies is rejected with both currencies', async () => {
    const [first, second] = [await yen(), await dollars()];
    const refused = await guest().reserve([{ productId: first.id }, { productId: second.id }]);
    expect([refused.status, refused.body.code]).toEqual([409, 'currency_mismatch']);
    expect(refused.body.currencies).toEqual(['jpy', 'usd']);
    expect(refused.body.lines).toHaveLength(2);
  });
});
