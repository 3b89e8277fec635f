import { describe, expect, it } from 'vitest';
import type { Api } from './api.ts';
import { fieldErrors, forAccount, forOwner, safeNext, sentence, signInPath, text, texts } from './forms.ts';
import { ApiProblem } from './problem.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

it('redirects only within this shop', () => {
  expect(safeNext('/orders?cursor=a%20b', '/')).toBe('/orders?cursor=a%20b');
  for (const next of [
    '//evil.test',
    '/\\evil.test',
    'https://evil.test',
    'javascript:alert(1)',
    '/orders"x',
    '',
    null,
  ]) {
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

it('explains a problem and when to try again', () => {
  const problem = (status: number, wait?: number) =>
    new ApiProblem({ type: 'x', title: 't', status, code: 'rate_limited', detail: 'Detail.' }, wait);
  expect(sentence(problem(429, 600))).toBe('Too many attempts. Try again in 10 minutes.');
  for (const status of [500, 503]) expect(sentence(problem(status))).toContain('try again in a moment');
  expect(sentence(new ApiProblem({ type: 'x', title: 't', status: 409, code: 'x' }))).toBe(
    'Something went wrong. Please try again.',
  );
  expect(sentence(problem(409))).toBe('Detail.');
  expect(() => sentence(new TypeError('a bug'))).toThrow('a bug');
});

it('trims text fields, and reads other fields as empty', () => {
  const form = new FormData();
  form.set('name', ' Ada ');
  form.set('file', new File(['x'], 'x.txt'));
  expect(text(form, 'name')).toBe('Ada');
  expect(texts(form, ['name', 'file', 'city'])).toEqual({ name: 'Ada', file: '', city: '' });
});

it.each([
  '/search?q=wool+hat',
  '/c/mugs?price=1-20&sort=name',
  '/search?q=it%27s~(new)*!',
  '/orders?cursor=a%2Bb:c@d,e;f$',
])('returns to %s after signing in', (next) => {
  const { search } = new URL(signInPath(new URL(next, 'http://shop.test')), 'http://shop.test');
  expect(safeNext(new URLSearchParams(search).get('next'), '/account')).toBe(next);
});

it('returns to the page whose action was called', () => {
  expect(signInPath(new URL('http://shop.test/account/security?/password'))).toBe(
    '/sign-in?next=%2Faccount%2Fsecurity',
  );
});

describe('a page that requires an account', () => {
  const url = new URL('http://shop.test/orders?cursor=a&x=1');
  const problem = (status: number) => new ApiProblem({ type: 'x', title: 't', status, code: 'x' });

  it('returns its data', async () => {
    expect(await forAccount(url, async () => 'orders')).toBe('orders');
  });

  it('redirects to sign in, and back, when the session has ended', async () => {
    await expect(forAccount(url, () => Promise.reject(problem(401)))).rejects.toMatchObject({
      status: 303,
      location: '/sign-in?next=%2Forders%3Fcursor%3Da%26x%3D1',
    });
  });

  it.each([problem(403), problem(503), Object.assign(new Error('a bug'), { status: 401 })])(
    'fails with %s',
    async (error) => {
      await expect(forAccount(url, () => Promise.reject(error))).rejects.toBe(error);
    },
  );
});

describe('a page that may belong to an account', () => {
  const url = new URL('http://shop.test/orders/1');
  const problem = (status: number, code: string) => new ApiProblem({ type: 'x', title: 't', status, code });
  const read = (error: ApiProblem, cookies = {}) =>
    forOwner(url, { cookies: new ShopCookies(new MemoryCookies(cookies), false) } as Api, () => Promise.reject(error));

  it.each([
    [404, 'not_found'],
    [401, 'unauthenticated'],
  ])('leads to sign-in and back when a signed-out shopper gets %i', async (status, code) => {
    const redirected = { status: 303, location: '/sign-in?next=%2Forders%2F1' };
    await expect(read(problem(status, code))).rejects.toMatchObject(redirected);
  });

  it('is not found for a signed-in shopper, and other problems stay', async () => {
    await expect(read(problem(404, 'not_found'), { holdfast_refresh: 'r' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(read(problem(503, 'unavailable'))).rejects.toMatchObject({ code: 'unavailable' });
  });
});
