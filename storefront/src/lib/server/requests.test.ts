import { describe, expect, it } from 'vitest';
import { canonicalAddress, forwardedFor, requestIdOf } from './requests.ts';

function requestTo(host: string, { method = 'GET', path = '/cart?x=1' } = {}): Request {
  return new Request(`http://${host}${path}`, { method, headers: { host } });
}

describe('canonicalAddress', () => {
  const home = 'http://127.0.0.1:3000';

  it('redirects other loopback names', () => {
    expect(canonicalAddress(requestTo('localhost:3000'), home)).toBe('http://127.0.0.1:3000/cart?x=1');
    expect(canonicalAddress(requestTo('[::1]:3000'), home)).toBe('http://127.0.0.1:3000/cart?x=1');
    expect(canonicalAddress(requestTo('localhost'), 'http://127.0.0.1')).toBe('http://127.0.0.1/cart?x=1');
    expect(canonicalAddress(requestTo('127.0.0.1:3000'), 'http://localhost:3000')).toBe(
      'http://localhost:3000/cart?x=1',
    );
  });

  it.each([
    ['a request to the canonical address', requestTo('127.0.0.1:3000'), home],
    ['another port', requestTo('localhost:8080'), home],
    ['a name that is not a loopback name', requestTo('shop.internal:3000'), home],
    ['a shop with a public domain', requestTo('localhost:443'), 'https://shop.example'],
    ['a form', requestTo('localhost:3000', { method: 'POST' }), home],
    ['a request without a host', new Request('http://localhost:3000/cart'), home],
    ['a shop without a configured origin', requestTo('localhost:3000'), undefined],
  ])('does not redirect %s', (_title, request, origin) => {
    expect(canonicalAddress(request, origin)).toBeUndefined();
  });
});

it('uses the request ID of a proxy, unless it is invalid', () => {
  const id = (value: string) => requestIdOf(new Request('http://x', { headers: { 'x-request-id': value } }));
  expect(id('abc-123_4.5')).toBe('abc-123_4.5');
  expect(id('<script>')).toMatch(/^[0-9a-f-]{36}$/);
  expect(id('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/);
});

it.each([
  [undefined, '203.0.113.9', '203.0.113.9'],
  ['198.51.100.1, 10.0.0.1', '10.0.0.2', '198.51.100.1, 10.0.0.1, 10.0.0.2'],
  ['198.51.100.1', undefined, '198.51.100.1'],
  [undefined, undefined, undefined],
])('adds the address of its peer to those of the proxies: %s, %s', (received, peer, expected) => {
  const request = new Request('http://x', { headers: received === undefined ? {} : { 'x-forwarded-for': received } });
  const getClientAddress = () => {
    if (peer === undefined) throw new Error('The adapter knows no address.');
    return peer;
  };
  expect(forwardedFor({ request, getClientAddress })).toBe(expected);
});
