/** Protections of browsers and the API on every request: headers, origins, cookies, and size limits of bodies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApi, startApi } from '../api/server.ts';
import type { Services } from '../infra/services.ts';
import { signedIn } from './support/accounts.ts';
import { connectTestServices, createProduct, newCartId, startTestShop, type TestShop } from './support/shop.ts';

const DAY_MS = 86_400_000;
const HTTPS_SHOP = 'https://shop.example';

let shop: TestShop;
let origin: string;
/** The API of a shop with an https URL. */
let httpsApi: { services: Services; api: RunningApi };
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  origin = new URL(shop.services.settings.STOREFRONT_URL).origin;
  const services = await connectTestServices({ API_PORT: 0, STOREFRONT_URL: `${HTTPS_SHOP}/` });
  httpsApi = { services, api: await startApi(services) };
});
afterAll(async () => {
  await httpsApi?.api.stop();
  await httpsApi?.services.close();
  await shop?.stop();
});

const send = (path: string, init: RequestInit = {}) => fetch(`${shop.api.url}${path}`, { redirect: 'manual', ...init });
const post = (path: string, body: string, type = 'application/json') =>
  send(path, { method: 'POST', headers: { 'content-type': type }, body });
const problemOf = async (answer: Response) =>
  (await answer.json()) as { code: string; detail: string; errors?: { path: string; message: string }[] };

describe('the headers', () => {
  const POLICY =
    "default-src 'self';base-uri 'self';font-src 'self' https: data:;form-action 'self';frame-ancestors 'self';img-src 'self' data:;object-src 'none';script-src 'self';script-src-attr 'none';style-src 'self' https: 'unsafe-inline';upgrade-insecure-requests";
  const FIND_POLICY = `default-src 'none';style-src 'unsafe-inline';form-action 'self' ${new URL(process.env.TEMPORAL_UI_URL!).origin};base-uri 'none';frame-ancestors 'none'`;
  const HEADERS = {
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'cross-origin',
    'x-permitted-cross-domain-policies': 'none',
    'x-powered-by': null,
  };
  const preflight = { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' };

  it.each<[string, string, RequestInit, string]>([
    ['a response', '/api/categories', {}, POLICY],
    ['the documentation', '/api/docs', {}, POLICY],
    ['a problem', '/api/orders', {}, POLICY],
    ['an unknown path', '/nowhere', {}, POLICY],
    ['the page to find a case', '/api/support/find', {}, FIND_POLICY],
    ['a problem as a page', '/api/support/lists/none', { headers: { accept: 'text/html' } }, FIND_POLICY],
    ['the codec', '/api/codec/decode', { method: 'POST' }, POLICY],
    ['a webhook', '/api/webhooks/stripe', { method: 'POST' }, POLICY],
    ['a preflight', '/api/cart', { method: 'OPTIONS', headers: preflight }, POLICY],
    ['an image', '/media/categories/x.svg', {}, "default-src 'none'; style-src 'unsafe-inline'; sandbox"],
  ])('of %s are set', async (_, path, init, policy) => {
    const { headers } = await send(path, init);
    expect(Object.fromEntries(Object.keys(HEADERS).map((name) => [name, headers.get(name)]))).toEqual(HEADERS);
    expect(headers.get('content-security-policy')).toBe(policy);
  });

  it('keep errors out of every cache, and name the authentication scheme', async () => {
    const { status, headers } = await send('/api/orders');
    expect([status, headers.get('cache-control'), headers.get('www-authenticate')]).toEqual([
      401,
      'no-store',
      'Bearer',
    ]);
  });

  it('keep personal responses out of shared caches', async () => {
    const { token } = await signedIn(shop);
    for (const path of ['/api/recommendations', '/api/recommendations/choices', '/api/cart/suggestions']) {
      const { headers } = await send(path, { headers: { authorization: `Bearer ${token}` } });
      expect([path, headers.get('cache-control')]).toEqual([path, 'private, no-store']);
    }
  });
});

describe('another origin', () => {
  const preflightFrom = (from: string) =>
    send('/api/cart', {
      method: 'OPTIONS',
      headers: { origin: from, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-cart-id' },
    });
  const corsOf = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

  it('gets no CORS headers, even if it is similar to the storefront’s or null', async () => {
    for (const other of ['https://elsewhere.example', `${origin}.elsewhere.example`, `${origin}0`, 'null']) {
      const answers = [await preflightFrom(other), await send('/api/cart', { headers: { origin: other } })];
      for (const { headers } of answers) {
        expect([other, corsOf(headers)]).toEqual([other, []]);
        expect(headers.get('vary')).toContain('Origin');
      }
    }
  });

  it('does not include the storefront’s, which may send its cookies and read the headers that it needs', async () => {
    const allowed = await preflightFrom(origin);
    expect(allowed.status).toBe(204);
    expect(Object.fromEntries(corsOf(allowed.headers).map((name) => [name, allowed.headers.get(name)]))).toEqual({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers':
        'Authorization, Content-Type, Idempotency-Key, X-Analytics-Consent, X-Cart-Id, X-Order-Key, X-Request-Id, If-None-Match',
      'access-control-expose-headers':
        'ETag, Location, RateLimit, RateLimit-Policy, Retry-After, X-Cart-Id, X-Request-Id',
      'access-control-max-age': '86400',
    });
  });
});

describe('the cookie of a guest’s cart', () => {
  const cookieOf = async (url: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/cart`, { headers });
    const cookie = answer.headers.get('set-cookie');
    const { id } = (await answer.json()) as { id: string };
    return { id, attributes: cookie?.split('; ') ?? [] };
  };

  it('is inaccessible to scripts and other sites, and lasts ninety days', async () => {
    const { id, attributes } = await cookieOf(shop.api.url);
    const expires = attributes.find((each) => each.startsWith('expires='))!;
    expect(attributes.filter((each) => each !== expires)).toEqual([
      `cart_id=${id}`,
      'path=/',
      'samesite=lax',
      'httponly',
    ]);
    const lifeMs = Date.parse(expires.slice('expires='.length)) - Date.now();
    expect(Math.round(lifeMs / DAY_MS)).toBe(90);
  });

  it('is sent only over https when the shop has an https URL', async () => {
    const { attributes } = await cookieOf(httpsApi.api.url);
    expect(attributes).toEqual(expect.arrayContaining(['secure', 'samesite=lax', 'httponly']));
  });

  it('is not set for accounts, and a value that is not an ID gives no access', async () => {
    const { token } = await signedIn(shop);
    expect((await cookieOf(shop.api.url, { authorization: `Bearer ${token}` })).attributes).toEqual([]);
    const { id } = await cookieOf(shop.api.url, { cookie: 'cart_id=cart-1' });
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a body', () => {
  /** A sign-in request of exactly this many bytes. */
  const loginOf = (bytes: number) => {
    const [before, after] = ['{"email":"a@example.test","password":"', '"}'];
    return before + 'x'.repeat(bytes - before.length - after.length) + after;
  };

  it('may have up to 256 KiB', async () => {
    const largest = await problemOf(await post('/api/auth/login', loginOf(256 * 1_024)));
    expect(largest.errors).toMatchObject([{ path: 'password' }]);
    const larger = await problemOf(await post('/api/auth/login', loginOf(256 * 1_024 + 1)));
    expect(larger).toMatchObject({ code: 'invalid_request', detail: 'The request body is too large.' });
  });

  it('of a webhook may have up to 1 MiB', async () => {
    const largest = await problemOf(await post('/api/webhooks/stripe', 'x'.repeat(1_048_576)));
    expect(largest.code).toBe('invalid_signature');
    const larger = await problemOf(await post('/api/webhooks/stripe', 'x'.repeat(1_048_577)));
    expect(larger).toMatchObject({ code: 'invalid_request', detail: 'The request body is too large.' });
  });

  it('that is not JSON is rejected and not repeated in the response', async () => {
    const answer = await problemOf(await post('/api/auth/login', '{"password":"secret words",'));
    expect(answer).toMatchObject({ code: 'invalid_request', detail: 'The body is not valid JSON.' });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  // Another site's page can send these types without a preflight request.
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of the type %s is rejected',
    async (type) => {
      const { id } = await createProduct(shop.services);
      const answer = await send(`/api/cart/items/${id}`, {
        method: 'PUT',
        headers: { 'content-type': type, 'x-cart-id': newCartId() },
        body: '{"quantity":2}',
      });
      expect(answer.status).toBe(400);
    },
  );
});
