/** The response to an invalid request lists all of its problems at once, each with its path. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from './support/accounts.ts';
import { documentedOperations, fillIn } from './support/operations.ts';
import { type AnyBody, newCartId, startTestShop, type TestShop } from './support/shop.ts';

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
});
afterAll(() => shop?.stop());

const ID = randomUUID();
const EXTRA = { extra: true };
const decision = { body: { reason: '', ...EXTRA }, paths: ['', 'reason'] };
const token = { body: { refresh_token: '' }, paths: ['refresh_token'] };
const payloads = { body: { payloads: 'all' }, paths: ['payloads'] };

/** Invalid bodies and the paths of their problems; an unknown field is reported with the path of its parent. */
const BAD_BODIES: Readonly<Record<string, { body: object; paths: string[] }>> = {
  'POST /api/products': {
    body: {
      sku: '',
      name: '',
      description: 5,
      price: 0,
      currency: 'xyz',
      stock_quantity: -1,
      category_id: 'tools',
      image_url: 'ftp://example.test/x.png',
      tags: ['copper', ''],
      ...EXTRA,
    },
    paths: [
      '',
      'category_id',
      'currency',
      'description',
      'image_url',
      'name',
      'price',
      'sku',
      'stock_quantity',
      'tags.1',
    ],
  },
  'PATCH /api/products/{id}': {
    body: { name: '', price: -1, stock_delta: 1.5, tags: 'copper', ...EXTRA },
    paths: ['', 'name', 'price', 'stock_delta', 'tags'],
  },
  'POST /api/cart/items': { body: { product_id: 'mug', quantity: 0, ...EXTRA }, paths: ['', 'product_id', 'quantity'] },
  'PUT /api/cart/items/{product_id}': { body: { quantity: 0, ...EXTRA }, paths: ['', 'quantity'] },
  'POST /api/auth/register': {
    body: { email: 'nobody', password: 'short', full_name: '', role: 'admin' },
    paths: ['', 'email', 'full_name', 'password'],
  },
  'POST /api/auth/password-resets': { body: { email: 'nobody' }, paths: ['email'] },
  'PUT /api/auth/password': { body: { token: '', password: 'short' }, paths: ['password', 'token'] },
  'POST /api/auth/email-confirmations': { body: { token: 7 }, paths: ['token'] },
  'PUT /api/me/password': {
    body: { current_password: '', new_password: 'short' },
    paths: ['current_password', 'new_password'],
  },
  'POST /api/me/email': { body: { email: 'nobody', password: '' }, paths: ['email', 'password'] },
  'POST /api/me/closure': { body: {}, paths: ['password'] },
  'POST /api/orders/find': { body: { number: '12', email: 'nobody' }, paths: ['email', 'number'] },
  'POST /api/auth/login': { body: { email: 'nobody', password: '' }, paths: ['email', 'password'] },
  'POST /api/auth/refresh': token,
  'POST /api/auth/logout': token,
  'PATCH /api/me': { body: { full_name: '', role: 'admin' }, paths: ['', 'full_name'] },
  'POST /api/reservations': {
    body: {
      items: [
        { product_id: 'kettle', quantity: 0 },
        { product_id: ID, quantity: 101, ...EXTRA },
      ],
    },
    paths: ['items.0.product_id', 'items.0.quantity', 'items.1', 'items.1.quantity'],
  },
  'POST /api/checkouts': {
    body: {
      reservation_id: 'mine',
      email: 'nobody',
      shipping_address: { name: '', street: '', city: '', postal_code: 'ABC', country: 'USA', ...EXTRA },
    },
    paths: [
      'email',
      'reservation_id',
      'shipping_address',
      'shipping_address.city',
      'shipping_address.country',
      'shipping_address.name',
      'shipping_address.postal_code',
      'shipping_address.street',
    ],
  },
  'PATCH /api/orders/{id}': {
    body: { email: 'nobody', shipping_address: { street: '' }, ...EXTRA },
    paths: [
      '',
      'email',
      'shipping_address.city',
      'shipping_address.country',
      'shipping_address.postal_code',
      'shipping_address.street',
    ],
  },
  'POST /api/orders/{id}/cancel': decision,
  'POST /api/orders/{id}/refunds': {
    body: {
      amount: -1,
      lines: [{ product_id: 'kettle', quantity: 0 }],
      reason: '',
      restock: 'yes',
      await_return: 'no',
      ...EXTRA,
    },
    paths: ['', 'amount', 'await_return', 'lines.0.product_id', 'lines.0.quantity', 'reason', 'restock'],
  },
  'POST /api/refunds/{id}/approve': decision,
  'POST /api/refunds/{id}/reject': decision,
  'POST /api/refunds/{id}/withdraw': decision,
  'POST /api/events': {
    body: { events: [{ event: 'page_view', id: 'one', occurred_at: 'yesterday', path: 'home' }] },
    paths: ['events.0.id', 'events.0.occurred_at', 'events.0.path'],
  },
  'PUT /api/recommendations/choices': { body: { personalized: 'no', ...EXTRA }, paths: ['', 'personalized'] },
  'POST /api/admin/recommendations/retrain': {
    body: { reason: '', publish_anyway: 'no', ...EXTRA },
    paths: ['', 'publish_anyway', 'reason'],
  },
  'POST /api/admin/recommendations/rollback': decision,
  'POST /api/support/find': { body: { for: '', ...EXTRA }, paths: ['', 'for'] },
  'POST /api/codec/decode': payloads,
  'POST /api/codec/encode': payloads,
};

const BAD_QUERIES: Readonly<Record<string, { query: string; paths: string[] }>> = {
  'GET /api/products': {
    query: 'category=&min_price=-1&max_price=1000000&sort=best&cursor=&limit=0',
    paths: ['category', 'cursor', 'limit', 'max_price', 'min_price', 'sort'],
  },
  'GET /api/search': {
    query: `q=${'x'.repeat(201)}&min_price=low&max_price=-1&page=0&limit=101`,
    paths: ['limit', 'max_price', 'min_price', 'page', 'q'],
  },
  'GET /api/search/suggest': { query: 'q=&limit=21', paths: ['limit', 'q'] },
  'GET /api/orders': { query: 'cursor=&limit=101', paths: ['cursor', 'limit'] },
  'GET /api/orders/events': { query: 'id=mine', paths: ['id'] },
  'GET /api/refunds': { query: 'status=succeeded', paths: ['status'] },
  'GET /api/admin/analytics/events': {
    query: 'from=yesterday&to=9999-01-01T00:00:00Z&interval=2h&extra=1',
    paths: ['', 'from', 'interval', 'to'],
  },
  'GET /api/admin/analytics/recommendations': { query: 'from=yesterday&to=now&extra=1', paths: ['', 'from', 'to'] },
  'GET /api/recommendations': { query: 'limit=31&repeats=maybe&extra=1', paths: ['', 'limit', 'repeats'] },
  'GET /api/products/{id}/similar': { query: 'limit=31&extra=1', paths: ['', 'limit'] },
  'GET /api/cart/suggestions': { query: 'limit=31&extra=1', paths: ['', 'limit'] },
};

async function expectProblem(
  name: string,
  params: Record<string, string>,
  { query = '', body, headers }: { query?: string; body?: unknown; headers?: Record<string, string> },
  where: 'body' | 'query' | 'address' | 'headers',
  paths: string[],
): Promise<void> {
  const [method, path] = name.split(' ') as [string, string];
  const answer = await admin.call(method, `${fillIn(path, params).slice('/api'.length)}${query}`, body, {
    'x-request-id': 'my-request-1',
    ...headers,
  });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  const { errors, ...problem } = answer.body;
  expect(problem).toEqual({
    type: '/api/problems/invalid_request',
    title: 'The request is not valid',
    status: 400,
    code: 'invalid_request',
    detail: `The ${where} ${where === 'headers' ? 'are' : 'is'} not valid. See errors.`,
    request_id: 'my-request-1',
  });
  expect(answer.status).toBe(400);
  expect([...new Set(errors.map((error: AnyBody) => error.path))].sort()).toEqual(paths);
  for (const { message } of errors) expect(message).toMatch(/\w/);
}

const PARAMS = { id: ID, product_id: ID };
const operationsThat = (has: (operation: (typeof documentedOperations)[number]) => boolean) =>
  documentedOperations.filter(has).map(({ name }) => name);

describe('a body', () => {
  it('that can be invalid is listed here', () => {
    const withBody = operationsThat(({ hasBody }) => hasBody);
    // Stripe's events are verified by their signature instead.
    expect([...Object.keys(BAD_BODIES), 'POST /api/webhooks/stripe'].sort()).toEqual(withBody.sort());
  });

  it.each(Object.entries(BAD_BODIES))('of %s is rejected with all of its problems', async (name, { body, paths }) => {
    await expectProblem(name, PARAMS, { body }, 'body', paths);
  });

  it('of a guest’s checkout requires an email address', async () => {
    const address = { street: '1 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };
    const body = { reservation_id: ID, shipping_address: address };
    const answer = await fetch(`${shop.api.url}/api/checkouts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-cart-id': newCartId() },
      body: JSON.stringify(body),
    });
    expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path: 'email' }] });
  });
});

describe('a query', () => {
  it('that can be invalid is listed here', () => {
    expect(Object.keys(BAD_QUERIES).sort()).toEqual(operationsThat(({ hasQuery }) => hasQuery).sort());
  });

  it.each(Object.entries(BAD_QUERIES))('of %s is rejected with all of its problems', async (name, { query, paths }) => {
    await expectProblem(name, PARAMS, { query: `?${query}` }, 'query', paths);
  });
});

describe('a path', () => {
  const withId = operationsThat(({ path }) => /\{(id|product_id)\}/.test(path));
  it.each(withId)('of %s is rejected with an invalid ID', async (name) => {
    const param = name.includes('{product_id}') ? 'product_id' : 'id';
    const { body } = BAD_BODIES[name] ?? {};
    await expectProblem(name, { [param]: 'not-an-id' }, { body }, 'address', [param]);
  });

  it('of a list is rejected with a name that is too long', async () => {
    await expectProblem('GET /api/support/lists/{name}', { name: 'x'.repeat(101) }, {}, 'address', ['name']);
  });
});

describe('an Idempotency-Key', () => {
  const keyed = [
    'POST /api/products',
    'PATCH /api/products/{id}',
    'POST /api/reservations',
    'POST /api/orders/{id}/refunds',
  ];
  it.each(keyed)('of %s is rejected when it is invalid', async (name) => {
    for (const key of ['', 'two words', 'x'.repeat(256), 'ké'])
      await expectProblem(
        name,
        PARAMS,
        { body: BAD_BODIES[name]!.body, headers: { 'idempotency-key': key } },
        'headers',
        ['idempotency-key'],
      );
  });
});
