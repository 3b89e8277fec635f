import { describe, expect, it } from 'vitest';
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
}

/** An API that answers by path, and notes what it was sent. */
function shopper(
  answer: (sent: Sent) => Response,
  cookies: Record<string, string> = {},
  renewal = new SessionRenewal(),
) {
  const sent: Sent[] = [];
  const store = new MemoryCookies(cookies);
  const api = new Api({
    apiUrl: 'http://api.test',
    clientAddress: '203.0.113.9',
    cookies: new ShopCookies(store, true),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const note = { method: request.method, url: request.url, headers: request.headers };
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
  it('sends who asks, from where, and the keys that make a repeat harmless', async () => {
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

  it('sends no credentials where everybody may look', async () => {
    const { api, sent } = shopper(() => Response.json({}), { holdfast_refresh: 'refresh', holdfast_guest: 'cart-1' });
    await api.get('/categories', { identity: 'anyone' });
    expect(sent).toHaveLength(1);
    expect(sent[0]!.headers.has('authorization')).toBe(false);
    expect(sent[0]!.headers.has('x-cart-id')).toBe(false);
  });

  it('gets a new access token first when the old one is over', async () => {
    const { api, sent, store } = shopper(
      ({ url }) => Response.json(url.endsWith('/auth/refresh') ? newSession('2') : {}),
      { holdfast_refresh: 'refresh-1' },
    );
    await api.get('/me');
    expect(sent.map(({ url }) => new URL(url).pathname)).toEqual(['/api/auth/refresh', '/api/me']);
    expect(sent[1]!.headers.get('authorization')).toBe('Bearer access-2');
    expect(store.values).toMatchObject({ holdfast_access: 'access-2', holdfast_refresh: 'refresh-2' });
  });

  it('refreshes once for any number of requests that carry the same old cookie', async () => {
    const renewal = new SessionRenewal();
    let refreshes = 0;
    const answer = ({ url }: Sent) => {
      if (!url.endsWith('/auth/refresh')) return Response.json({});
      refreshes += 1;
      return Response.json(newSession(String(refreshes)));
    };
    const shoppers = Array.from({ length: 8 }, () => shopper(answer, { holdfast_refresh: 'refresh-0' }, renewal));
    await Promise.all(shoppers.slice(0, 6).map(({ api }) => api.get('/me')));
    // Requests that were on their way when the others had their answer.
    await Promise.all(shoppers.slice(6).map(({ api }) => api.get('/me')));
    expect(refreshes).toBe(1);
    for (const { store } of shoppers) expect(store.values.holdfast_refresh).toBe('refresh-1');
  });

  it('tries a refused token once more with a new one', async () => {
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

  it('makes a guest of a shopper whose session has ended', async () => {
    const { api, store } = shopper(
      ({ headers, url }) =>
        url.endsWith('/auth/refresh') || headers.has('authorization') ? refused() : Response.json({ id: 'guest cart' }),
      { holdfast_access: 'access-1', holdfast_refresh: 'refresh-1' },
    );
    expect(await api.get('/cart')).toEqual({ id: 'guest cart' });
    expect(store.values).toEqual({});
  });

  it('keeps the session when the API cannot be asked about it', async () => {
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

  it('hands problems on with their fields, lines and wait', async () => {
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

  it('makes a problem of an answer that is none', async () => {
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
