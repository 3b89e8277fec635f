/** Product families: lists and search show one variant, the lead, for all of them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { type AnyBody, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;
let guest: Shopper;
/** Each test has its own category, by slug, and a word in its products' names. */
let slug: string;
let word: string;
/** Variants by color; red is the lead. */
let ids: Record<'red' | 'green' | 'blue', string>;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
  guest = new Shopper(shop.api.url);
});
afterAll(() => shop?.stop());

beforeEach(async () => {
  const { db } = shop.services;
  const part = randomUUID().slice(0, 8);
  [slug, word] = [`family-${part}`, `family${part}`];
  const category = await db.row<{ id: string }>('insert into categories (slug, name) values ($1, $1) returning id', [
    slug,
  ]);
  const family = await db.row<{ id: string }>('insert into product_families (name) values ($1) returning id', [word]);
  const insert = (color: string, price: number, stock: number, isLead: boolean) =>
    db.row<{ id: string }>(
      `insert into products (sku, name, price, currency, stock_quantity, category_id, family_id, is_family_lead, option_values)
       values ($1, $2, $3, 'usd', $4, $5, $6, $7, $8) returning id`,
      [`${slug}-${color}`, `Cup ${word}`, price, stock, category!.id, family!.id, isLead, JSON.stringify({ color })],
    );
  const [red, green, blue] = [
    await insert('red', 10, 0, true),
    await insert('green', 30, 4, false),
    await insert('blue', 20, 0, false),
  ];
  ids = { red: red!.id, green: green!.id, blue: blue!.id };
});

const listed = async () => (await guest.call('GET', `/products?category=${slug}`)).body.items as AnyBody[];
const found = async (query = word) => (await guest.call('GET', `/search?q=${query}`)).body.items as AnyBody[];
const shown = (items: AnyBody[]) => items.map(({ id, in_stock }) => ({ id, in_stock }));
const set = (id: string, values: string) => shop.services.db.run(`update products set ${values} where id = $1`, [id]);
const untilShown = (look: () => Promise<AnyBody[]>, expected: { id: string; in_stock: boolean }[]) =>
  until(async () => JSON.stringify(shown(await look())) === JSON.stringify(expected), JSON.stringify(expected));

it('is shown in lists and search by its lead, in stock while any variant is', async () => {
  const inStock = [{ id: ids.red, in_stock: true }];
  await untilShown(listed, inStock);
  await untilShown(found, inStock);
  await set(ids.green, 'stock_quantity = 0');
  const soldOut = [{ id: ids.red, in_stock: false }];
  await untilShown(listed, soldOut);
  await untilShown(found, soldOut);
  await set(ids.blue, 'stock_quantity = 1');
  await untilShown(listed, inStock);
  await untilShown(found, inStock);
  // A discontinued variant does not count, even if it has units.
  await set(ids.blue, 'deleted_at = now()');
  await untilShown(listed, soldOut);
  await untilShown(found, soldOut);
});

it('is found by the options of each variant that is still sold', async () => {
  const options = async () => {
    const { client, alias } = shop.services.productIndex;
    await client.indices.refresh({ index: alias });
    const { hits } = await client.search<{ tag_stems: string }>({
      index: alias,
      query: { ids: { values: Object.values(ids) } },
      _source: ['tag_stems'],
    });
    return hits.hits.map(({ _id, _source }) => [_id, _source!.tag_stems.split(' ').includes('blue')]);
  };
  await until(async () => JSON.stringify(await options()) === JSON.stringify([[ids.red, true]]), 'blue to be there');
  expect((await found(`${word} blue`))[0]?.id).toBe(ids.red);
  await set(ids.blue, 'deleted_at = now()');
  await until(async () => JSON.stringify(await options()) === JSON.stringify([[ids.red, false]]), 'blue to be gone');
});

it('counts as one product of its category while its lead is sold', async () => {
  const count = async () =>
    (await guest.call('GET', '/categories')).body.items.find((each: AnyBody) => each.slug === slug)?.product_count;
  await until(async () => (await count()) === 1, 'the family to be counted once');
  await set(ids.red, 'deleted_at = now()');
  await until(async () => (await count()) === 0, 'the family to be gone');
});

it('has a page per variant with its own stock and all variants by price', async () => {
  await set(ids.blue, 'deleted_at = now()');
  const { body } = await until(async () => {
    const answer = await guest.call('GET', `/products/${ids.red}`);
    return answer.body.variants?.length === 2 ? answer : undefined;
  }, 'the page to follow');
  expect(body).toMatchObject({ id: ids.red, in_stock: false, option_values: { color: 'red' } });
  expect(shown(body.variants)).toEqual([
    { id: ids.red, in_stock: false },
    { id: ids.green, in_stock: true },
  ]);
  expect((await guest.call('GET', `/products/${ids.green}`)).body.in_stock).toBe(true);
});

it('gets a lead that is still sold when its lead is discontinued', async () => {
  expect((await admin.call('DELETE', `/products/${ids.blue}`)).status).toBe(204);
  expect((await admin.call('DELETE', `/products/${ids.red}`)).status).toBe(204);
  const leads = () =>
    shop.services.db.rows<{ id: string }>('select id from products where id = any($1::uuid[]) and is_family_lead', [
      Object.values(ids),
    ]);
  expect(await leads()).toEqual([{ id: ids.green }]);
  await untilShown(listed, [{ id: ids.green, in_stock: true }]);
  await untilShown(found, [{ id: ids.green, in_stock: true }]);
});

it('gets the cheapest remaining variant as its lead', async () => {
  expect((await admin.call('DELETE', `/products/${ids.red}`)).status).toBe(204);
  await untilShown(listed, [{ id: ids.blue, in_stock: true }]);
});
