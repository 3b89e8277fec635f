/** Changes to products by administrators, and their effects on lists and search. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import {
  type AnyBody,
  createProduct,
  Shopper,
  startTestShop,
  stockOf,
  type TestShop,
  until,
} from '../../tests/support/shop.ts';

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
});
afterAll(() => shop?.stop());

const newShopper = () => new Shopper(shop.api.url);
async function newCategory(): Promise<{ id: string; slug: string }> {
  const slug = `changes-${randomUUID().slice(0, 8)}`;
  const insert = 'insert into categories (slug, name) values ($1, $1) returning id, slug';
  return (await shop.services.db.row<{ id: string; slug: string }>(insert, [slug]))!;
}
const newProduct = async (more: Record<string, unknown> = {}) => {
  const body = { sku: `CH-${randomUUID().slice(0, 13)}`, name: 'Pot', price: 20, stock_quantity: 5, ...more };
  return (await admin.call('POST', '/products', { category_id: (await newCategory()).id, ...body })).body;
};

describe('a change of a product', () => {
  it('changes only the given fields', async () => {
    const made = await newProduct({ description: 'Iron.', tags: ['iron'] });
    expect(made.image_url).toBe(`/media/products/${made.sku}.svg`);
    const { id: category_id, slug } = await newCategory();
    const changes = [
      [{ category_id }, { category: slug }],
      [{ image_url: 'https://pictures.example.test/pot.png' }, { image_url: 'https://pictures.example.test/pot.png' }],
      [{ tags: ['steel'] }, { tags: ['steel'] }],
      [{ description: 'Steel.' }, { description: 'Steel.' }],
      [{ price: 21.5 }, { price: 21.5 }],
    ] as const;
    let before = made;
    for (const [patch, seen] of changes) {
      const { status, body } = await admin.call('PATCH', `/products/${made.id}`, patch);
      expect(status).toBe(200);
      expect({ ...body, updated_at: '' }).toEqual({ ...before, ...seen, updated_at: '' });
      before = body;
    }
  });

  it('is rejected for a discontinued product', async () => {
    const { id } = await newProduct();
    await admin.call('DELETE', `/products/${id}`);
    expect((await admin.call('PATCH', `/products/${id}`, { name: 'Pan' })).status).toBe(404);
    expect((await admin.call('PATCH', `/products/${id}`, { stock_delta: 3 })).status).toBe(404);
    expect(await stockOf(shop.services, id)).toEqual({ stock: 0, reserved: 0 });
  });

  it('counts deliveries of two administrators with the same Idempotency-Key separately', async () => {
    const { id } = await newProduct();
    const other = await signedIn(shop, 'admin');
    const key = { 'idempotency-key': randomUUID() };
    for (const each of [admin, other, admin]) await each.call('PATCH', `/products/${id}`, { stock_delta: 2 }, key);
    expect((await stockOf(shop.services, id)).stock).toBe(9);
  });
});

it('draws a picture of a product; an unknown one is not found', async () => {
  const { image_url } = await newProduct({ tags: ['red'] });
  const pictures = [image_url, `/media/products/${randomUUID()}.svg`].map((path) => fetch(`${shop.api.url}${path}`));
  const [picture, unknown] = await Promise.all(pictures);
  expect([picture!.status, picture!.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  expect(await picture!.text()).toMatch(/^<svg /);
  expect(unknown!.status).toBe(404);
});

describe('a discontinued product', () => {
  it('keeps its reserved units, which can still be paid for', async () => {
    const { id } = await newProduct();
    await until(
      async () => (await shop.services.stockCounters.available([id])).get(id) === 5,
      'the counter to know it',
    );
    const buyer = newShopper();
    const begun = await buyer.order(id, 2);
    expect((await admin.call('DELETE', `/products/${id}`)).status).toBe(204);
    expect(await stockOf(shop.services, id)).toEqual({ stock: 2, reserved: 2 });
    await until(async () => (await shop.services.stockCounters.available([id])).get(id) === 0, 'the counter to follow');
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    expect(await stockOf(shop.services, id)).toEqual({ stock: 0, reserved: 0 });
  });
});

describe('the available quantity', () => {
  it('is read from PostgreSQL if the stock counters don’t have the product', async () => {
    const { id } = await createProduct(shop.services, { stock: 10 });
    const buyer = newShopper();
    const reserved = await buyer.reserve([{ productId: id, quantity: 3 }]);
    await shop.services.redis.hdel('{stock}:available', id);
    expect((await newShopper().call('GET', `/products/${id}`)).body.available_quantity).toBe(7);
    await shop.services.stockCounters.correct(id, undefined, 7);
    await buyer.call('DELETE', `/reservations/${reserved.body.id}`);
  });
});

describe('a list', () => {
  it('is cached separately for each set of parameters', async () => {
    const { id: category_id, slug } = await newCategory();
    for (const price of [10, 20, 30]) await newProduct({ category_id, price });
    const prices = async (query: string) =>
      (await newShopper().call('GET', `/products?category=${slug}${query}`)).body.items.map(
        (each: AnyBody) => each.price,
      );
    await until(async () => (await prices('&sort=price_asc')).length === 3, 'the products to be listed');
    expect([await prices('&sort=price_asc'), await prices('&sort=price_desc')]).toEqual([
      [10, 20, 30],
      [30, 20, 10],
    ]);
    for (const [query, expected] of [
      ['&min_price=20', [20, 30]],
      ['&min_price=30', [30]],
      ['&max_price=20', [10, 20]],
      ['&max_price=10', [10]],
      ['&limit=1', [10]],
      ['&limit=2', [10, 20]],
    ] as const)
      expect(await prices(`&sort=price_asc${query}`)).toEqual(expected);
  });
});

describe('a search', () => {
  it('filters by price, pages through all results, and returns the bounds of its price ranges', async () => {
    const word = `pot${randomUUID().slice(0, 8)}`;
    for (const price of [20, 70, 150]) await newProduct({ name: `Iron ${word}`, price });
    const search = async (query = '') => (await newShopper().call('GET', `/search?q=${word}${query}`)).body;
    await until(async () => (await search()).total === 3, 'the search to know them');
    const prices = async (query: string) =>
      (await search(query)).items.map((each: AnyBody) => each.price).sort((a: number, b: number) => a - b);
    expect(await prices('&min_price=70')).toEqual([70, 150]);
    expect(await prices('&max_price=70')).toEqual([20, 70]);
    expect(await prices('&min_price=70&max_price=70')).toEqual([70]);
    expect(await prices('&min_price=70.01&max_price=149.99')).toEqual([]);
    const pages = await Promise.all([1, 2, 3, 4].map((page) => prices(`&limit=1&page=${page}`)));
    expect(pages.flat().sort((a, b) => a - b)).toEqual([20, 70, 150]);
    expect((await search()).facets.price_ranges).toEqual([
      { from: null, to: 49.99, count: 1 },
      { from: 50, to: 99.99, count: 1 },
      { from: 100, to: 199.99, count: 1 },
      { from: 200, to: null, count: 0 },
    ]);
  });
});
