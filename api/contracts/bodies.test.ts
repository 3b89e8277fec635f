/** Limits of the API's request fields: the last accepted and the first rejected value of each. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { MAX_PRICE } from '../../domain/price.ts';
import { MAX_STOCK } from '../../domain/stock.ts';
import { loginBody, profilePatch, refreshBody, registerBody } from './accounts.ts';
import { cartItemBody, cartItemParams } from './cart.ts';
import { productCreate, productListQuery, productPatch } from './catalog.ts';
import { codecBody } from './codec.ts';
import { idempotencyHeaders, idParams } from './common.ts';
import { cancelBody, checkoutBody, orderListQuery } from './orders.ts';
import {
  companionQuery,
  recommendationChoicesPatch,
  recommendationQuery,
  retrainBody,
  rollbackBody,
} from './recommendations.ts';
import { decisionBody, refundBody, waitingQuery } from './refunds.ts';
import { reservationBody } from './reservations.ts';
import { searchQuery, suggestQuery } from './search.ts';
import { findBody, listParams } from './support.ts';
import { ADDRESS, ID, letters, linesOf, PRODUCT, problemsOf } from './testing.ts';

const NUL = 'a\u0000b';

/** A valid email address of this length. */
function emailOf(length: number): string {
  const labels = `${letters(9)}.`.repeat(20);
  return `${letters(60)}@${labels.slice(-(length - 66)).replace(/^\./, 'a')}tests`;
}

/** `undefined` means that the field is omitted. */
interface Edges {
  taken: readonly unknown[];
  refused: readonly unknown[];
}

const text = (max: number, { min = 1, multiline = false } = {}): Edges => ({
  taken: [letters(max), min === 0 ? '' : letters(min), ...(multiline ? ['two\nlines'] : [])],
  refused: [
    letters(max + 1),
    ...(min > 0 ? [letters(min - 1), ' '] : []),
    NUL,
    5,
    ...(multiline ? [] : ['two\nlines']),
  ],
});
const optional = ({ taken, refused }: Edges): Edges => ({ taken: [...taken, undefined], refused });
const required = ({ taken, refused }: Edges): Edges => ({ taken, refused: [...refused, undefined] });
const whole = (min: number, max: number): Edges => ({ taken: [min, max], refused: [min - 1, max + 1, min + 0.5, '1'] });
const id: Edges = { taken: [ID], refused: ['x', 5] };
const flag: Edges = { taken: [true, false], refused: ['true', 1] };
const QUANTITY = whole(1, 100);
const CURRENCY: Edges = { taken: ['usd', 'jpy'], refused: ['USD', 'xxx', ''] };
const EMAIL: Edges = {
  taken: ['a@b.example', ' a@b.example ', emailOf(255)],
  refused: ['a', 'a@b', '', emailOf(256)],
};
const PRICE: Edges = { taken: [0.01, MAX_PRICE], refused: [0, -1, MAX_PRICE + 0.01, '1'] };
const PASSWORD: Edges = {
  taken: [letters(10), letters(200), '  blanks  '],
  refused: [letters(9), letters(201), `${letters(10)}\u0000`],
};
const limit = (max: number): Edges =>
  optional({ taken: ['1', String(max)], refused: ['0', String(max + 1), '1.5', 'x'] });
const priceBound = optional({ taken: ['0', String(MAX_PRICE)], refused: ['-0.01', String(MAX_PRICE + 0.01), 'x'] });
const IMAGE: Edges = {
  taken: ['https://a.example/b.png', 'http://a.example/b.png', '/media/a.svg', `/${letters(499)}`],
  refused: [
    'ftp://a.example/b',
    'xhttp://a.example/b',
    'httpsx://a.example/b',
    '//a.example/b',
    'a.png',
    `/${letters(500)}`,
    '/',
  ],
};
const TAGS: Edges = {
  taken: [[], Array.from({ length: 30 }, () => letters(50))],
  refused: [Array.from({ length: 31 }, () => 'a'), [letters(51)], [''], 'a'],
};
const lines = (max: number): Edges => ({
  taken: [[{ product_id: ID, quantity: 1 }], linesOf(max)],
  refused: [
    [],
    linesOf(max + 1),
    [{ product_id: ID, quantity: 0 }],
    [{ product_id: ID, quantity: 101 }],
    [{ product_id: 'x', quantity: 1 }],
    [{ product_id: ID }],
    [{ product_id: ID, quantity: 1, price: 1 }],
  ],
});

interface Shape {
  name: string;
  schema: z.ZodType;
  good: Record<string, unknown>;
  fields: Readonly<Record<string, Edges>>;
  /** Whether unknown fields are rejected; otherwise they are removed. */
  isStrict?: boolean;
  /** Whether the fields are validated together, so that the error can name another one. */
  areOne?: boolean;
}

const SHAPES: readonly Shape[] = [
  {
    name: 'registration',
    schema: registerBody,
    good: { email: 'a@b.example', password: letters(10) },
    fields: { email: required(EMAIL), password: required(PASSWORD), full_name: optional(text(255)) },
  },
  {
    name: 'sign-in',
    schema: loginBody,
    good: { email: 'a@b.example', password: 'x' },
    fields: { email: required(EMAIL), password: required({ taken: ['x', letters(200)], refused: ['', letters(201)] }) },
  },
  {
    name: 'refresh',
    schema: refreshBody,
    good: { refresh_token: 'x' },
    fields: { refresh_token: required({ taken: ['x'], refused: ['', 5] }) },
  },
  {
    name: 'profile',
    schema: profilePatch,
    good: {},
    fields: { full_name: { taken: [...text(255).taken, null, undefined], refused: text(255).refused } },
  },
  { name: 'cart item', schema: cartItemBody, good: { quantity: 1 }, fields: { quantity: required(QUANTITY) } },
  {
    name: 'address of a cart item',
    schema: cartItemParams,
    good: { product_id: ID },
    fields: { product_id: required(id) },
    isStrict: false,
  },
  { name: 'address by ID', schema: idParams, good: { id: ID }, fields: { id: required(id) }, isStrict: false },
  {
    name: 'new product',
    schema: productCreate,
    good: PRODUCT,
    fields: {
      sku: required(text(64)),
      name: required(text(255)),
      description: optional(text(5000, { min: 0, multiline: true })),
      price: required(PRICE),
      currency: optional(CURRENCY),
      stock_quantity: required(whole(0, MAX_STOCK)),
      category_id: required(id),
      image_url: optional(IMAGE),
      tags: optional(TAGS),
    },
  },
  {
    name: 'changed product',
    schema: productPatch,
    good: { name: 'Mug' },
    fields: {
      name: text(255),
      description: optional(text(5000, { min: 0, multiline: true })),
      price: optional(PRICE),
      stock_delta: optional({
        taken: [-MAX_STOCK, -1, 1, MAX_STOCK],
        refused: [0, -MAX_STOCK - 1, MAX_STOCK + 1, 0.5],
      }),
      category_id: optional(id),
      image_url: optional(IMAGE),
      tags: optional(TAGS),
    },
  },
  {
    name: 'counted stock',
    schema: productPatch,
    good: { stock_quantity: 1, stock_version: 1 },
    fields: {
      stock_quantity: required(whole(0, MAX_STOCK)),
      stock_version: required({ taken: [1], refused: [0, 1.5] }),
    },
    areOne: true,
  },
  {
    name: 'list of products',
    schema: productListQuery,
    good: {},
    fields: {
      category: optional(text(100)),
      min_price: priceBound,
      max_price: priceBound,
      sort: optional({ taken: ['newest', 'price_asc', 'price_desc'], refused: ['price', ''] }),
      cursor: optional(text(300)),
      limit: limit(100),
    },
    isStrict: false,
  },
  {
    name: 'search',
    schema: searchQuery,
    good: {},
    fields: {
      q: optional(text(200, { min: 0 })),
      category: optional({ taken: ['', letters(2000), ['a', 'b']], refused: [letters(2001), [letters(2001)], 5] }),
      min_price: priceBound,
      max_price: priceBound,
      page: limit(400),
      limit: limit(100),
    },
    isStrict: false,
  },
  {
    name: 'suggestions',
    schema: suggestQuery,
    good: { q: 'mug' },
    fields: { q: required(text(100)), limit: limit(20) },
    isStrict: false,
  },
  {
    name: 'reservation',
    schema: reservationBody,
    good: {},
    fields: {
      items: optional({
        taken: lines(50).taken,
        refused: [...lines(50).refused, [...linesOf(1), ...linesOf(1)]],
      }),
    },
  },
  {
    name: 'checkout',
    schema: checkoutBody,
    good: { reservation_id: ID, shipping_address: ADDRESS },
    fields: {
      reservation_id: required(id),
      email: optional(EMAIL),
      shipping_address: required({ taken: [ADDRESS], refused: ['x', {}] }),
    },
  },
  {
    name: 'shipping address',
    schema: checkoutBody.shape.shipping_address,
    good: ADDRESS,
    fields: {
      name: optional(text(255)),
      street: required(text(255)),
      street2: optional(text(255, { min: 0 })),
      city: required(text(255)),
      state: optional({ taken: ['CO', 'co', ''], refused: ['Colorado', 'XX', 'C', NUL] }),
      postal_code: required({
        taken: ['12345', '12345-6789'],
        refused: ['1234', '123456', '12345-678', '12345-67890', 'a12345', '12345a', '12345 6789'],
      }),
      country: required({ taken: ['US', 'us'], refused: ['U', 'USA', '1S', ''] }),
    },
  },
  {
    name: 'shipping address outside the United States',
    schema: checkoutBody.shape.shipping_address,
    good: { ...ADDRESS, country: 'DE' },
    fields: { state: optional(text(100, { min: 0 })) },
  },
  { name: 'cancellation', schema: cancelBody, good: {}, fields: { reason: optional(text(500, { multiline: true })) } },
  {
    name: 'list of orders',
    schema: orderListQuery,
    good: {},
    fields: { cursor: optional(text(300)), limit: limit(100) },
    isStrict: false,
  },
  {
    name: 'refund',
    schema: refundBody,
    good: { reason: 'Broken', lines: [{ product_id: ID, quantity: 1 }] },
    fields: {
      amount: optional({ taken: [0.001, 99_999_999], refused: [0, -1, 99_999_999.01, '1'] }),
      all: optional({ taken: [], refused: [true, false, 'yes', 1] }),
      lines: required(lines(100)),
      reason: required(text(500, { multiline: true })),
      restock: optional(flag),
      await_return: optional(flag),
    },
    areOne: true,
  },
  {
    name: 'decision',
    schema: decisionBody,
    good: { reason: 'Fine' },
    fields: { reason: required(text(500, { multiline: true })) },
  },
  {
    name: 'refunds that wait',
    schema: waitingQuery,
    good: {},
    fields: { status: optional({ taken: ['awaiting_approval', 'awaiting_return'], refused: ['pending', ''] }) },
    isStrict: false,
  },
  {
    name: 'search for a case',
    schema: findBody,
    good: { for: 'a' },
    fields: { for: required(text(300)) },
  },
  {
    name: 'list of support',
    schema: listParams,
    good: { name: 'a' },
    fields: { name: required(text(100)) },
    isStrict: false,
  },
  {
    name: 'payloads',
    schema: codecBody,
    good: { payloads: [] },
    fields: {
      payloads: required({
        taken: [
          [],
          Array.from({ length: 2000 }, () => ({})),
          [{ metadata: { encoding: 'YQ==' }, data: 'YQ==', more: 1 }],
        ],
        refused: [Array.from({ length: 2001 }, () => ({})), [{ data: 5 }], [{ metadata: { encoding: 5 } }], 'x'],
      }),
    },
    isStrict: false,
  },
  {
    name: 'idempotency key',
    schema: idempotencyHeaders,
    good: {},
    fields: {
      'idempotency-key': optional({
        taken: ['!', '~', letters(255)],
        refused: ['', letters(256), 'a b', 'é', 'a\n', '\u007f'],
      }),
    },
    isStrict: false,
  },
  {
    name: 'recommendations',
    schema: recommendationQuery,
    good: {},
    fields: { limit: limit(30), repeats: optional({ taken: ['true', 'false'], refused: ['yes', true] }) },
  },
  { name: 'companions', schema: companionQuery, good: {}, fields: { limit: limit(30) } },
  {
    name: 'choices',
    schema: recommendationChoicesPatch,
    good: { personalized: true },
    fields: { personalized: required(flag) },
  },
  {
    name: 'retraining',
    schema: retrainBody,
    good: {},
    fields: { reason: optional(text(500, { multiline: true })), publish_anyway: optional(flag) },
  },
  {
    name: 'rollback',
    schema: rollbackBody,
    good: { reason: 'Worse' },
    fields: { reason: required(text(500, { multiline: true })) },
  },
];

describe.each(SHAPES)('$name', ({ schema, good, fields, isStrict = true, areOne }) => {
  it('is accepted', () => {
    expect(problemsOf(schema, good)).toEqual([]);
  });

  it('rejects or removes unknown fields', () => {
    const problems = problemsOf(schema, { ...good, surplus: 1 });
    if (isStrict) expect(problems).toEqual([': Unrecognized key: "surplus"']);
    else expect(schema.parse({ ...good, surplus: 1 })).not.toHaveProperty('surplus');
  });

  const rows = Object.entries(fields).flatMap(([field, { taken, refused }]) => [
    ...taken.map((value) => ({ field, value, isTaken: true })),
    ...refused.map((value) => ({ field, value, isTaken: false })),
  ]);
  it.each(rows)('$field: $value', ({ field, value, isTaken }) => {
    const { [field]: _, ...others } = good;
    const problems = problemsOf(schema, value === undefined ? others : { ...good, [field]: value });
    if (isTaken) expect(problems).toEqual([]);
    else {
      expect(problems).not.toEqual([]);
      const blamed = problems.map((problem) => /^[\w-]+/.exec(problem)?.[0]);
      expect(areOne ? Object.keys(fields) : [field]).toEqual(expect.arrayContaining(blamed));
    }
  });
});

describe('a refund request', () => {
  const lines = [{ product_id: ID, quantity: 1 }];
  const problems = (part: object) => problemsOf(refundBody, { reason: 'Broken', ...part });

  it.each([{ all: true }, { lines }, { lines, amount: 5 }, { amount: 5 }])('can be for %j', (part) => {
    expect(problems(part)).toEqual([]);
  });

  it.each([{}, { restock: true }, { all: true, lines }, { all: true, amount: 5 }])('can’t be for %j', (part) => {
    expect(problems(part)).toEqual([
      'all: state what to refund: send "all": true, "lines" (optionally with a lower "amount"), or an "amount"',
    ]);
  });
});
