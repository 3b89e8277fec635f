import { describe, expect, it } from 'vitest';
import { anItem, anOrder } from '#lib/testing.ts';
import { ApiProblem } from './problem.ts';
import { readRefundRequest, readRefundValues, refundRefusal, staleRequest, withdrawRefusal } from './refund-form.ts';

const order = anOrder({ items: [anItem({ quantity: 3 }), anItem({ product_id: 'stove', price: 10, quantity: 1 })] });

function valuesOf(fields: Record<string, string>) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return readRefundValues(form);
}

const request = (fields: Record<string, string>, refundable = 83.5) =>
  readRefundRequest(valuesOf(fields), order, refundable);

describe('a request to cancel or return items', () => {
  const items = { kind: 'cancel', what: 'items', 'units:lantern': '2', 'units:stove': '0', reason: ' Too many ' };
  const lines = [{ product_id: 'lantern', quantity: 2 }];

  it('sends the chosen items and leaves the amount to the API', () => {
    expect(request(items)).toEqual({ body: { reason: 'Too many', await_return: false, lines } });
    expect(request({ ...items, kind: 'return' })).toEqual({ body: { reason: 'Too many', await_return: true, lines } });
  });

  it('requests the remaining balance when the items cost more', () => {
    expect(request(items, 30)).toMatchObject({ body: { amount: 30, lines } });
  });

  it('returns everything without listing items; canceling everything means canceling the order', () => {
    const everything = { ...items, what: 'everything' };
    expect(request({ ...everything, kind: 'return' })).toEqual({
      body: { reason: 'Too many', await_return: true, all: true },
    });
    expect(request(everything)).toMatchObject({ body: { lines } });
  });

  it('needs items and a reason', () => {
    expect(request({ kind: 'cancel', 'units:lantern': '0' })).toEqual({
      errors: { units: 'Choose at least one item.', reason: 'Enter a reason.' },
    });
    expect(request({ ...items, 'units:lantern': '-1' })).toEqual({
      errors: { units: 'Choose a quantity for each item.' },
    });
    expect(request({ ...items, reason: 'x'.repeat(501) })).toEqual({
      errors: { reason: 'Use 500 characters or fewer.' },
    });
  });

  it.each([
    [{ 'units:lantern': '1' }, true],
    [{ 'units:lantern': '100' }, true],
    [{ 'units:lantern': '101' }, false],
    [{ 'units:lantern': '0.5' }, false],
    [{ 'units:lantern': '1.5' }, false],
    [{ 'units:lantern': 'two' }, false],
    [{ 'units:lantern': '2', 'units:stove': '-1' }, false],
  ])('with %j is valid: %s', (units, isValid) => {
    expect('body' in request({ ...items, ...units } as Record<string, string>)).toBe(isValid);
  });

  it('accepts a reason of 500 characters, and requires one to return everything', () => {
    expect(request({ ...items, reason: 'x'.repeat(500) })).toHaveProperty('body');
    expect(request({ kind: 'return', what: 'everything', reason: '' })).toEqual({
      errors: { reason: 'Enter a reason.' },
    });
  });

  it('sends no amount when the items cost the remaining balance, or no balance is known', () => {
    for (const refundable of [49, 0])
      expect(request(items, refundable)).toEqual({
        body: { reason: 'Too many', await_return: false, lines },
      });
  });

  it('is for single items by default', () => {
    expect(valuesOf({}).what).toBe('items');
    expect(valuesOf({ what: 'all' }).what).toBe('items');
  });

  it('to cancel does not become a return when the order has shipped', () => {
    const shipped = anOrder({ status: 'shipped', fulfillment: 'shipped' });
    expect(staleRequest(valuesOf(items), shipped)).toContain('You can request a return instead');
    expect(staleRequest(valuesOf({ ...items, kind: 'return' }), shipped)).toBeUndefined();
    expect(staleRequest(valuesOf(items), order)).toBeUndefined();
  });
});

it('explains a refusal to the shopper', () => {
  const problem = (status: number, code: string, extra: object = {}) =>
    new ApiProblem({ type: 'x', title: 't', status, code, detail: 'Detail.', ...extra });
  const messageOf = (error: unknown) => refundRefusal(error, 'usd').message;
  expect(messageOf(problem(409, 'refund_exceeds_charge', { refundable_amount: 5 }))).toContain('$5.00');
  expect(messageOf(problem(409, 'refund_exceeds_charge', { refundable_amount: 0 }))).toContain('already been refunded');
  expect(messageOf(problem(409, 'idempotency_key_reused'))).toContain('already submitted this form');
  expect(messageOf(problem(409, 'refund_exceeds_charge', { refundable_amount: '5' }))).toContain(
    'already been refunded',
  );
  expect(messageOf(problem(409, 'order_not_refundable'))).toContain('can no longer be refunded');
  expect(messageOf(problem(400, 'invalid_request'))).toContain('already canceled or returned');
  expect(messageOf(problem(503, 'unavailable'))).toContain('try again in a moment');
  expect(messageOf(problem(409, 'return_window_closed'))).toBe('Detail.');
  const field = problem(400, 'invalid_request', { errors: [{ path: 'reason', message: 'too long' }] });
  expect(refundRefusal(field, 'usd')).toEqual({ errors: { reason: 'too long' }, message: undefined });
  expect(() => refundRefusal(new TypeError('a bug'), 'usd')).toThrow('a bug');
});

it('explains why a request can’t be withdrawn', () => {
  const problem = (status: number, code: string) =>
    new ApiProblem({ type: 'x', title: 't', status, code, detail: 'Detail.' });
  for (const error of [problem(409, 'conflict'), problem(404, 'not_found')])
    expect(withdrawRefusal(error)).toContain('can no longer be withdrawn because its status has changed');
  expect(withdrawRefusal(problem(403, 'forbidden'))).toBe('Detail.');
  expect(withdrawRefusal(problem(503, 'unavailable'))).toContain('try again in a moment');
  expect(() => withdrawRefusal(new TypeError('a bug'))).toThrow('a bug');
});
