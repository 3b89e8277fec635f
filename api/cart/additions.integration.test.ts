/** Adding to a cart: by a number of units, atomically, once per key, and never more than is available. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const newGuest = () => new Shopper(shop.api.url);
const add = (who: Shopper, productId: string, quantity = 1, headers = {}) =>
  who.call('POST', '/cart/items', { product_id: productId, quantity }, headers);
const quantities = async (who: Shopper): Promise<number[]> =>
  (await who.call('GET', '/cart')).body.items.map(({ quantity }: { quantity: number }) => quantity);

describe('an addition', () => {
  it('adds to what is in the cart, also at the same time', async () => {
    const product = await createProduct(shop.services, { stock: 50 });
    for (const who of [newGuest(), await signedIn(shop)]) {
      await add(who, product.id, 2);
      const answers = await Promise.all(Array.from({ length: 12 }, () => add(who, product.id)));
      expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(200));
      expect(await quantities(who)).toEqual([14]);
    }
  });

  it('with the same key adds once', async () => {
    const product = await createProduct(shop.services);
    const guest = newGuest();
    const key = { 'idempotency-key': randomUUID() };
    await Promise.all([1, 2, 3].map(() => add(guest, product.id, 2, key)));
    expect(await quantities(guest)).toEqual([2]);
    expect((await add(guest, product.id, 3, key)).body.code).toBe('idempotency_key_reused');
    await add(guest, product.id, 3, { 'idempotency-key': randomUUID() });
    expect(await quantities(guest)).toEqual([5]);
  });

  it('of more than is available says what is left, and changes nothing', async () => {
    const product = await createProduct(shop.services, { stock: 2 });
    const guest = newGuest();
    const all = await add(guest, product.id, 50);
    expect([all.status, all.body.code, all.body.detail]).toEqual([409, 'out_of_stock', 'Only 2 left.']);
    expect(await quantities(guest)).toEqual([]);
    await add(guest, product.id, 2);
    const more = await add(guest, product.id);
    expect(more.body).toMatchObject({
      detail: 'Only 2 left, 2 in your cart.',
      in_cart: 2,
      lines: [{ product_id: product.id, requested: 3, available: 2 }],
    });
    const put = await guest.call('PUT', `/cart/items/${product.id}`, { quantity: 3 });
    expect([put.status, put.body.detail]).toEqual([409, 'Only 2 left, 2 in your cart.']);
    expect(await quantities(guest)).toEqual([2]);
    await shop.services.db.run('update products set stock_quantity = 0 where id = $1', [product.id]);
    expect((await add(newGuest(), product.id)).body.detail).toBe('This item is sold out.');
    // Fewer than before is always possible.
    expect((await guest.call('PUT', `/cart/items/${product.id}`, { quantity: 1 })).status).toBe(200);
  });

  it('counts the units that the shopper has reserved as available to them, and only to them', async () => {
    const product = await createProduct(shop.services, { stock: 3 });
    const guest = newGuest();
    await add(guest, product.id, 2);
    expect((await guest.call('POST', '/reservations', {}, { 'idempotency-key': randomUUID() })).status).toBe(201);
    expect((await add(guest, product.id)).status).toBe(200);
    expect((await add(newGuest(), product.id, 2)).body.detail).toBe('Only 1 left.');
  });

  it('stops at the maximum of one line', async () => {
    const product = await createProduct(shop.services, { stock: 500 });
    const guest = newGuest();
    await add(guest, product.id, 99);
    const more = await add(guest, product.id, 2);
    expect([more.status, more.body.detail]).toEqual([409, 'You can have up to 100 of one item, 99 in your cart.']);
  });
});

describe('a cart', () => {
  it('shows a price that has changed since the item was added, until its quantity is set again', async () => {
    const product = await createProduct(shop.services, { price: '30.00' });
    const guest = newGuest();
    await add(guest, product.id);
    const added = async () => (await guest.call('GET', '/cart')).body.items[0].price_when_added;
    expect(await added()).toBeNull();
    await shop.services.db.run('update products set price = 45 where id = $1', [product.id]);
    expect((await guest.call('GET', '/cart')).body.items[0]).toMatchObject({ price: 45, price_when_added: 30 });
    await guest.call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
    expect(await added()).toBeNull();
  });

  it('says how much this shopper can check out at a time', async () => {
    const { RESERVATION_MAX_UNITS_PER_GUEST, RESERVATION_MAX_UNITS_PER_OWNER } = shop.services.settings;
    expect((await newGuest().call('GET', '/cart')).body).toMatchObject({
      max_units: RESERVATION_MAX_UNITS_PER_GUEST,
      max_products: 50,
    });
    expect((await (await signedIn(shop)).call('GET', '/cart')).body.max_units).toBe(RESERVATION_MAX_UNITS_PER_OWNER);
  });

  it('keeps the items of both carts at sign-in, within the maximum of one line', async () => {
    const [one, two, three] = [
      await createProduct(shop.services, { stock: 200 }),
      await createProduct(shop.services),
      await createProduct(shop.services),
    ];
    const ada = await signedIn(shop);
    await add(ada, one!.id, 60);
    await add(ada, two!.id, 1);
    const asGuest = { authorization: '' };
    await add(ada, one!.id, 70, asGuest);
    await add(ada, three!.id, 2, asGuest);
    await ada.call('POST', '/auth/login', { email: ada.email, password: PASSWORD }, asGuest);
    const { items } = (await ada.call('GET', '/cart')).body;
    const found = Object.fromEntries(
      items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
    );
    expect(found).toEqual({ [one!.id]: 100, [two!.id]: 1, [three!.id]: 2 });
  });
});
