/** Which rate limit counts each operation, and the default limits. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RateTier } from '../api/middleware/rate-limit.ts';
import { networkOf } from '../infra/address-hash.ts';
import { readSettings, type Settings } from '../infra/config.ts';
import { PASSWORD, signedIn } from './support/accounts.ts';
import { documentedOperations, fillIn } from './support/operations.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from './support/shop.ts';

/** Operations that `api` does not count, or not alone. Other reads are counted by `reads`. */
const OTHER_TIERS: Readonly<Record<string, readonly RateTier[]>> = {
  'GET /api/categories': ['catalog'],
  'GET /api/products': ['catalog'],
  'GET /api/products/{id}': ['catalog'],
  'GET /api/products/{id}/similar': ['catalog'],
  'GET /api/search': ['catalog'],
  'GET /api/search/suggest': ['catalog'],
  'GET /api/recommendations': ['catalog'],
  'GET /api/cart/suggestions': ['catalog'],
  'POST /api/checkouts': ['api', 'payment'],
  'POST /api/events': ['events'],
  'GET /api/support/find': ['support'],
  'POST /api/support/find': ['support'],
  'GET /api/support/lists': ['support'],
  'GET /api/support/lists/{name}': ['support'],
  'POST /api/codec/decode': ['codec'],
  'POST /api/codec/encode': ['codec'],
  'POST /api/webhooks/stripe': ['webhooks'],
  // These cost nothing: they are constants, or checked once per second.
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

async function send(
  address: string,
  method: string,
  path: string,
  body?: unknown,
  credential: Record<string, string> = {},
): Promise<Headers> {
  const answer = await fetch(`${shop.api.url}${path}`, {
    method,
    redirect: 'manual',
    headers: {
      'x-forwarded-for': address,
      ...credential,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  await answer.body?.cancel();
  return answer.headers;
}

/** The limits that counted a request from the address. */
async function countedBy(address: string): Promise<string[]> {
  const keys = await shop.services.redis.keys(`rate:*:${networkOf(address)}`);
  return keys.map((key) => key.split(':')[1]!).sort();
}

/** Names of a tier's limits for a caller without an account or a cart. */
const limitsOf = (tier: RateTier): string[] =>
  tier === 'api' || tier === 'payment' ? [tier, `${tier}-address`] : [tier];

describe('an operation', () => {
  it.each(documentedOperations)('$name is counted', async ({ name, method, path }) => {
    const address = newAddress();
    await send(address, method, fillIn(path, { id: randomUUID(), product_id: randomUUID(), name: 'none' }));
    const tiers = OTHER_TIERS[name] ?? [method === 'GET' ? 'reads' : 'api'];
    expect(await countedBy(address)).toEqual(tiers.flatMap(limitsOf).sort());
  });

  it.each(['/media/products/none.svg', '/media/categories/none.svg'])('GET %s is counted', async (path) => {
    const address = newAddress();
    await send(address, 'GET', path);
    expect(await countedBy(address)).toEqual(['pictures']);
  });

  it('from another address of the same /64 is counted with it', async () => {
    const address = newAddress();
    const neighbor = address.replace(/[^:]+::1$/, 'ffff:1:2:3');
    expect(networkOf(neighbor)).toBe(networkOf(address));
    const left = async (from: string) => (await send(from, 'POST', '/api/auth/logout')).get('ratelimit')!.split(';')[1];
    expect([await left(address), await left(neighbor), await left(newAddress())]).toEqual(['r=99', 'r=98', 'r=99']);
  });

  it('is counted per shopper: by account, by cart, or else by address', async () => {
    const address = newAddress();
    const left = async (credential: Record<string, string>) =>
      (await send(address, 'DELETE', `/api/reservations/${randomUUID()}`, undefined, credential))
        .get('ratelimit')!
        .split(';')[1];
    const [one, other] = [await signedIn(shop), await signedIn(shop)].map(({ token }) => ({
      authorization: `Bearer ${token}`,
    }));
    const [cart, forged] = [{ 'x-cart-id': randomUUID() }, { authorization: 'Bearer forged' }];
    for (const caller of [one!, other!, cart, {}])
      expect([await left(caller), await left(caller)]).toEqual(['r=99', 'r=98']);
    // A token that is not valid is not a new shopper.
    expect(await left(forged)).toBe('r=97');
  });
});

describe('a limit', () => {
  it.each([
    ['GET', '/api/categories', '"catalog";q=3000;w=900'],
    ['GET', '/api/cart', '"reads";q=6000;w=900'],
    ['POST', '/api/auth/login', '"api";q=100;w=900'],
    ['POST', '/api/checkouts', '"payment";q=10;w=3600'],
    ['POST', '/api/events', '"events";q=1000;w=900'],
    ['POST', '/api/webhooks/stripe', '"webhooks";q=100000;w=900'],
    ['GET', '/media/products/none.svg', '"pictures";q=20000;w=900'],
    ['GET', '/api/support/find', '"support";q=600;w=900'],
    ['POST', '/api/codec/decode', '"codec";q=20000;w=900'],
  ])('of %s %s is %s', async (method, path, policy) => {
    expect((await send(newAddress(), method, path)).get('ratelimit-policy')).toBe(policy);
  });
});

describe('thirty shoppers behind one address', () => {
  it('can each browse, register, and buy within 15 minutes', async () => {
    const address = newAddress();
    const product = await createProduct(shop.services, { stock: 30 });
    const refused: string[] = [];
    const shopOnce = async () => {
      const shopper = new Shopper(shop.api.url, address);
      const call = async (method: string, path: string, body?: unknown) => {
        const answer = await shopper.call(method, path, body);
        if (answer.status >= 400) refused.push(`${method} ${path}: ${answer.status} ${answer.body.detail}`);
        return answer.body;
      };
      for (let pages = 0; pages < 10; pages += 1) {
        await call('GET', '/categories');
        await call('GET', `/products/${product.id}`);
        await call('GET', '/cart');
      }
      const account = { email: `${randomUUID()}@example.test`, password: PASSWORD };
      shopper.token = (await call('POST', '/auth/register', account)).access_token;
      await call('PUT', `/cart/items/${product.id}`, { quantity: 2 });
      await call('PUT', `/cart/items/${product.id}`, { quantity: 1 });
      const { id } = await call('POST', '/reservations', { items: [{ product_id: product.id, quantity: 1 }] });
      const begun = await shopper.checkout(id, account.email);
      expect(begun.status).toBe(201);
      await shopper.pay(begun.body);
      await shopper.untilStatus(begun.body.order.id, 'paid');
      for (let polls = 0; polls < 20; polls += 1) await call('GET', `/orders/${begun.body.order.id}`);
    };
    for (let groups = 0; groups < 6; groups += 1) await Promise.all(Array.from({ length: 5 }, shopOnce));
    expect(refused).toEqual([]);
  });
});
