/** Every bound of what is sent to the API, at its edge: the last value that is taken, and the first that is not. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { loginBody, profilePatch, registerBody } from './accounts.ts';
import { eventBatch } from './analytics.ts';
import { cartItemBody } from './cart.ts';
import { productCreate, productListQuery, productPatch } from './catalog.ts';
import { codecBody } from './codec.ts';
import { idempotencyHeaders, idParams } from './common.ts';
import { cancelBody, checkoutBody, orderListQuery } from './orders.ts';
import { companionQuery, recommendationQuery, retrainBody, rollbackBody } from './recommendations.ts';
import { decisionBody, refundBody } from './refunds.ts';
import { reservationBody } from './reservations.ts';
import { searchQuery, suggestQuery } from './search.ts';
import { listParams } from './support.ts';

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const x = (length: number) => 'x'.repeat(length);
const list = <Item>(length: number, item: (index: number) => Item) => Array.from({ length }, (_, index) => item(index));
/** An address of so many characters that is right otherwise. */
const emailOf = (length: number) => {
  const labels = list(20, () => x(9)).join('.');
  return `${x(60)}@${labels.slice(-(length - 66)).replace(/^\./, 'x')}.test`;
};

const product = { sku: 'KET-1', name: 'Kettle', price: 5, stock_quantity: 1, category_id: id(1) };
const address = { street: '1 Main Street', city: 'Springfield', postal_code: '12345', country: 'US' };
const checkout = (change: object) => ({ reservation_id: id(1), shipping_address: { ...address, ...change } });
/** As it comes by JSON, without what is undefined. */
const event = (change: object) =>
  JSON.parse(
    JSON.stringify({
      event: 'add_to_cart',
      id: id(1),
      occurred_at: new Date().toISOString(),
      product_id: id(1),
      quantity: 1,
      ...change,
    }),
  );

interface Bound {
  schema: z.ZodType;
  /** A whole request around the value. */
  around: (value: unknown) => unknown;
  path: string;
  taken: unknown[];
  refused: unknown[];
}

const bound = (
  schema: z.ZodType,
  path: string,
  taken: unknown[],
  refused: unknown[],
  around: Bound['around'] = (value) => ({ [path]: value }),
): Bound => ({ schema, path, taken, refused, around });

const ofProduct = (path: string, taken: unknown[], refused: unknown[], name = path.split('.')[0]!) =>
  bound(productCreate, path, taken, refused, (value) => ({ ...product, [name]: value }));
const ofAddress = (name: string, taken: unknown[], refused: unknown[]) =>
  bound(checkoutBody, `shipping_address.${name}`, taken, refused, (value) => checkout({ [name]: value }));
const ofEvent = (name: string, taken: unknown[], refused: unknown[], more: object = {}) =>
  bound(eventBatch, `events.0.${name}`, taken, refused, (value) => ({
    events: [event({ ...more, [name]: value })],
  }));

const QUANTITIES = { taken: [1, 2, 99, 100], refused: [0, -1, 101, 1.5, '1', null] };
const REASONS = { taken: ['x', x(500), `${x(500)}  `, 'two\nlines'], refused: ['', '   ', x(501)] };
const limitOf = (most: number) => ({
  taken: ['1', String(most)],
  refused: ['0', '-1', String(most + 1), '1.5', 'all'],
});

const BOUNDS: Bound[] = [
  bound(cartItemBody, 'quantity', QUANTITIES.taken, QUANTITIES.refused),
  bound(reservationBody, 'items.0.quantity', QUANTITIES.taken, QUANTITIES.refused, (quantity) => ({
    items: [{ product_id: id(1), quantity }],
  })),
  bound(refundBody, 'lines.0.quantity', QUANTITIES.taken, QUANTITIES.refused, (quantity) => ({
    lines: [{ product_id: id(1), quantity }],
    reason: 'x',
  })),
  bound(
    reservationBody,
    'items',
    [undefined, ...[1, 50].map((count) => list(count, (index) => ({ product_id: id(index), quantity: 1 })))],
    [
      [],
      list(51, (index) => ({ product_id: id(index), quantity: 1 })),
      list(2, () => ({ product_id: id(1), quantity: 1 })),
    ],
  ),
  bound(
    refundBody,
    'lines',
    [
      undefined,
      list(1, () => ({ product_id: id(1), quantity: 1 })),
      list(100, () => ({ product_id: id(1), quantity: 1 })),
    ],
    [[], list(101, () => ({ product_id: id(1), quantity: 1 }))],
    (lines) => ({ lines, reason: 'x' }),
  ),
  bound(refundBody, 'amount', [undefined, 0.01, 99_999_999], [0, -0.01, 100_000_000, '1'], (amount) => ({
    amount,
    reason: 'x',
  })),
  ...[refundBody, decisionBody, cancelBody, rollbackBody, retrainBody].map((schema) =>
    bound(schema, 'reason', REASONS.taken, REASONS.refused),
  ),

  ofProduct('sku', ['x', x(64)], ['', ' ', x(65)]),
  ofProduct('name', ['x', x(255), ` ${x(255)} `], ['', ' ', x(256), 'two\nlines']),
  ofProduct('description', ['', x(5_000), 'two\nlines'], [x(5_001), null]),
  ofProduct('price', [0.01, 999_999.99], [0, -0.01, 1_000_000, 999_999.991, '5', Number.POSITIVE_INFINITY]),
  ofProduct('currency', [undefined, 'usd', 'jpy'], ['USD', 'us', 'xxx', '']),
  ofProduct('stock_quantity', [0, 10_000_000], [-1, 10_000_001, 0.5]),
  ofProduct('category_id', [id(1)], ['tools', '', `${id(1)}0`]),
  ofProduct(
    'image_url',
    ['/a', 'https://example.test/a.png', `/${x(499)}`],
    ['//elsewhere.test/a', 'a.png', 'ftp://example.test/a', 'javascript:alert(1)', `/${x(500)}`, ''],
  ),
  ofProduct('tags', [[], list(30, () => 'tag')], [list(31, () => 'tag'), 'tag']),
  ofProduct('tags.0', [['x'], [x(50)]], [[''], [x(51)]]),
  bound(productPatch, 'stock_delta', [1, -1, 10_000_000, -10_000_000], [0, 0.5, 10_000_001, -10_000_001]),
  bound(productPatch, 'stock_version', [1], [0, 1.5], (stock_version) => ({ stock_quantity: 1, stock_version })),
  bound(productPatch, 'price', [0.01, 999_999.99], [0, 1_000_000]),
  bound(productPatch, 'name', [x(255)], ['', x(256)]),
  bound(productPatch, 'description', ['', x(5_000)], [x(5_001)]),

  ofAddress(
    'postal_code',
    ['12345', '12345-6789'],
    ['1234', '123456', '12345-', '12345-678', '12345-67890', '1234a', ' 12345', '12345\n', ''],
  ),
  ofAddress('country', ['US', 'us', 'De'], ['U', 'USA', 'U1', '', 'ÜS']),
  ofAddress('street', ['x', x(255)], ['', ' ', x(256), undefined]),
  ofAddress('city', ['x', x(255)], ['', x(256), undefined]),
  ofAddress('name', [undefined, 'x', x(255)], ['', x(256)]),
  ofAddress('street2', [undefined, '', x(255)], [x(256)]),
  ofAddress('state', [undefined, '', x(100)], [x(101)]),
  bound(
    checkoutBody,
    'email',
    [undefined, 'a@example.test', emailOf(255)],
    ['', 'a', 'a@b', emailOf(256)],
    (email) => ({
      ...checkout({}),
      email,
    }),
  ),

  bound(registerBody, 'email', ['a@example.test', emailOf(255)], ['', 'a', emailOf(256)], (email) => ({
    email,
    password: x(10),
  })),
  bound(registerBody, 'password', [x(10), x(200), ' '.repeat(10)], [x(9), x(201), ''], (password) => ({
    email: 'a@example.test',
    password,
  })),
  bound(registerBody, 'full_name', [undefined, 'x', x(255)], ['', x(256)], (full_name) => ({
    email: 'a@example.test',
    password: x(10),
    full_name,
  })),
  bound(loginBody, 'password', ['x', x(200)], ['', x(201)], (password) => ({ email: 'a@example.test', password })),
  bound(profilePatch, 'full_name', [null, 'x', x(255)], ['', x(256)]),

  bound(idempotencyHeaders, 'idempotency-key', [undefined, 'x', '!~', x(255)], ['', 'a b', 'é', 'a\tb', x(256)]),
  bound(idParams, 'id', [id(1)], ['', '1', `${id(1)}0`, id(1).slice(1)]),
  bound(listParams, 'name', ['x', x(100)], ['', x(101)]),
  bound(productListQuery, 'limit', limitOf(100).taken, limitOf(100).refused),
  bound(productListQuery, 'min_price', ['0', '999999.99'], ['-0.01', '1000000', 'low']),
  bound(productListQuery, 'max_price', ['0', '999999.99'], ['-0.01', '1000000']),
  bound(productListQuery, 'category', ['x', x(100)], ['', x(101)]),
  bound(productListQuery, 'cursor', ['x', x(300)], ['', x(301)]),
  bound(productListQuery, 'sort', ['newest', 'price_asc', 'price_desc'], ['best', '']),
  bound(orderListQuery, 'limit', limitOf(100).taken, limitOf(100).refused),
  bound(searchQuery, 'q', ['', x(200)], [x(201)]),
  bound(searchQuery, 'page', ['1', '400'], ['0', '401', '1.5']),
  bound(searchQuery, 'limit', limitOf(100).taken, limitOf(100).refused),
  bound(searchQuery, 'category', [undefined, '', 'a,b', x(2_000)], [x(2_001)]),
  bound(suggestQuery, 'q', ['x', x(100)], ['', x(101)]),
  bound(suggestQuery, 'limit', limitOf(20).taken, limitOf(20).refused, (limit) => ({ q: 'x', limit })),
  bound(recommendationQuery, 'limit', limitOf(30).taken, limitOf(30).refused),
  bound(companionQuery, 'limit', limitOf(30).taken, limitOf(30).refused),
  bound(codecBody, 'payloads', [[], list(2_000, () => ({}))], [list(2_001, () => ({}))]),

  bound(
    eventBatch,
    'events',
    [1, 100].map((count) => list(count, () => event({}))),
    [[], list(101, () => event({}))],
  ),
  ofEvent('quantity', QUANTITIES.taken, QUANTITIES.refused),
  ofEvent('price', [undefined, 0, 10_000_000], [-0.01, 10_000_000.01]),
  ofEvent('path', ['/', `/${x(299)}`], [`/${x(300)}`, 'a', '/a?q=1', '/a#b', '/a@b', '/a%40b', '/a b'], {
    event: 'page_view',
    product_id: undefined,
    quantity: undefined,
  }),
  ofEvent('position', [1, 30], [0, 31, 1.5], { event: 'click', quantity: undefined, model: 'm-1', placement: 'home' }),
];

const described = ({ path }: Bound, index: number) => `${path} (${index})`;

describe.each(BOUNDS.map((each, index) => [described(each, index), each] as const))('%s', (_, each) => {
  const { schema, around, path, taken, refused } = each;

  const blamed = (value: unknown) => {
    const issues = schema.safeParse(around(value)).error?.issues ?? [];
    return [...new Set(issues.map((issue) => issue.path.join('.')))];
  };

  it('is taken up to its bounds', () => {
    expect(taken.map((value) => [value, blamed(value)])).toEqual(taken.map((value) => [value, []]));
  });

  it('is refused beyond them, by its path', () => {
    expect(refused.map((value) => [value, blamed(value)])).toEqual(refused.map((value) => [value, [path]]));
  });
});

describe('what is taken', () => {
  it('is kept without the blanks around it, and as it is compared', () => {
    expect(registerBody.parse({ email: ' Ada@Example.TEST ', password: ` ${x(10)} ` })).toEqual({
      email: 'ada@example.test',
      password: ` ${x(10)} `,
    });
    expect(checkoutBody.parse(checkout({ country: 'us', city: ' Springfield ' })).shipping_address).toMatchObject({
      country: 'US',
      city: 'Springfield',
    });
    expect(idParams.parse({ id: 'ABCDEF00-0000-4000-8000-000000000001' }).id).toBe(
      'abcdef00-0000-4000-8000-000000000001',
    );
  });

  it('has its defaults', () => {
    expect(productListQuery.parse({})).toEqual({ sort: 'newest', limit: 24 });
    expect(searchQuery.parse({})).toEqual({ q: '', category: [], page: 1, limit: 24 });
    expect(suggestQuery.parse({ q: 'x' }).limit).toBe(8);
    expect(orderListQuery.parse({})).toEqual({ limit: 20 });
    expect(recommendationQuery.parse({})).toEqual({ limit: 10, repeats: 'false' });
    expect(productCreate.parse(product)).toEqual({ ...product, description: '', tags: [] });
    expect(refundBody.parse({ reason: 'x' })).toEqual({ reason: 'x', restock: false });
    expect(retrainBody.parse({})).toEqual({ publish_anyway: false });
  });
});
