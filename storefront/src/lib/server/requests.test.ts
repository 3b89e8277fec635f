import { describe, expect, it } from 'vitest';
import { canonicalAddress, clientAddressOf, requestIdOf } from './requests.ts';

function asked(host: string, { method = 'GET', path = '/cart?x=1' } = {}): Request {
  return new Request(`http://${host}${path}`, { method, headers: { host } });
}

describe('canonicalAddress', () => {
  const home = 'http://127.0.0.1:3000';

  it('redirects other loopback names', () => {
    expect(canonicalAddress(asked('localhost:3000'), home)).toBe('http://127.0.0.1:3000/cart?x=1');
    expect(canonicalAddress(asked('[::1]:3000'), home)).toBe('http://127.0.0.1:3000/cart?x=1');
    expect(canonicalAddress(asked('localhost'), 'http://127.0.0.1')).toBe('http://127.0.0.1/cart?x=1');
    expect(canonicalAddress(asked('127.0.0.1:3000'), 'http://localhost:3000')).toBe('http://localhost:3000/cart?x=1');
  });

  it.each([
    ['a request to the canonical address', asked('127.0.0.1:3000'), home],
    ['another port', asked('localhost:8080'), home],
    ['a name that is not this machine', asked('shop.internal:3000'), home],
    ['a shop that has a real address', asked('localhost:443'), 'https://shop.example'],
    ['a form', asked('localhost:3000', { method: 'POST' }), home],
    ['a request without a host', new Request('http://localhost:3000/cart'), home],
    ['a shop without a configured origin', asked('localhost:3000'), undefined],
  ])('leaves alone %s', (_title, request, origin) => {
    expect(canonicalAddress(request, origin)).toBeUndefined();
  });
});

it('uses the request ID of a proxy, unless it is invalid', () => {
  const id = (value: string) => requestIdOf(new Request('http://x', { headers: { 'x-request-id': value } }));
  expect(id('abc-123_4.5')).toBe('abc-123_4.5');
  expect(id('<script>')).toMatch(/^[0-9a-f-]{36}$/);
  expect(id('x'.repeat(200))).toMatch(/^[0-9a-f-]{36}$/);
});

it('reads the shopper’s address, if known', () => {
  expect(clientAddressOf({ getClientAddress: () => '203.0.113.9' })).toBe('203.0.113.9');
  const unknown = () => {
    throw new Error('The proxy did not say.');
  };
  expect(clientAddressOf({ getClientAddress: unknown })).toBeUndefined();
});
