import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { type AnyBody, createProduct, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';

let shop: TestShop;
let categoryId: string;
let slug: string;
const guest = () => new Shopper(shop.api.url);
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_API: 10_000 });
  slug = `tests-${randomUUID().slice(0, 8)}`;
  categoryId = (await shop.services.db.row<{ id: string }>(
    'insert into categories (slug, name) values ($1, $2) returning id',
    [slug, 'Tests'],
  ))!.id;
});
afterAll(() => shop?.stop());

const newProduct = (more: Record<string, unknown> = {}) => ({
  sku: `NEW-${randomUUID().slice(0, 13)}`,
  name: 'Copper kettle',
  description: 'Boils fast and pours without a drip.',
  price: 49.9,
  stock_quantity: 5,
  category_id: categoryId,
  tags: ['kettle', 'copper'],
  ...more,
});

describe('products', () => {
  it('can be added, changed, and discontinued by an administrator, effective immediately', async () => {
    const admin = await signedIn(shop, 'admin');
    const created = await admin.call('POST', '/products', newProduct());
    expect(created.status).toBe(201);
    const { id } = created.body;
    expect(created.headers.get('location')).toBe(`/api/products/${id}`);
    expect((await guest().call('GET', `/products/${id}`)).body).toMatchObject({
      name: 'Copper kettle',
      price: 49.9,
      category: slug,
    });
    await until(
      async () => (await guest().call('GET', `/products/${id}`)).body.available_quantity === 5,
      'the stock counters to know it',
    );
    expect((await admin.call('PATCH', `/products/${id}`, { price: 39.5 })).body.price).toBe(39.5);
    expect((await guest().call('GET', `/products/${id}`)).body.price).toBe(39.5);
    expect((await admin.call('DELETE', `/products/${id}`)).status).toBe(204);
    expect((await admin.call('DELETE', `/products/${id}`)).status).toBe(204);
    expect((await guest().call('GET', `/products/${id}`)).status).toBe(404);
    await until(
      async () => (await shop.services.stockCounters.available([id])).get(id) === 0,
      'the stock counters to close for it',
    );
    expect((await guest().reserve([{ productId: id }])).body.code).toBe('out_of_stock');
  });

  it('are added to the search index, and removed from it when discontinued', async () => {
    const admin = await signedIn(shop, 'admin');
    const word = `kettle${randomUUID().slice(0, 6)}`;
    const { id } = (await admin.call('POST', '/products', newProduct({ name: `Copper ${word}` }))).body;
    const found = async (query: string) =>
      (await guest().call('GET', `/search?q=${query}`)).body.items.map((each: AnyBody) => each.id);
    await until(async () => (await found(word)).includes(id), 'the search to find it');
    await admin.call('PATCH', `/products/${id}`, { name: 'Plain kettle', description: 'No more' });
    await until(async () => !(await found(word)).includes(id), 'the search to follow the change');
    await admin.call('DELETE', `/products/${id}`);
    await until(async () => !(await found('plain kettle')).includes(id), 'the search to forget it');
  });

  it('with the same Idempotency-Key are added once; with a taken SKU, they are rejected', async () => {
    const admin = await signedIn(shop, 'admin');
    const body = newProduct();
    const key = { 'idempotency-key': randomUUID() };
    const [one, two] = [
      await admin.call('POST', '/products', body, key),
      await admin.call('POST', '/products', body, key),
    ];
    expect([one!.status, two!.status, two!.body.id]).toEqual([201, 201, one!.body.id]);
    expect((await admin.call('POST', '/products', body)).body.code).toBe('conflict');
    expect((await admin.call('POST', '/products', newProduct(), key)).status).toBe(422);
  });

  it('can be changed only by administrators', async () => {
    const product = await createProduct(shop.services);
    const customer = await signedIn(shop);
    for (const [method, path, body] of [
      ['POST', '/products', newProduct()],
      ['PATCH', `/products/${product.id}`, { price: 1 }],
      ['DELETE', `/products/${product.id}`, undefined],
    ] as const) {
      expect((await guest().call(method, path, body)).status).toBe(401);
      expect((await customer.call(method, path, body)).status).toBe(403);
    }
  });

  it('are rejected with all problems', async () => {
    const admin = await signedIn(shop, 'admin');
    const bad = await admin.call(
      'POST',
      '/products',
      newProduct({ name: 'x'.repeat(256), description: 'x'.repeat(5001), price: 1_000_000, stock_quantity: -1 }),
    );
    expect(bad.body.errors.map((each: AnyBody) => each.path).sort()).toEqual([
      'description',
      'name',
      'price',
      'stock_quantity',
    ]);
    expect((await admin.call('POST', '/products', newProduct({ price: 1.005 }))).status).toBe(400);
    expect(
      (await admin.call('POST', '/products', newProduct({ category_id: randomUUID() }))).body.errors,
    ).toMatchObject([{ path: 'category_id' }]);
    const product = await createProduct(shop.services);
    expect((await admin.call('PATCH', `/products/${product.id}`, {})).status).toBe(400);
  });

  it('are sent with an ETag, and 304 if it has not changed', async () => {
    const product = await createProduct(shop.services);
    const first = await guest().call('GET', `/products/${product.id}`);
    expect(first.headers.get('cache-control')).toContain('s-maxage=60');
    const etag = first.headers.get('etag')!;
    expect((await guest().call('GET', `/products/${product.id}`, undefined, { 'if-none-match': etag })).status).toBe(
      304,
    );
    await guest().reserve([{ productId: product.id }]);
    const after = await guest().call('GET', `/products/${product.id}`, undefined, { 'if-none-match': etag });
    expect([after.status, after.body.available_quantity]).toEqual([200, 9]);
    expect((await guest().call('GET', '/products/not-an-id')).status).toBe(400);
    expect((await guest().call('GET', `/products/${randomUUID()}`)).status).toBe(404);
  });
});

describe('prices', () => {
  it.each([
    [{ price: 1200.5, currency: 'jpy' }, 'price', 'with at most 0 decimals in JPY'],
    [{ price: 1.234, currency: 'kwd' }, 'price', 'multiple of 0.010 in KWD'],
    [{ price: 1.2345, currency: 'kwd' }, 'price', 'with at most 3 decimals in KWD'],
    [{ price: 10.505 }, 'price', 'with at most 2 decimals in USD'],
    [{ price: 5, currency: 'zzz' }, 'currency', 'not a currency that Stripe supports'],
    [{ price: 5, currency: 'USD' }, 'currency', 'not a currency that Stripe supports'],
  ])('%j is rejected with the expected format', async (change, path, message) => {
    const admin = await signedIn(shop, 'admin');
    const answer = await admin.call('POST', '/products', newProduct(change));
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
    expect(answer.body.errors).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it('keep their currency’s decimals, also when they change', async () => {
    const admin = await signedIn(shop, 'admin');
    for (const [price, currency] of [
      [1.23, 'kwd'],
      [1200, 'jpy'],
      [999_999.99, 'usd'],
    ] as const) {
      const { id } = (await admin.call('POST', '/products', newProduct({ price, currency }))).body;
      expect((await guest().call('GET', `/products/${id}`)).body).toMatchObject({ price, currency });
    }
    const { id } = (await admin.call('POST', '/products', newProduct({ price: 1200, currency: 'jpy' }))).body;
    const refused = await admin.call('PATCH', `/products/${id}`, { price: 1200.5 });
    expect(refused.status).toBe(400);
    expect(refused.body.errors[0].message).toContain('at most 0 decimals in JPY');
    expect((await admin.call('PATCH', `/products/${id}`, { price: 1300 })).body.price).toBe(1300);
  });
});

describe('lists', () => {
  it('page through a category by keyset in every sort order, with each product once', async () => {
    const admin = await signedIn(shop, 'admin');
    const list = `list-${randomUUID().slice(0, 8)}`;
    const category = await shop.services.db.row<{ id: string }>(
      'insert into categories (slug, name) values ($1, $1) returning id',
      [list],
    );
    for (const price of [30, 10, 20, 20, 40])
      await admin.call('POST', '/products', newProduct({ category_id: category!.id, price }));
    const pages = async (sort: string) => {
      const prices: number[] = [];
      const ids = new Set<string>();
      for (let cursor: string | null = ''; cursor !== null; ) {
        const page: AnyBody = (
          await guest().call('GET', `/products?category=${list}&sort=${sort}&limit=2${cursor && `&cursor=${cursor}`}`)
        ).body;
        for (const item of page.items) {
          prices.push(item.price);
          ids.add(item.id);
        }
        cursor = page.next_cursor;
      }
      expect(ids.size).toBe(5);
      return prices;
    };
    expect(await pages('price_asc')).toEqual([10, 20, 20, 30, 40]);
    expect(await pages('price_desc')).toEqual([40, 30, 20, 20, 10]);
    expect(await pages('newest')).toEqual([40, 20, 20, 10, 30]);
    const cheap = (await guest().call('GET', `/products?category=${list}&min_price=15&max_price=30`)).body.items;
    expect(cheap.map((each: AnyBody) => each.price).sort()).toEqual([20, 20, 30]);
    const newest = (await guest().call('GET', `/products?category=${list}&limit=2`)).body.next_cursor;
    expect((await guest().call('GET', `/products?category=${list}&sort=price_asc&cursor=${newest}`)).status).toBe(400);
    expect((await guest().call('GET', '/products?limit=1000&sort=best&min_price=-1')).body.errors).toHaveLength(3);
    expect((await guest().call('GET', '/categories')).body.items).toContainEqual(
      expect.objectContaining({ slug: list, product_count: 5 }),
    );
  });
});

describe('search', () => {
  it('corrects typos, and counts each facet without its own filter', async () => {
    const admin = await signedIn(shop, 'admin');
    const brand = 'Zyxqual';
    for (const [name, price] of [
      ['teapot', 20],
      ['saucepan', 70],
      ['casserole', 150],
    ] as const) {
      await admin.call('POST', '/products', newProduct({ name: `${brand} ${name}`, price }));
    }
    await until(
      async () => (await guest().call('GET', `/search?q=${brand}`)).body.total === 3,
      'the search to know them',
    );
    const typo = (await guest().call('GET', '/search?q=zyxqaul%20teapot')).body;
    expect(typo.corrected_query).toBe('zyxqual teapot');
    expect(typo.items[0].name).toBe('Zyxqual teapot');
    const filtered = (await guest().call('GET', `/search?q=${brand}&max_price=100&category=${slug}`)).body;
    expect(filtered.total).toBe(2);
    expect(filtered.facets.categories).toEqual([{ slug, name: 'Tests', count: 2 }]);
    expect(filtered.facets.price_ranges.map((each: AnyBody) => each.count)).toEqual([1, 1, 1, 0]);
    expect(
      (await guest().call('GET', '/search/suggest?q=zyxq')).body.items.map((each: AnyBody) => each.text),
    ).toContain('Zyxqual casserole');
    expect((await guest().call('GET', '/search/suggest')).status).toBe(400);
    expect((await guest().call('GET', '/search?q=x&page=400&limit=100')).status).toBe(400);
  });
});
