import { describe, expect, it } from 'vitest';
import { anItem, anOrder } from '#lib/testing.ts';
import { ApiProblem } from './problem.ts';
import { readRefundValues, readRefundWish, refundRefusal } from './refund-form.ts';

const order = anOrder({ items: [anItem({ quantity: 3 }), anItem({ product_id: 'stove', price: 10, quantity: 1 })] });

function wish(fields: Record<string, string>, refundable = 83.5, isReturn = false) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return readRefundWish(readRefundValues(form), order, refundable, isReturn);
}

describe('a request for money back', () => {
  const items = { what: 'items', 'units:lantern': '2', 'units:stove': '0', reason: ' Too many ' };

  it('names the chosen items and leaves the amount to the API', () => {
    expect(wish(items, 83.5, true)).toEqual({
      body: { reason: 'Too many', await_return: true, lines: [{ product_id: 'lantern', quantity: 2 }] },
    });
  });

  it('asks for what is left of the payment where the items cost more', () => {
    expect(wish(items, 30)).toMatchObject({ body: { amount: 30 } });
  });

  it('for everything names nothing, whatever is chosen', () => {
    expect(wish({ ...items, what: 'everything' })).toEqual({ body: { reason: 'Too many', await_return: false } });
  });

  it('needs items and a reason', () => {
    expect(wish({ what: 'items', 'units:lantern': '0' })).toEqual({
      errors: { units: 'Choose at least one item.', reason: 'Tell us why, in a few words.' },
    });
    expect(wish({ ...items, 'units:lantern': '-1' })).toEqual({ errors: { units: 'Choose how many of each item.' } });
    expect(wish({ ...items, reason: 'x'.repeat(501) })).toEqual({ errors: { reason: 'Use at most 500 characters.' } });
  });
});

it('says a refusal in the shopper’s words', () => {
  const problem = (status: number, code: string, extra: object = {}) =>
    new ApiProblem({ type: 'x', title: 't', status, code, detail: 'Detail.', ...extra });
  const words = (error: unknown) => refundRefusal(error, 'usd').message;
  expect(words(problem(409, 'refund_exceeds_charge', { refundable_amount: 5 }))).toContain('$5.00');
  expect(words(problem(409, 'refund_exceeds_charge', { refundable_amount: 0 }))).toContain('Nothing is left');
  expect(words(problem(409, 'idempotency_key_reused'))).toContain('sent this form before');
  expect(words(problem(503, 'unavailable'))).toContain('try again in a moment');
  expect(words(problem(409, 'conflict'))).toBe('Detail.');
  const field = problem(400, 'invalid_request', { errors: [{ path: 'reason', message: 'too long' }] });
  expect(refundRefusal(field, 'usd')).toEqual({ errors: { reason: 'too long' }, message: undefined });
  expect(() => refundRefusal(new TypeError('a bug'), 'usd')).toThrow('a bug');
});
