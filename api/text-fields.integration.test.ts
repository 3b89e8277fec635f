/** NUL, lone surrogates, and control characters are rejected in every text field, with the field's name, before they reach a store. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../tests/support/accounts.ts';
import { ADDRESS, type AnyBody, createProduct, Shopper, startTestShop, type TestShop } from '../tests/support/shop.ts';

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;

beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
});
afterAll(() => shop?.stop());

const BAD = ['a\u0000b', '\ud800x', 'a\u0007b'];
const checkout = (address: object, email = 'guest@example.test') => ({
  reservation_id: randomUUID(),
  shipping_address: { ...ADDRESS, ...address },
  email,
});
const id = randomUUID();
const product = { sku: 'X', name: 'X', price: 1, stock_quantity: 1, category_id: randomUUID() };

/** Method, path, request body with the invalid text, and the field in the error. */
const FIELDS: [string, string, (text: string) => unknown, string][] = [
  ['POST', '/checkouts', (text) => checkout({ name: text }), 'shipping_address.name'],
  ['POST', '/checkouts', (text) => checkout({ street: text }), 'shipping_address.street'],
  ['POST', '/checkouts', (text) => checkout({ street2: text }), 'shipping_address.street2'],
  ['POST', '/checkouts', (text) => checkout({ city: text }), 'shipping_address.city'],
  ['POST', '/checkouts', (text) => checkout({ state: text }), 'shipping_address.state'],
  ['POST', '/checkouts', (text) => checkout({}, `${text}@example.test`), 'email'],
  ['POST', `/orders/${id}/cancel`, (reason) => ({ reason }), 'reason'],
  ['POST', `/orders/${id}/refunds`, (reason) => ({ all: true, reason }), 'reason'],
  [
    'POST',
    '/auth/register',
    (name) => ({ email: 'a@example.test', password: 'x'.repeat(12), full_name: name }),
    'full_name',
  ],
  ['POST', '/auth/register', (text) => ({ email: `${text}@example.test`, password: 'x'.repeat(12) }), 'email'],
  ['POST', '/auth/register', (text) => ({ email: 'a@example.test', password: `long enough ${text}` }), 'password'],
  ['PATCH', '/me', (full_name) => ({ full_name }), 'full_name'],
  ['POST', '/products', (sku) => ({ ...product, sku }), 'sku'],
  ['POST', '/products', (name) => ({ ...product, name }), 'name'],
  ['POST', '/products', (description) => ({ ...product, description }), 'description'],
  ['POST', '/products', (tag) => ({ ...product, tags: [tag] }), 'tags.0'],
  ['PATCH', `/products/${id}`, (image_url) => ({ image_url: `/${image_url}` }), 'image_url'],
  ['POST', '/support/find', (text) => ({ for: text }), 'for'],
  ['POST', '/admin/recommendations/rollback', (reason) => ({ reason }), 'reason'],
];

describe('text with forbidden characters', () => {
  it.each(FIELDS)('%s %s is rejected with the field’s name', async (method, path, body, blamed) => {
    for (const text of BAD) {
      const answer = await admin.call(method, path, body(text));
      expect(answer.status).toBe(400);
      expect(answer.body.errors.map((each: AnyBody) => each.path)).toContain(blamed);
    }
  });

  it.each([
    ['/search?q=a%00b', 'q'],
    ['/search?category=a%00b', 'category'],
    ['/search/suggest?q=a%00b', 'q'],
    ['/products?category=a%00b', 'category'],
    ['/products?cursor=a%00b', 'cursor'],
  ])('GET %s is rejected with the field’s name', async (path, blamed) => {
    const answer = await new Shopper(shop.api.url).call('GET', path);
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, blamed]);
  });

  it('in a page’s path is not recorded as an event', async () => {
    const event = { event: 'page_view', id: randomUUID(), occurred_at: new Date().toISOString(), path: '/a\u0000b' };
    const answer = await new Shopper(shop.api.url).call('POST', '/events', { events: [event] });
    expect([answer.status, answer.body.errors[0].path]).toEqual([400, 'events.0.path']);
  });

  it('in a cancellation reason leaves the order unchanged; a valid reason cancels it', async () => {
    const shopper = new Shopper(shop.api.url);
    const { order } = await shopper.order((await createProduct(shop.services)).id);
    const refused = await shopper.call('POST', `/orders/${order.id}/cancel`, { reason: 'No\u0000' });
    expect(refused.status).toBe(400);
    expect((await shopper.call('POST', `/orders/${order.id}/cancel`, { reason: 'Two\nlines\tare fine' })).status).toBe(
      200,
    );
    await shopper.untilStatus(order.id, 'canceled');
  });

  it('is a 400 where no schema checks it', async () => {
    const cursor = Buffer.from(JSON.stringify(['a\u0000', 'b'])).toString('base64url');
    const answer = await new Shopper(shop.api.url).call('GET', `/products?cursor=${cursor}`);
    expect(answer.status).toBe(400);
  });
});
