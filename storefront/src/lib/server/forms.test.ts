import { expect, it } from 'vitest';
import { fieldErrors, safeNext, sentence } from './forms.ts';
import { ApiProblem } from './problem.ts';

it('leads back into this shop only', () => {
  expect(safeNext('/orders?cursor=a%20b', '/')).toBe('/orders?cursor=a%20b');
  for (const next of ['//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:alert(1)', '', null]) {
    expect(safeNext(next, '/account')).toBe('/account');
  }
});

it('keeps the first message of each field', () => {
  const errors = [
    { path: 'shipping_address.city', message: 'one' },
    { path: 'shipping_address.city', message: 'two' },
    { path: 'email', message: 'three' },
  ];
  expect(fieldErrors(errors, 'shipping_address.')).toEqual({ city: 'one', email: 'three' });
});

it('says when to try again', () => {
  const problem = (status: number, wait?: number) =>
    new ApiProblem({ type: 'x', title: 't', status, code: 'rate_limited', detail: 'Detail.' }, wait);
  expect(sentence(problem(429, 600))).toBe('Too many tries. Try again in 10 minutes.');
  expect(sentence(problem(503))).toContain('try again in a moment');
  expect(sentence(problem(409))).toBe('Detail.');
  expect(() => sentence(new TypeError('a bug'))).toThrow('a bug');
});
