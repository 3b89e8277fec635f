/** Recommendations on real servers, with handmade models. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { type HandMade, publishModel, serveModel } from '../../tests/support/recommendations.ts';
import {
  type AnyBody,
  createProduct,
  Shopper,
  startTestShop,
  type TestProduct,
  type TestShop,
  until,
} from '../../tests/support/shop.ts';

const GRANTED = { 'x-analytics-consent': 'granted' };

let shop: TestShop;
/** In the models, `mug` suggests `bowl`, and `lamp` suggests `shade`; the plain products suggest nothing. */
let mug: TestProduct, bowl: TestProduct, lamp: TestProduct, shade: TestProduct;
let plain: TestProduct[];

const guest = () => new Shopper(shop.api.url);
const ids = (body: AnyBody): string[] => body.items.map(({ id }: { id: string }) => id);
const reasonOf = (body: AnyBody, id: string) => body.items.find((item: { id: string }) => item.id === id)?.reason;
const shown = async (who: Shopper, query = '', headers = {}) =>
  (await who.call('GET', `/recommendations${query}`, undefined, headers)).body;
const look = (who: Shopper, product: TestProduct, headers: Record<string, string> = GRANTED) =>
  who.call(
    'POST',
    '/events',
    {
      events: [
        {
          event: 'product_view',
          id: randomUUID(),
          occurred_at: new Date().toISOString(),
          product_id: product.id,
        },
      ],
    },
    headers,
  );

async function serve(made: HandMade): Promise<string> {
  const id = await publishModel(shop.services, made);
  await until(async () => (await shown(guest())).model === id, 'the model to be served');
  return id;
}
const standard = (): HandMade => ({
  items: [...plain, mug, bowl, lamp, shade].map(({ id }) => id),
  influence: [
    [mug.id, bowl.id, 1],
    [lamp.id, shade.id, 1],
  ],
  companions: [
    [mug.id, bowl.id, 0.9],
    [mug.id, lamp.id, 0.2],
    [lamp.id, shade.id, 0.8],
  ],
});

beforeAll(async () => {
  shop = await startTestShop();
  const named = (name: string) => createProduct(shop.services, { name: `${name} ${randomUUID().slice(0, 8)}` });
  [mug, bowl, lamp, shade] = (await Promise.all(['Mug', 'Bowl', 'Lamp', 'Shade'].map(named))) as [
    TestProduct,
    TestProduct,
    TestProduct,
    TestProduct,
  ];
  plain = await Promise.all(Array.from({ length: 30 }, (_, at) => named(`Thing ${at}`)));
  await shop.services.db.run('delete from recommendation_serving');
});
afterAll(async () => {
  await shop?.services.db.run('delete from recommendation_serving');
  await shop?.stop();
});

async function buy(who: Shopper, ...products: TestProduct[]): Promise<string> {
  const reserved = await who.reserve(products.map(({ id }) => ({ productId: id })));
  const { order, payment } = (await who.checkout(reserved.body.id)).body;
  await who.pay({ payment });
  await who.untilStatus(order.id, 'paid');
  return order.id;
}

describe('without a model', () => {
  it('shows popular and then new products, and products with a similar text', async () => {
    const { db } = shop.services;
    const answer = await guest().call('GET', '/recommendations?limit=10');
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(answer.body.model).toBe('untrained');
    expect(answer.body.items).toHaveLength(10);
    for (const { reason } of answer.body.items) expect(['popular', 'new']).toContain(reason.kind);

    const word = `Zephyr${randomUUID().slice(0, 6).replaceAll(/\d/g, 'x')}`;
    const one = await createProduct(shop.services, { name: `${word} kettle` });
    const other = await createProduct(shop.services, { name: `${word} teapot` });
    // Similar products are cached, so both must be searchable before the first request.
    const search = async () => (await guest().call('GET', `/search?q=${word}`)).body.total === 2;
    await until(search, 'both products to be searchable');
    const similar = (await guest().call('GET', `/products/${one.id}/similar`)).body;
    expect(similar.items[0]).toMatchObject({
      id: other.id,
      reason: { kind: 'similar', text: `Similar to ${word} kettle`, product_id: one.id },
    });
    expect(ids(similar)).not.toContain(one.id);
    const left = await db.row<{ count: number }>('select count(*) from recommendation_serving');
    expect(left!.count).toBe(0);
  });

  it('does not show products in the cart', async () => {
    const who = guest();
    const shownIds = async () => ids((await who.call('GET', '/recommendations?limit=30')).body);
    const inCart = (await shownIds()).slice(0, 5);
    for (const id of inCart) expect((await who.call('PUT', `/cart/items/${id}`, { quantity: 1 })).status).toBe(200);
    for (let times = 0; times < 3; times += 1)
      expect((await shownIds()).filter((id) => inCart.includes(id))).toEqual([]);
  });
});

describe('a model', () => {
  it('is used as soon as it is served; if it is damaged, the previous one stays in use', async () => {
    const { db } = shop.services;
    const first = await serve(standard());
    const second = await serve({ ...standard(), items: [...standard().items].reverse() });
    expect(second).not.toBe(first);
    const damaged = await publishModel(shop.services, standard());
    await db.run(`update recommendation_parts set bytes = overlay(bytes placing '\\xffff' from 200) where owner = $1`, [
      damaged,
    ]);
    await serveModel(shop.services, damaged);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect((await shown(guest())).model).toBe(second);
    const third = await serve(standard());
    expect((await shown(guest())).model).toBe(third);
  });
});

describe('a shopper', () => {
  beforeAll(() => serve(standard()).then(() => undefined));

  it('gets recommendations based on a recent purchase, but not on a refunded one', async () => {
    const who = await signedIn(shop);
    expect(reasonOf(await shown(who), bowl.id)?.kind).not.toBe('bought');
    const order = await buy(who, mug);
    const because = await until(async () => {
      const reason = reasonOf(await shown(who), bowl.id);
      return reason?.kind === 'bought' ? reason : undefined;
    }, 'the purchase to affect recommendations');
    expect(because).toEqual({ kind: 'bought', text: `Because you bought ${mug.name}`, product_id: mug.id });
    expect(ids(await shown(who))[0]).toBe(bowl.id);
    expect(ids(await shown(who, '?limit=30'))).not.toContain(mug.id);
    const again = await shown(who, '?repeats=true&limit=30');
    expect(reasonOf(again, mug.id)).toEqual({ kind: 'again', text: 'You bought this before', product_id: null });

    await who.call('POST', `/orders/${order}/refunds`, { all: true, reason: 'too small' });
    await until(
      async () => reasonOf(await shown(who, '?limit=30'), bowl.id)?.kind !== 'bought',
      'the refund to affect recommendations',
    );
    expect(reasonOf(await shown(who, '?repeats=true&limit=30'), mug.id)?.kind).not.toBe('again');
  });

  it('gets recommendations based on the lines of an order that were not refunded', async () => {
    const who = await signedIn(shop);
    const order = await buy(who, mug, lamp);
    const kinds = async () => {
      const body = await shown(who, '?limit=30');
      return [bowl, shade].map(({ id }) => reasonOf(body, id)?.kind === 'bought');
    };
    await until(async () => (await kinds()).every(Boolean), 'both purchases to affect recommendations');
    for (const product of [lamp, mug]) {
      const lines = [{ product_id: product.id, quantity: 1 }];
      await who.call('POST', `/orders/${order}/refunds`, { reason: 'not needed', lines });
      const expected = product === lamp ? [true, false] : [false, false];
      await until(
        async () => String(await kinds()) === String(expected),
        `the refund of ${product.name} to affect recommendations`,
      );
    }
  });

  it('is not shown products that others have reserved, or deleted ones', async () => {
    const who = await signedIn(shop);
    const target = await createProduct(shop.services, { name: `Rare ${randomUUID()}`, stock: 1 });
    const other = await createProduct(shop.services, { name: `Gone ${randomUUID()}`, stock: 1 });
    await serve({
      items: [...standard().items, target.id, other.id],
      influence: [
        [mug.id, target.id, 1],
        [mug.id, other.id, 0.9],
      ],
      companions: [
        [mug.id, target.id, 1],
        [mug.id, other.id, 0.9],
      ],
    });
    await look(who, mug);
    expect(ids(await shown(who)).slice(0, 2)).toEqual([target.id, other.id]);
    const reserved = await guest().reserve([{ productId: target.id }]);
    expect(reserved.status).toBe(201);
    expect(ids(await shown(who, '?limit=30'))).not.toContain(target.id);
    const similar = () => guest().call('GET', `/products/${mug.id}/similar`);
    expect(ids((await similar()).body)[0]).toBe(other.id);

    const admin = await signedIn(shop, 'admin');
    await admin.call('DELETE', `/products/${other.id}`);
    expect(ids(await shown(who, '?limit=30'))).not.toContain(other.id);
    expect(ids((await similar()).body)).not.toContain(other.id);
    expect((await guest().call('GET', `/products/${other.id}/similar`)).status).toBe(404);
    await serve(standard());
  });

  it('sees different products than another shopper', async () => {
    const [one, other] = [await signedIn(shop), await signedIn(shop)];
    await look(one, mug);
    await look(other, lamp);
    expect(ids(await shown(one))[0]).toBe(bowl.id);
    expect(ids(await shown(other))[0]).toBe(shade.id);
  });

  it('is shown a family once, by its lead, whichever variant is suggested', async () => {
    const { db } = shop.services;
    const family = await db.row<{ id: string }>(`insert into product_families (name) values ('Cups') returning id`);
    const lead = await createProduct(shop.services, { name: `Cup ${randomUUID()}`, stock: 1 });
    const variant = await createProduct(shop.services, { name: 'Cup, large' });
    await db.run('update products set family_id = $1, is_family_lead = id = $2 where id in ($2, $3)', [
      family!.id,
      lead.id,
      variant.id,
    ]);
    await serve({
      items: [...standard().items, lead.id, variant.id],
      influence: [
        [mug.id, variant.id, 1],
        [mug.id, lead.id, 0.5],
        [variant.id, shade.id, 1],
      ],
    });
    const who = await signedIn(shop);
    await look(who, mug);
    const list = async () => ids(await shown(who, '?limit=30'));
    await until(async () => (await list())[0] === lead.id, 'the family to be shown by its lead');
    expect((await list()).filter((id) => id === lead.id || id === variant.id)).toEqual([lead.id]);
    // Only the lead is reserved, so the other variant can still be bought.
    await guest().reserve([{ productId: lead.id }]);
    expect((await list())[0]).toBe(lead.id);
    await guest().reserve([{ productId: variant.id, quantity: 10 }]);
    expect(await list()).not.toContain(lead.id);
    await serve(standard());
  });
});

describe('a guest', () => {
  it('gets recommendations based on viewed products only with consent', async () => {
    const who = guest();
    await look(who, mug, {});
    expect(reasonOf(await shown(who, '?limit=30', GRANTED), bowl.id)?.kind).not.toBe('viewed');
    await look(who, mug);
    const body = await shown(who, '', GRANTED);
    expect(body.items[0]).toMatchObject({
      id: bowl.id,
      name: bowl.name,
      in_stock: true,
      reason: { kind: 'viewed', text: `Because you looked at ${mug.name}`, product_id: mug.id },
    });
    for (const headers of [{}, { ...GRANTED, dnt: '1' }])
      expect(reasonOf(await shown(who, '?limit=30', headers), bowl.id)?.kind).not.toBe('viewed');
  });

  it('gets recommendations based on their cart, without the products in it', async () => {
    const who = guest();
    const suggestions = async () => (await who.call('GET', '/cart/suggestions')).body;
    expect((await suggestions()).items).toEqual([]);
    await who.call('PUT', `/cart/items/${mug.id}`, { quantity: 1 });
    expect((await suggestions()).items[0]).toMatchObject({
      id: bowl.id,
      reason: { kind: 'in_cart', text: `Goes with ${mug.name} in your cart`, product_id: mug.id },
    });
    expect(reasonOf(await shown(who), bowl.id)?.kind).toBe('in_cart');
    await who.call('PUT', `/cart/items/${bowl.id}`, { quantity: 1 });
    expect(ids(await suggestions())).not.toContain(bowl.id);
    expect(ids(await suggestions())).not.toContain(mug.id);
    expect(ids(await shown(who, '?limit=30'))).not.toContain(bowl.id);
    await who.call('DELETE', `/cart/items/${bowl.id}`);
    await who.call('DELETE', `/cart/items/${mug.id}`);
    expect((await suggestions()).items).toEqual([]);
  });

  it('gets no suggestions for the cart after its purchase', async () => {
    const who = guest();
    await who.call('PUT', `/cart/items/${mug.id}`, { quantity: 1 });
    expect((await who.call('GET', '/cart/suggestions')).body.items.length).toBeGreaterThan(0);
    const reserved = await who.call('POST', '/reservations', {}, { 'idempotency-key': randomUUID() });
    const { order, payment } = (await who.checkout(reserved.body.id)).body;
    await who.pay({ payment });
    await who.untilStatus(order.id, 'paid');
    const isEmpty = async () => (await who.call('GET', '/cart/suggestions')).body.items.length === 0;
    await until(isEmpty, 'the cart to be empty');
  });

  it('without a history sees different products than other guests, but the same on every request', async () => {
    const guests = Array.from({ length: 8 }, guest);
    const lists = await Promise.all(guests.map((who) => shown(who).then((body) => ids(body).join())));
    expect(new Set(lists).size).toBeGreaterThan(4);
    for (const list of lists) expect(list.split(',')).toHaveLength(10);
    expect(ids(await shown(guests[0]!)).join()).toBe(lists[0]);
  });
});

describe('a product', () => {
  it('has companions with reasons, and a 304 if nothing changed', async () => {
    const first = await guest().call('GET', `/products/${mug.id}/similar?limit=2`);
    expect(ids(first.body)).toEqual([bowl.id, lamp.id]);
    expect(first.body.items[0].reason).toEqual({
      kind: 'together',
      text: `Often bought with ${mug.name}`,
      product_id: mug.id,
    });
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const again = { 'if-none-match': first.headers.get('etag')! };
    expect((await guest().call('GET', `/products/${mug.id}/similar?limit=2`, undefined, again)).status).toBe(304);
  });

  it('that is new is shown to shoppers who like a similar one', async () => {
    const word = `Quoll${randomUUID().slice(0, 6).replaceAll(/\d/g, 'x')}`;
    const known = await createProduct(shop.services, { name: `${word} blanket` });
    const model = await serve({ items: [...standard().items, known.id] });
    const fresh = await createProduct(shop.services, { name: `${word} pillow` });
    const who = await signedIn(shop);
    await look(who, known);
    const reason = await until(
      async () => reasonOf(await shown(who, '?limit=10'), fresh.id),
      'the new product to be recommended',
      20_000,
    );
    expect(reason).toEqual({ kind: 'new', text: `New in the shop, similar to ${known.name}`, product_id: known.id });
    const unlike = await signedIn(shop);
    await look(unlike, lamp);
    // It may be shown as one of the newest products, but not as similar to another one.
    expect(reasonOf(await shown(unlike, '?limit=30'), fresh.id)?.text ?? '').not.toContain('similar to');
    expect((await shown(who)).model).toBe(model);
    await serve(standard());
  });

  it('that does not exist is not found, and invalid requests are rejected', async () => {
    expect((await guest().call('GET', `/products/${randomUUID()}/similar`)).status).toBe(404);
    for (const path of [
      '/recommendations?limit=0',
      '/recommendations?limit=31',
      '/recommendations?repeats=maybe',
      '/recommendations?color=red',
      `/products/${mug.id}/similar?limit=31`,
      '/products/x/similar',
      '/cart/suggestions?limit=0',
    ])
      expect([path, (await guest().call('GET', path)).status]).toEqual([path, 400]);
  });
});

describe('while a server is unavailable', () => {
  it('still recommends products while the stock counters are rebuilding', async () => {
    await shop.services.stockCounters.close();
    const who = guest();
    await look(who, mug);
    expect(ids(await shown(who, '', GRANTED))[0]).toBe(bowl.id);
  });
});
