/** Which rate limit counts each operation, and the default limits. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RateTier } from '../api/middleware/rate-limit.ts';
import { readSettings, type Settings } from '../infra/config.ts';
import { PASSWORD } from './support/accounts.ts';
import { documentedOperations, fillIn } from './support/operations.ts';
import { startTestShop, type TestShop } from './support/shop.ts';

/** Operations that are not counted by `api`; `auth` counts only failed sign-ins. */
const OTHER_TIERS: Readonly<Record<string, readonly RateTier[]>> = {
  'GET /api/categories': ['catalog'],
  'GET /api/products': ['catalog'],
  'GET /api/products/{id}': ['catalog'],
  'GET /api/products/{id}/similar': ['catalog'],
  'GET /api/search': ['catalog'],
  'GET /api/search/suggest': ['catalog'],
  'GET /api/recommendations': ['catalog'],
  'GET /api/cart/suggestions': ['catalog'],
  'POST /api/auth/register': ['api', 'auth'],
  'POST /api/auth/login': ['api', 'auth'],
  'POST /api/auth/refresh': ['api', 'auth'],
  'POST /api/checkouts': ['api', 'payment'],
  'POST /api/events': ['events'],
  'GET /api/support/find': ['support'],
  'POST /api/support/find': ['support'],
  'GET /api/support/lists': ['support'],
  'GET /api/support/lists/{name}': ['support'],
  'POST /api/codec/decode': ['codec'],
  'POST /api/codec/encode': ['codec'],
  // Stripe controls how many events it sends; the others serve operators and developers.
  'POST /api/webhooks/stripe': [],
  'GET /api/health': [],
  'GET /api/ready': [],
  'GET /api/openapi.json': [],
  'GET /api/docs': [],
};

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop(defaultLimits());
});
afterAll(() => shop?.stop());

/** The default limits, independent of the tests' environment. */
function defaultLimits(): Partial<Settings> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('RATE_LIMIT_'));
  const limits = Object.entries(readSettings(Object.fromEntries(others)));
  return Object.fromEntries(limits.filter(([name]) => name.startsWith('RATE_LIMIT_'))) as Partial<Settings>;
}

/** A unique address. */
const newAddress = () => `2001:db8:${randomUUID().replaceAll('-', '').slice(0, 12).match(/.{4}/g)!.join(':')}::1`;

async function send(address: string, method: string, path: string, body?: unknown): Promise<Headers> {
  const answer = await fetch(`${shop.api.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { 'x-forwarded-for': address, ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  await answer.body?.cancel();
  return answer.headers;
}

/** The tiers that counted a request from the address. */
async function tiersOf(address: string): Promise<string[]> {
  const keys = await shop.services.redis.keys(`rate:*:${address}`);
  return keys.map((key) => key.split(':')[1]!).sort();
}

describe('an operation', () => {
  it.each(documentedOperations)('$name is counted', async ({ name, method, path }) => {
    const address = newAddress();
    await send(address, method, fillIn(path, { id: randomUUID(), product_id: randomUUID(), name: 'none' }));
    expect(await tiersOf(address)).toEqual(OTHER_TIERS[name] ?? ['api']);
  });

  it('that signs in is counted by `auth` only when it fails', async () => {
    const address = newAddress();
    const email = `new-${randomUUID()}@example.test`;
    await send(address, 'POST', '/api/auth/register', { email, password: PASSWORD });
    await send(address, 'POST', '/api/auth/login', { email, password: PASSWORD });
    expect(await tiersOf(address)).toEqual(['api']);
    await send(address, 'POST', '/api/auth/login', { email, password: 'not the password' });
    expect(await tiersOf(address)).toEqual(['api', 'auth']);
  });
});

describe('a limit', () => {
  it.each([
    ['GET', '/api/categories', '"catalog";q=3000;w=900'],
    ['GET', '/api/cart', '"api";q=100;w=900'],
    ['POST', '/api/auth/login', '"auth";q=5;w=900'],
    ['POST', '/api/checkouts', '"payment";q=10;w=3600'],
    ['POST', '/api/events', '"events";q=1000;w=900'],
    ['GET', '/api/support/find', '"support";q=600;w=900'],
    ['POST', '/api/codec/decode', '"codec";q=20000;w=900'],
  ])('of %s %s is %s', async (method, path, policy) => {
    expect((await send(newAddress(), method, path)).get('ratelimit-policy')).toBe(policy);
  });
});
