import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

describe('a cart', () => {
  it('keeps its items in order, with exact totals', async () => {
    const [one, two] = [
      await createProduct(shop.services, { price: '0.10' }),
      await createProduct(shop.services, { price: '19.99' }),
    ];
    const guest = new Shopper(shop.api.url);
    expect((await guest.call('GET', '/cart')).body).toMatchObject({
      id: guest.cartId,
      items: [],
      total: 0,
      item_count: 0,
    });
    await guest.call('PUT', `/cart/items/${one!.id}`, { quantity: 3 });
    for (let times = 0; times < 2; times++) await guest.call('PUT', `/cart/items/${two!.id}`, { quantity: 2 });
    const cart = (await guest.call('GET', '/cart')).body;
    expect(cart).toMatchObject({
      item_count: 5,
      total: 40.28,
      items: [{ line_total: 0.3 }, { line_total: 39.98, available_quantity: 10 }],
    });
    for (let times = 0; times < 2; times++) {
      expect((await guest.call('DELETE', `/cart/items/${one!.id}`)).body.item_count).toBe(2);
    }
  });

  it('of a guest can be accessed with its cookie; one of an account only by the account', async () => {
    const product = await createProduct(shop.services);
    const put = await fetch(`${shop.api.url}/api/cart/items/${product.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{"quantity":1}',
    });
    const cookie = put.headers.get('set-cookie')!;
    expect(cookie).toMatch(/cart_id=.*httponly/i);
    const again = await fetch(`${shop.api.url}/api/cart`, { headers: { cookie: cookie.split(';')[0]! } });
    expect(((await again.json()) as { item_count: number }).item_count).toBe(1);

    const ada = await signedIn(shop);
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    const { id } = (await ada.call('GET', '/cart')).body;
    const thief = await fetch(`${shop.api.url}/api/cart`, { headers: { 'x-cart-id': id } });
    expect(((await thief.json()) as { item_count: number }).item_count).toBe(0);
    const planted = await fetch(`${shop.api.url}/api/cart/items/${product.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-cart-id': id },
      body: '{"quantity":9}',
    });
    expect(((await planted.json()) as { id: string }).id).not.toBe(id);
    expect((await ada.call('GET', '/cart')).body.item_count).toBe(2);
  });

  it('of an account loses its purchased items; the guest’s cart of the same browser does not', async () => {
    const product = await createProduct(shop.services);
    const ada = await signedIn(shop);
    const inCart = async (headers = {}) => (await ada.call('GET', '/cart', undefined, headers)).body.item_count;
    const asGuest = { authorization: '' };
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: 3 }, asGuest);
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    const { order, payment } = await ada.order(product.id, 2);
    await ada.pay({ payment });
    await ada.untilStatus(order.id, 'paid');
    expect([await inCart(), await inCart(asGuest)]).toEqual([0, 3]);
  });

  it('rejects quantities outside 1 to 100 and products that are no longer sold', async () => {
    const product = await createProduct(shop.services);
    const guest = new Shopper(shop.api.url);
    for (const quantity of [0, 101, 1.5, '2'])
      expect((await guest.call('PUT', `/cart/items/${product.id}`, { quantity })).status).toBe(400);
    await shop.services.db.run('update products set deleted_at = now() where id = $1', [product.id]);
    for (const id of [randomUUID(), product.id])
      expect((await guest.call('PUT', `/cart/items/${id}`, { quantity: 1 })).status).toBe(404);
  });

  it('shows the available quantity without reserved units, and 0 for products that are no longer sold', async () => {
    const product = await createProduct(shop.services, { stock: 10 });
    const [guest, other] = [new Shopper(shop.api.url), new Shopper(shop.api.url)];
    await guest.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    const reserved = await other.reserve([{ productId: product.id, quantity: 4 }]);
    const available = async () => (await guest.call('GET', '/cart')).body.items[0].available_quantity;
    expect(await available()).toBe(6);
    await other.call('DELETE', `/reservations/${reserved.body.id}`);
    await shop.services.db.run('update products set deleted_at = now() where id = $1', [product.id]);
    expect(await available()).toBe(0);
  });

  it('of an account can’t be merged into another account by signing in', async () => {
    const product = await createProduct(shop.services);
    const [ada, mallory] = [await signedIn(shop), await signedIn(shop)];
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    const { id } = (await ada.call('GET', '/cart')).body;
    const login = { email: mallory.email, password: PASSWORD };
    const entered = await mallory.call('POST', '/auth/login', login, { authorization: '', 'x-cart-id': id });
    expect(entered.status).toBe(200);
    expect((await mallory.call('GET', '/cart')).body.items).toEqual([]);
    expect((await ada.call('GET', '/cart')).body.item_count).toBe(2);
  });
});
