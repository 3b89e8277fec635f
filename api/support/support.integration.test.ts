import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUPPORT_LIST_NAMES } from '../../infra/temporal/support-lists.ts';
import { Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

const WEB_UI = 'http://127.0.0.1:8233';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ TEMPORAL_UI_URL: WEB_UI, REFUND_LIMIT_LEAD_CENTS: 50_000 });
});
afterAll(() => shop?.stop());

const follow = (name: string) => fetch(`${shop.api.url}/api/support/lists/${name}`, { redirect: 'manual' });

async function queryOf(name: string): Promise<string> {
  const answer = await follow(name);
  expect([name, answer.status]).toEqual([name, 302]);
  const url = new URL(answer.headers.get('location')!);
  expect(url.origin + url.pathname).toBe(`${WEB_UI}/namespaces/default/workflows`);
  return url.searchParams.get('query')!;
}

describe('the support desk’s lists', () => {
  it('redirect to the Web UI with a valid query', async () => {
    for (const name of SUPPORT_LIST_NAMES) {
      const query = await queryOf(name);
      const { count } = await shop.services.temporal.workflow.count(query);
      expect([name, count >= 0]).toEqual([name, true]);
    }
  });

  it('contain the current time in their queries', async () => {
    const since = Date.parse(/StuckSince < "([^"]+)"/.exec(await queryOf('stuck'))![1]!);
    expect(Math.abs(Date.now() - 3_600_000 - since)).toBeLessThan(10_000);
    expect(await queryOf('today')).toContain(`Day = "${new Date().toISOString().slice(0, 10)}"`);
    expect(await queryOf('large')).toContain('Amount > 500 ');
  });

  it('can be listed, and are named in the error for an unknown one', async () => {
    const guest = new Shopper(shop.api.url);
    const { items } = (await guest.call('GET', '/support/lists')).body;
    expect(items.map((item: { name: string }) => item.name)).toEqual(SUPPORT_LIST_NAMES);
    expect(items[0]).toMatchObject({
      title: 'Refunds waiting for approval by a support lead',
      path: '/api/support/lists/needs-approval',
      query: 'NeedsApproval = true AND ExecutionStatus = "Running"',
    });
    const missing = await guest.call('GET', '/support/lists/yesterday');
    expect(missing.status).toBe(404);
    expect(missing.body).toMatchObject({ code: 'not_found', lists: SUPPORT_LIST_NAMES });
    expect(missing.body.detail).toContain('needs-approval, stuck,');
  });

  it('find orders by the words of their status', async () => {
    expect(await queryOf('to-ship')).toContain('OrderStatus IN ("paid", "partially refunded", "partially shipped")');
    expect(await queryOf('under-review')).toContain('OrderStatus IN ("under review")');
  });
});

describe('in a browser', () => {
  const open = (path: string, accept: string) =>
    fetch(`${shop.api.url}/api/support/${path}`, { redirect: 'manual', headers: { accept } });
  const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

  it('a problem is a page with a sentence; other clients get JSON', async () => {
    const page = await open('lists/yesterday', BROWSER);
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<p role="alert">There is no list “yesterday”. The lists are needs-approval,');
    for (const accept of ['*/*', 'application/json', 'application/problem+json']) {
      const json = await open('lists/yesterday', accept);
      expect([accept, json.headers.get('content-type')]).toEqual([accept, 'application/problem+json']);
    }
    const elsewhere = await fetch(`${shop.api.url}/api/nothing`, { headers: { accept: BROWSER } });
    expect(elsewhere.headers.get('content-type')).toBe('application/problem+json');
  });
});
