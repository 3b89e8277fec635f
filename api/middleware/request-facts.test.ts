/** Facts from a request’s headers and cookies: client address, owners, and consent. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiState } from '../context.ts';
import type { Identity } from './access-tokens.ts';
import { clientAddress } from './client-address.ts';
import { hasConsented } from './consent.ts';
import { identity, ownersOf } from './identity.ts';

const [PROXY, CART, OTHER_CART] = [
  '10.0.0.1',
  'a6c1b2d3-0f4e-4a5b-8c6d-7e8f90a1b2c3',
  'b6c1b2d3-0f4e-4a5b-8c6d-7e8f90a1b2c3',
];
const ADA: Identity = { userId: 'c6c1b2d3-0f4e-4a5b-8c6d-7e8f90a1b2c3', role: 'customer', sessionId: 's' };

/** A server that responds with the facts of a request. @param trusted proxies */
function appFor(trusted: string[]): Koa<ApiState> {
  const app = new Koa<ApiState>();
  app.use(clientAddress(trusted));
  app.use(identity({ tokens: { read: () => ADA } as never }));
  app.use((ctx) => {
    ctx.body = { address: ctx.ip, owners: ownersOf(ctx as never), hasConsented: hasConsented(ctx as never) };
  });
  return app;
}

const servers: Server[] = [];
async function served(app: Koa<ApiState>): Promise<string> {
  const server = createServer(app.callback());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let behindProxy: string;
let open: string;
beforeAll(async () => {
  behindProxy = await served(appFor(['127.0.0.1', PROXY, '10.64.0.0/10', 'fd00::/8']));
  open = await served(appFor([PROXY]));
});
afterAll(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));

async function factsOf(headers: Record<string, string>, url = behindProxy) {
  const answer = await fetch(url, { headers });
  return (await answer.json()) as { address: string; owners: string[]; hasConsented: boolean };
}

describe('the client address', () => {
  it.each([
    ['that the proxy names', '203.0.113.9', '203.0.113.9'],
    ['before the trusted proxies', `203.0.113.9, ${PROXY}`, '203.0.113.9'],
    ['that the last proxy names, not one that the client sent', '198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['before the trusted proxies, ignoring earlier ones', `198.51.100.1, 203.0.113.9, ${PROXY}`, '203.0.113.9'],
    ['written as IPv6', '::ffff:203.0.113.9', '203.0.113.9'],
    ['after a trusted proxy written as IPv6', `203.0.113.9, ::ffff:${PROXY}`, '203.0.113.9'],
    ['in IPv6', '2001:db8::7', '2001:db8::7'],
    ['before proxies of a trusted range', '203.0.113.9, 10.64.0.1, 10.127.255.254', '203.0.113.9'],
    ['before a proxy of a trusted IPv6 range', '203.0.113.9, fd12:3456::1', '203.0.113.9'],
    ['outside the trusted range', '203.0.113.9, 10.128.0.1', '10.128.0.1'],
    ['without its port', '203.0.113.9:52100', '203.0.113.9'],
    ['in IPv6 without brackets and port', '[2001:DB8::7]:443', '2001:db8::7'],
    ['of the last trusted proxy, if that sent no address', `203.0.113.9, unknown, ${PROXY}`, PROXY],
    ['of the last trusted proxy, if that sent a name', `shop.example, ${PROXY}`, PROXY],
    ['that is a proxy itself', PROXY, PROXY],
    ['between commas', ' , 203.0.113.9 ,, ', '203.0.113.9'],
    ['of the connection, if the header is empty', '', '127.0.0.1'],
  ])('is the one %s', async (_, forwarded, address) => {
    expect((await factsOf({ 'x-forwarded-for': forwarded })).address).toBe(address);
  });

  it('is the connection’s address without a trusted proxy', async () => {
    expect((await factsOf({ 'x-forwarded-for': '203.0.113.9' }, open)).address).toBe('127.0.0.1');
  });
});

describe('the owners of a request', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['empty without credentials', {}, []],
    ['the cart of the header', { 'x-cart-id': CART }, [`cart:${CART}`]],
    ['the cart of the cookie', { cookie: `cart_id=${CART}` }, [`cart:${CART}`]],
    [
      'the cart of the header before that of the cookie',
      { 'x-cart-id': CART, cookie: `cart_id=${OTHER_CART}` },
      [`cart:${CART}`],
    ],
    ['the same cart in capitals', { 'x-cart-id': CART.toUpperCase() }, [`cart:${CART}`]],
    ['empty for an invalid cart ID', { 'x-cart-id': 'cart-1' }, []],
    ['the account', { authorization: 'Bearer x' }, [`user:${ADA.userId}`]],
    [
      'the account first, and the cart',
      { authorization: 'Bearer x', 'x-cart-id': CART },
      [`user:${ADA.userId}`, `cart:${CART}`],
    ],
  ])('are %s', async (_, headers, owners) => {
    expect((await factsOf(headers)).owners).toEqual(owners);
  });
});

describe('consent to analytics with identity', () => {
  const [yes, no] = ['analytics_consent=granted', 'analytics_consent=declined'];
  it.each<[boolean, Record<string, string>]>([
    [false, {}],
    [true, { cookie: yes }],
    [false, { cookie: no }],
    [true, { 'x-analytics-consent': 'granted' }],
    [false, { 'x-analytics-consent': 'declined', cookie: yes }],
    [true, { 'x-analytics-consent': 'granted', cookie: no }],
    [false, { cookie: yes, dnt: '1' }],
    [false, { cookie: yes, 'sec-gpc': '1' }],
    [true, { cookie: yes, dnt: '0' }],
  ])('is %s with %o', async (isGiven, headers) => {
    expect((await factsOf(headers)).hasConsented).toBe(isGiven);
  });
});
