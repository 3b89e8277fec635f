/** Parsing of requests: defaults, normalization, and error messages. */
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { registerBody } from './accounts.ts';
import { productCreate, productListQuery, productPatch } from './catalog.ts';
import { idempotencyHeaders } from './common.ts';
import { cancelBody, checkoutBody, orderListQuery } from './orders.ts';
import { companionQuery, recommendationQuery, retrainBody } from './recommendations.ts';
import { refundBody } from './refunds.ts';
import { reservationBody } from './reservations.ts';
import { searchQuery, suggestQuery } from './search.ts';
import { ADDRESS, ID, letters, linesOf, PRODUCT, problemsOf } from './testing.ts';

describe('an omitted field', () => {
  it('gets its default', () => {
    expect(productCreate.parse(PRODUCT)).toMatchObject({ description: '', tags: [] });
    expect(productListQuery.parse({})).toEqual({ sort: 'newest', limit: 24 });
    expect(searchQuery.parse({})).toEqual({ q: '', category: [], page: 1, limit: 24 });
    expect(suggestQuery.parse({ q: 'a' })).toEqual({ q: 'a', limit: 8 });
    expect(orderListQuery.parse({})).toEqual({ limit: 20 });
    expect(refundBody.parse({ all: true, reason: 'a' })).toEqual({ all: true, reason: 'a', restock: false });
    expect(recommendationQuery.parse({})).toEqual({ limit: 10, repeats: 'false' });
    expect(companionQuery.parse({})).toEqual({ limit: 10 });
    expect(retrainBody.parse({})).toEqual({ publish_anyway: false });
  });
});

describe('a text', () => {
  it('is trimmed, and email addresses, IDs, and countries are normalized', () => {
    expect(registerBody.parse({ email: ' A@B.Example ', password: `  ${letters(8)}` })).toEqual({
      email: 'a@b.example',
      password: `  ${letters(8)}`,
    });
    expect(
      checkoutBody.parse({
        reservation_id: ID.toUpperCase(),
        shipping_address: { ...ADDRESS, city: ' A ', state: 'co', country: 'us' },
      }),
    ).toEqual({
      reservation_id: ID,
      shipping_address: { ...ADDRESS, city: 'A', state: 'CO', country: 'US' },
    });
  });

  it('of categories becomes a list', () => {
    expect(searchQuery.parse({ category: 'mugs,,bowls' }).category).toEqual(['mugs', 'bowls']);
    expect(searchQuery.parse({ category: ['mugs', 'bowls,cups'] }).category).toEqual(['mugs', 'bowls', 'cups']);
    expect(searchQuery.parse({ category: '' }).category).toEqual([]);
  });
});

describe('an error', () => {
  it.each([
    [registerBody, { email: 'a@b.example', password: 'short' }, ['password: use at least 10 characters']],
    [
      registerBody,
      { email: 'a@b.example', password: `${letters(10)}\u0000` },
      ['password: contains a control character that can’t be stored; remove it'],
    ],
    [
      checkoutBody.shape.shipping_address,
      { ...ADDRESS, postal_code: '1' },
      ['postal_code: use a US postal code: 12345 or 12345-6789'],
    ],
    [
      checkoutBody.shape.shipping_address,
      { ...ADDRESS, country: 'USA' },
      ['country: is not the code of a country; use US for the United States'],
    ],
    [
      checkoutBody.shape.shipping_address,
      { ...ADDRESS, country: 'uk' },
      ['country: is not the code of a country; use GB for the United Kingdom'],
    ],
    [
      checkoutBody.shape.shipping_address,
      { ...ADDRESS, state: 'Colorado', postal_code: '1' },
      [
        'postal_code: use a US postal code: 12345 or 12345-6789',
        'state: must be a two-letter code; use CO for Colorado',
      ],
    ],
    [
      checkoutBody.shape.shipping_address,
      { street: 5, state: 'XX', country: 'us' },
      expect.arrayContaining(['state: is not the code of a US state; use two letters, such as CO for Colorado']),
    ],
    [cancelBody, { reason: 'a\u0000b' }, ['reason: contains a control character that can’t be stored; remove it']],
    [idempotencyHeaders, { 'idempotency-key': 'a b' }, ['idempotency-key: must be printable ASCII without spaces']],
    [
      productCreate,
      { ...PRODUCT, currency: 'USD' },
      ['currency: is not a currency that Stripe supports; use a lowercase ISO 4217 code, such as usd'],
    ],
    [reservationBody, { items: [...linesOf(1), ...linesOf(1)] }, ['items: list each product only once']],
    [productPatch, {}, [': specify at least one field to change']],
    [productPatch, { stock_delta: 0 }, ['stock_delta: must not be 0']],
    [
      productPatch,
      { stock_quantity: 1, stock_version: 1, stock_delta: 1 },
      ['stock_delta: send either stock_delta or stock_quantity, not both'],
    ],
    [
      productPatch,
      { stock_quantity: 1 },
      [
        'stock_quantity: requires the product’s current stock_version, because units may have been sold since; or use stock_delta',
      ],
    ],
    [productPatch, { stock_version: 1 }, ['stock_version: requires stock_quantity']],
    [productPatch, { stock_version: 1, stock_delta: 1 }, ['stock_version: requires stock_quantity']],
  ])('describes the problem', (schema, value, expected) => {
    expect(problemsOf(schema as z.ZodType, value)).toEqual(expected);
  });

  it('lists every invalid field', () => {
    expect(
      problemsOf(reservationBody, {
        items: [
          { product_id: 'x', quantity: 1 },
          { product_id: ID, quantity: 0 },
        ],
      }).map((problem) => problem.split(':')[0]),
    ).toEqual(['items.0.product_id', 'items.1.quantity']);
  });
});
