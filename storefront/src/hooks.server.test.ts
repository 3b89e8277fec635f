/** The storefront’s requests to the API, and the headers, cookies, and errors of its responses. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestEvent } from '@sveltejs/kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '#lib/server/problem.ts';
import { MemoryCookies } from '#lib/server/testing.ts';
import { handle, handleError } from './hooks.server.ts';

const { settings } = vi.hoisted(() => ({
  settings: {
    apiUrl: '',
    origin: undefined as string | undefined,
    stripeStandInUrl: undefined,
    shopName: 'Test',
    currency: 'usd',
  },
}));
// These settings come from SvelteKit's environment modules, which exist only in its own build.
vi.mock('#lib/server/shop-settings.ts', () => ({ settings }));

const sent: { path: string; headers: IncomingMessage['headers'] }[] = [];
let server: Server;
beforeAll(async () => {
  server = createServer((request, response) => {
    sent.push({ path: request.url!, headers: request.headers });
    const session = { access_token: 'access-2', refresh_token: 'refresh-2', expires_in: 900 };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/api/auth/refresh' ? session : {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  settings.apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  sent.length = 0;
  settings.origin = undefined;
});

interface BrowserRequest {
  url?: string;
  headers?: Record<string, string>;
  cookies?: Record<string, string>;
  address?: string;
}

/** A page that calls the API once. */
const readsOnce = async ({ locals }: Pick<RequestEvent, 'locals'>) => {
  await locals.api.get('/x');
  return new Response('page');
};

/** Sends a browser’s request, which `page` handles. */
async function visit(
  { url = 'http://shop.test/', headers = {}, cookies = {}, address = '203.0.113.9' }: BrowserRequest = {},
  page: (event: RequestEvent) => Response | Promise<Response> = () => new Response('page'),
) {
  const store = new MemoryCookies(cookies);
  const event = {
    request: new Request(url, { headers }),
    url: new URL(url),
    cookies: store,
    locals: {},
    getClientAddress: () => address,
  } as unknown as RequestEvent;
  const response = await handle({ event, resolve: async (resolved) => page(resolved as RequestEvent) });
  return { response, event, store };
}

describe('the API', () => {
  it('receives the address of each shopper, for limits, and the ID of each request, for logs', async () => {
    for (const address of ['203.0.113.9', '2001:db8::7'])
      await visit({ address, headers: { 'x-request-id': `request-of-${address.length}` } }, readsOnce);
    expect(sent.map(({ headers }) => [headers['x-forwarded-for'], headers['x-request-id']])).toEqual([
      ['203.0.113.9', 'request-of-11'],
      ['2001:db8::7', 'request-of-11'],
    ]);
  });

  it('does not receive an address that a shopper claims', async () => {
    await visit({ headers: { 'x-forwarded-for': '198.51.100.1' } }, readsOnce);
    expect(sent[0]!.headers['x-forwarded-for']).toBe('198.51.100.1, 203.0.113.9');
  });

  it('renews a session once for all requests of a shopper', async () => {
    const cookies = { holdfast_refresh: `refresh-${crypto.randomUUID()}` };
    const visits = [await visit({ cookies }, readsOnce), await visit({ cookies }, readsOnce)];
    expect(sent.filter(({ path }) => path === '/api/auth/refresh')).toHaveLength(1);
    for (const { store } of visits) expect(store.values.holdfast_refresh).toBe('refresh-2');
  });
});

describe('a response', () => {
  it('has the request ID, and is not stored by shared caches', async () => {
    const { response } = await visit({ headers: { 'x-request-id': 'request-1' } });
    expect(response.headers.get('x-request-id')).toBe('request-1');
    expect(response.headers.get('cache-control')).toBe('private, no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('can set its own cache header', async () => {
    const { response } = await visit(
      {},
      () => new Response('', { headers: { 'cache-control': 'public, max-age=60' } }),
    );
    expect(response.headers.get('cache-control')).toBe('public, max-age=60');
  });

  it('to another loopback name is a redirect, without a call to the API', async () => {
    settings.origin = 'http://127.0.0.1:3000';
    const request = { url: 'http://localhost:3000/cart?x=1', headers: { host: 'localhost:3000' } };
    const { response } = await visit(request, readsOnce);
    expect([response.status, response.headers.get('location')]).toEqual([307, 'http://127.0.0.1:3000/cart?x=1']);
    expect(sent).toEqual([]);
  });

  it.each([
    // A proxy that terminates TLS forwards requests over http.
    ['https://shop.test', 'http://shop.test/', true],
    ['http://shop.test', 'https://shop.test/', false],
    [undefined, 'https://shop.test/', true],
    [undefined, 'http://shop.test/', false],
  ])('of a shop at %s, requested at %s, sets Secure cookies: %s', async (origin, url, isSecure) => {
    settings.origin = origin;
    const { response, store } = await visit({ url }, ({ locals }) => {
      locals.api.cookies.keepUnpaidOrder('order');
      return new Response('page');
    });
    expect(store.options.holdfast_order).toMatchObject({ secure: isSecure });
    expect(response.headers.has('strict-transport-security')).toBe(isSecure);
  });
});

it.each([
  [{}, {}, 'unasked'],
  [{}, { analytics_consent: 'granted' }, 'granted'],
  [{ dnt: '1' }, { analytics_consent: 'granted' }, 'signaled'],
])(
  'reads the consent from headers %o and cookies %o: %s',
  async (headers, cookies: Record<string, string>, consent) => {
    const { event } = await visit({ headers, cookies });
    expect(event.locals.consent).toBe(consent);
  },
);

describe('an error', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  afterEach(() => log.mockClear());
  afterAll(() => log.mockRestore());

  async function failed(error: unknown, signal?: AbortSignal) {
    const { event } = await visit({ url: 'http://shop.test/cart', headers: { 'x-request-id': 'request-1' } });
    Object.defineProperty(event.request, 'signal', { value: signal ?? new AbortController().signal });
    const answer = await handleError({ error, event, kind: 'unknown', status: 500, message: '' } as never);
    const logged = log.mock.calls.map(([line]) => JSON.parse(line as string));
    return { answer, logged };
  }
  const problem = (status: number) => new ApiProblem({ type: 'x', title: 'x', status, code: 'x' });

  it('is logged with its request and its cause, and the shopper sees only the request ID', async () => {
    const { answer, logged } = await failed(new Error('secret', { cause: new Error('the reason') }));
    expect(answer).toMatchObject({ status: 500, requestId: 'request-1' });
    expect(JSON.stringify(answer)).not.toContain('secret');
    const cause = { message: 'the reason' };
    expect(logged).toMatchObject([{ requestId: 'request-1', path: '/cart', error: { message: 'secret', cause } }]);
  });

  it.each([
    [503, 1],
    [404, 0],
  ])('of an API that answers %d is logged %d times', async (status, times) => {
    expect((await failed(problem(status))).logged).toHaveLength(times);
  });

  it('of an aborted request is not logged', async () => {
    expect((await failed(new Error('aborted'), AbortSignal.abort())).logged).toEqual([]);
  });
});
