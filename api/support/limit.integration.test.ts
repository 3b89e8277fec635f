/** The limit of the support desk's lists and of the find page. */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestShop, type TestShop } from '../../tests/support/shop.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({
    RATE_LIMIT_ENABLED: true,
    RATE_LIMIT_SUPPORT: 3,
    TEMPORAL_UI_URL: 'http://127.0.0.1:8233',
  });
});
afterAll(() => shop?.stop());

it('when it is exhausted, is a page that says when to try again, and counts nothing against shoppers', async () => {
  const address = `2001:db8:${randomInt(1, 65_535).toString(16)}::1`;
  const request = (path: string, accept = BROWSER) =>
    fetch(`${shop.api.url}/api${path}`, { redirect: 'manual', headers: { accept, 'x-forwarded-for': address } });
  for (const path of ['/support/lists/stuck', '/support/lists', '/support/find'])
    expect((await request(path)).status).toBeLessThan(400);
  const page = await request('/support/lists/stuck');
  expect([page.status, page.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
  expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(850);
  expect(await page.text()).toContain('Too many requests came from your network. Try again in 15 minutes.');
  const json = await request('/support/lists/stuck', 'application/json');
  expect(await json.json()).toMatchObject({ code: 'rate_limited', retry_after_seconds: expect.any(Number) });
  const { RATE_LIMIT_READS } = shop.services.settings;
  expect((await request('/cart')).headers.get('ratelimit')).toContain(`"reads";r=${RATE_LIMIT_READS - 1};`);
});
