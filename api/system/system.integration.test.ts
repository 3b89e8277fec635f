import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { openApiDocument } from '../openapi/document.ts';

let shop: TestShop;
const guest = () => new Shopper(shop.api.url);
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_READS: 3, RATE_LIMIT_CATALOG: 100 });
});
afterAll(() => shop?.stop());

describe('the API', () => {
  it('reports its health and readiness, and serves its documentation', async () => {
    expect((await guest().call('GET', '/health')).body).toEqual({ status: 'ok' });
    expect((await guest().call('GET', '/ready')).body).toMatchObject({
      status: 'ready',
      checks: { postgres: true, redis: true, temporal: true },
    });
    const document = (await guest().call('GET', '/openapi.json')).body;
    expect(document.openapi).toBe('3.1.0');
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
    const docs = await guest().call<string>('GET', '/docs');
    expect(docs.headers.get('content-type')).toContain('text/html');
    expect(docs.body).toContain('/api/reservations');
  });

  it('checks the servers once per second, however often it is asked', async () => {
    const before = await shop.services.redis.info('commandstats');
    const pings = (info: string) => Number(/^cmdstat_ping:calls=(\d+)/m.exec(info)?.[1] ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await Promise.all(Array.from({ length: 300 }, () => guest().call('GET', '/ready')));
    expect(pings(await shop.services.redis.info('commandstats')) - pings(before)).toBeLessThan(30);
  });

  it('is not ready while the stock counters are rebuilding', async () => {
    await shop.services.stockCounters.close();
    const answer = await guest().call('GET', '/ready');
    expect(answer.status === 200 || answer.body.checks.stock_counters === false).toBe(true);
  });

  it('responds to unknown paths with a problem that has the request’s ID', async () => {
    const answer = await guest().call('GET', '/nowhere', undefined, { 'x-request-id': 'my-request-1' });
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ status: 404, code: 'not_found', request_id: 'my-request-1' });
    expect((await guest().call('DELETE', '/cart')).status).toBe(405);
  });

  it('limits requests per address and reports the remaining ones', async () => {
    const one = guest();
    const left: (string | null)[] = [];
    for (let times = 0; times < 4; times++) {
      const answer = await one.call('GET', '/cart');
      left.push(answer.headers.get('ratelimit')?.split(';')[1] ?? null);
      if (times === 3) expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([429, true]);
    }
    expect(left).toEqual(['r=2', 'r=1', 'r=0', 'r=0']);
    expect((await guest().call('GET', '/cart')).status).toBe(200);
  });

  it('limits catalog reads in a separate tier, exactly', async () => {
    const one = guest();
    const statuses = [];
    for (let times = 0; times < 101; times++) statuses.push((await one.call('GET', '/categories')).status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
    expect((await one.call('GET', '/cart')).status).toBe(200);
    expect((await guest().call('GET', '/categories')).status).toBe(200);
  });

  it('uses X-Forwarded-For only from trusted proxies, up to the first other address', async () => {
    const forged = (addresses: string) =>
      fetch(`${shop.api.url}/api/cart`, { headers: { 'x-forwarded-for': addresses } });
    // The last address is the one that the shop's proxy saw; clients can write any before it.
    for (let times = 0; times < 3; times++) expect((await forged(`10.9.9.${times}, 10.77.1.1`)).status).toBe(200);
    expect((await forged('10.9.9.9, 10.77.1.1')).status).toBe(429);
  });

  it('allows only the storefront’s origin in browsers', async () => {
    const from = (origin: string) => fetch(`${shop.api.url}/api/health`, { headers: { origin } });
    const { STOREFRONT_URL } = shop.services.settings;
    const { origin } = new URL(STOREFRONT_URL);
    expect((await from(origin)).headers.get('access-control-allow-origin')).toBe(origin);
    expect((await from('https://elsewhere.example')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
