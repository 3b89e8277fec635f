import { describe, expect, it, vi } from 'vitest';
import type { Session } from '#lib/contracts.ts';
import { Api, queryString } from './api.ts';
import { isProblem } from './problem.ts';
import { SessionRenewal } from './session-renewal.ts';
import { ShopCookies } from './shop-cookies.ts';
import { MemoryCookies } from './testing.ts';

interface Sent {
  method: string;
  url: string;
  headers: Headers;
  body: unknown;
}

/** An API that responds by path and records requests. */
function shopper(
  answer: (sent: Sent) => Response,
  cookies: Record<string, string> = {},
  renewal = new SessionRenewal(),
) {
  const sent: Sent[] = [];
  const store = new MemoryCookies(cookies);
  const api = new Api({
    apiUrl: 'http://api.test',
    forwardedFor: '203.0.113.9',
    cookies: new ShopCookies(store, true),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.text();
      request.signal.throwIfAborted();
      const note = {
        method: request.method,
        url: request.url,
        headers: request.headers,
        body: text && JSON.parse(text),
      };
      sent.push(note);
      return answer(note);
    },
    renewal,
    requestId: 'request-1',
  });
  return { api, sent, store };
}

const newSession = (mark: string): Session => ({
  access_token: `access-${mark}`,
  refresh_token: `refresh-${mark}`,
  token_type: 'Bearer',
  expires_in: 900,
  user: {
    id: crypto.randomUUID(),
    email: 'a@b.test',
    full_name: null,
    role: 'customer',
    created_at: '2026-01-01T00:00:00Z',
  },
});
const refused = () =>
  Response.json({ type: 'x', title: 'Sign in first', status: 401, code: 'unauthenticated' }, { status: 401 });

describe('Api', () => {
  it('sends credentials, the shopper’s address, and the idempotency key', async () => {
    const { api, sent } = shopper(() => Response.json({}), {
      holdfast_access: 'token',
      holdfast_refresh: 'refresh',
      holdfast_guest: 'cart-1',
    });
    await api.post('/reservations', {}, { idempotencyKey: 'key-1' });
    expect(sent[0]!.url).toBe('http://api.test/api/reservations');
    expect(Object.fromEntries(sent[0]!.headers)).toMatchObject({
      authorization: 'Bearer token',
      'x-cart-id': 'cart-1',
      'x-forwarded-for': '203.0.113.9',
      'x-request-id': 'request-1',
      'idempotency-key': 'key-1',
      'content-type': 'application/json',
    });
  });

  it('sends no credentials for public data', async () => {
    const { api, sent } = shopper(() => Response.json({}), { holdfast_refresh: 'refresh', holdfast_guest: 'cart-1' });
    await api.get('/categories', { identity: 'anyone' });
    expect(sent).toHaveLength(1);
    expect(sent[0]!.headers.has('authorization')).toBe(false);
    expect(sent[0]!.headers.has('x-cart-id')).toBe(false);
  });

  it('renews an expired access token first', async () => {
    const { api, sent, store } = shopper(
      ({ url }) => Response.json(url.endsWith('/auth/refresh') ? newSession('2') : {}),
      { holdfast_refresh: 'refresh-1' },
    );
    await api.get('/me');
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/api/auth/refresh', '/api/me']);
    expect(sent[1]!.headers.get('authorization')).toBe('Bearer access-2');
    expect(store.values).toMatchObject({ holdfast_access: 'access-2', holdfast_refresh: 'refresh-2' });
  });

  it('refreshes once for any number of requests with the same old cookie', async () => {
    const renewal = new SessionRenewal();
    let refreshes = 0;
    const answer = ({ url }: Sent) => {
      if (!url.endsWith('/auth/refresh')) return Response.json({});
      refreshes += 1;
      return Response.json(newSession(String(refreshes)));
    };
    const shoppers = Array.from({ length: 8 }, () => shopper(answer, { holdfast_refresh: 'refresh-0' }, renewal));
    await Promise.all(shoppers.slice(0, 6).map(({ api }) => api.get('/me')));
    // Requests that were already sent when the others received their response.
    await Promise.all(shoppers.slice(6).map(({ api }) => api.get('/me')));
    expect(refreshes).toBe(1);
    for (const { store } of shoppers) expect(store.values.holdfast_refresh).toBe('refresh-1');
  });

  it('retries once with a new token after a 401', async () => {
    const { api, sent } = shopper(
      ({ url, headers }) => {
        if (url.endsWith('/auth/refresh')) return Response.json(newSession('2'));
        return headers.get('authorization') === 'Bearer access-2' ? Response.json({ ok: true }) : refused();
      },
      { holdfast_access: 'access-1', holdfast_refresh: 'refresh-1' },
    );
    expect(await api.get('/me')).toEqual({ ok: true });
    expect(sent).toHaveLength(3);
  });

  it('continues as a guest when the session has ended', async () => {
    const { api, store } = shopper(
      ({ headers, url }) =>
        url.endsWith('/auth/refresh') || headers.has('authorization') ? refused() : Response.json({ id: 'guest cart' }),
      { holdfast_access: 'access-1', holdfast_refresh: 'refresh-1' },
    );
    expect(await api.get('/cart')).toEqual({ id: 'guest cart' });
    expect(store.values).toEqual({});
  });

  it('keeps the session when the API cannot be reached', async () => {
    const { api, store } = shopper(
      () => {
        throw new TypeError('connection refused');
      },
      { holdfast_refresh: 'refresh-1' },
    );
    const error = await api.get('/me').catch((caught: unknown) => caught);
    expect(isProblem(error, 'unavailable') && error.status).toBe(503);
    expect(store.values.holdfast_refresh).toBe('refresh-1');
  });

  it('passes on problems with their fields, lines, and retry delay', async () => {
    const body = {
      type: 'x',
      title: 'No',
      status: 409,
      code: 'out_of_stock',
      lines: [{ available: 2 }],
      errors: [{ path: 'a', message: 'b' }],
    };
    const { api } = shopper(() => Response.json(body, { status: 409, headers: { 'retry-after': '7' } }));
    const error = await api.post('/reservations', {}).catch((caught: unknown) => caught);
    if (!isProblem(error, 'out_of_stock')) throw error;
    expect(error.extra.lines).toEqual([{ available: 2 }]);
    expect(error.errors).toEqual([{ path: 'a', message: 'b' }]);
    expect(error.retryAfterSeconds).toBe(7);
  });

  it('turns any other error response into a problem', async () => {
    const { api } = shopper(() => new Response('<html>', { status: 502 }));
    const error = await api.get('/products').catch((caught: unknown) => caught);
    expect(isProblem(error, 'unavailable') && error.status).toBe(502);
  });
});

it('builds queries', () => {
  expect(queryString({ q: 'a b', category: ['x', 'y'], min_price: 0, cursor: null, sort: undefined, page: '' })).toBe(
    '?q=a+b&category=x&category=y&min_price=0',
  );
  expect(queryString(undefined)).toBe('');
});

describe('a request', () => {
  it.each([
    ['GET', (api: Api) => api.get('/x')],
    ['POST', (api: Api) => api.post('/x', { a: 1 })],
    ['PUT', (api: Api) => api.put('/x', { a: 1 })],
    ['PATCH', (api: Api) => api.patch('/x', { a: 1 })],
    ['DELETE', (api: Api) => api.delete('/x')],
    ['GET', (api: Api) => api.stream('/x')],
    ['POST', (api: Api) => api.report('/x', { a: 1 })],
  ])('by %s is sent with its body, if any', async (method, send) => {
    const { api, sent } = shopper(() => Response.json({}));
    await send(api);
    const hasBody = method.startsWith('P');
    expect(sent.map((one) => [one.method, one.url, one.body])).toEqual([
      [method, 'http://api.test/api/x', hasBody ? { a: 1 } : ''],
    ]);
    expect(sent[0]!.headers.get('content-type')).toBe(hasBody ? 'application/json' : null);
    expect(sent[0]!.headers.get('accept')).toBe('application/json');
  });

  it('sends no headers for unknown values', async () => {
    const sent: Headers[] = [];
    const api = new Api({
      apiUrl: 'http://api.test',
      forwardedFor: undefined,
      cookies: new ShopCookies(new MemoryCookies(), true),
      fetch: async (_input, init) => {
        sent.push(new Headers(init?.headers));
        return Response.json({});
      },
      renewal: new SessionRenewal(),
      requestId: 'request-1',
    });
    await api.get('/x');
    expect(Object.fromEntries(sent[0]!)).toEqual({ accept: 'application/json', 'x-request-id': 'request-1' });
  });

  it('has a time limit, unless it is a stream or its caller has a signal', async () => {
    const limit = vi.spyOn(AbortSignal, 'timeout');
    const { api, sent } = shopper(() => Response.json({}));
    await api.stream('/x');
    await api.get('/x', { signal: new AbortController().signal });
    expect(limit).not.toHaveBeenCalled();
    limit.mockReturnValueOnce(AbortSignal.abort());
    await expect(api.get('/x')).rejects.toMatchObject({ code: 'unavailable' });
    expect(limit).toHaveBeenCalledOnce();
    expect(sent).toHaveLength(2);
    limit.mockRestore();
  });

  it.each([
    ['get', (api: Api, signal: AbortSignal) => api.get('/x', { signal })],
    ['stream', (api: Api, signal: AbortSignal) => api.stream('/x', { signal })],
  ])('that its caller aborts (%s) rejects with the caller’s reason', async (_title, send) => {
    const reason = new Error('the shopper left');
    const { api } = shopper(() => Response.json({}));
    await expect(send(api, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('a report that no page waits for', () => {
  it('uses the current token and never renews it', async () => {
    const { api, sent } = shopper(() => new Response(null, { status: 202 }), { holdfast_refresh: 'refresh-1' });
    await api.report('/events', { events: [] });
    expect(sent.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([
      ['http://api.test/api/events', null],
    ]);
  });

  it('fails like any other request', async () => {
    const { api } = shopper(() => refused(), { holdfast_access: 'access-1' });
    await expect(api.report('/events', {})).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});

it('sends credentials for an explicit shopper identity', async () => {
  const { api, sent } = shopper(() => Response.json({}), { holdfast_access: 'access-1' });
  await api.get('/cart', { identity: 'shopper' });
  await api.get('/cart', { identity: 'guest' });
  expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer access-1', null]);
});

it('renews a session with only its refresh token', async () => {
  const { api, sent } = shopper(({ url }) => Response.json(url.endsWith('/auth/refresh') ? newSession('2') : {}), {
    holdfast_refresh: 'refresh-1',
    holdfast_guest: 'cart-1',
  });
  await api.get('/me');
  const { body, headers } = sent[0]!;
  expect(body).toEqual({ refresh_token: 'refresh-1' });
  expect([headers.has('authorization'), headers.has('x-cart-id')]).toEqual([false, false]);
});

it('does not send the same refused token twice', async () => {
  const { api, sent } = shopper(
    ({ url }) => (url.endsWith('/auth/refresh') ? Response.json(newSession('1')) : new Response(null, { status: 401 })),
    { holdfast_access: 'access-1', holdfast_refresh: 'refresh-0' },
  );
  await expect(api.get('/me')).rejects.toMatchObject({ status: 401 });
  expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/api/me', '/api/auth/refresh']);
});

it('retries after a 401 without a body, too', async () => {
  const { api } = shopper(
    ({ url, headers }) => {
      if (url.endsWith('/auth/refresh')) return Response.json(newSession('2'));
      return headers.get('authorization') === 'Bearer access-2'
        ? Response.json({ ok: true })
        : new Response(null, { status: 401 });
    },
    { holdfast_access: 'access-1', holdfast_refresh: 'refresh-1' },
  );
  expect(await api.get('/me')).toEqual({ ok: true });
});
