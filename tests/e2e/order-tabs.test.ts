/** Many open tabs of orders: they share one event stream, and none needs it to be up to date. */
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, untilHydrated, type Visit, visit } from './support/browser.ts';
import { addToCart, buy, checkOut, newEmail, pay, placeOrder, status, untilPaid } from './support/shopper.ts';
import { markShipped, newProduct, refund } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const STREAM = /\/orders\/events/;

/** Counts the event streams that are open in all tabs. */
function openStreams(context: BrowserContext): () => number {
  const open = new Set<Request>();
  context.on('request', (request) => STREAM.test(request.url()) && open.add(request));
  context.on('requestfailed', (request) => open.delete(request));
  context.on('requestfinished', (request) => open.delete(request));
  // A closed tab reports nothing more about its requests.
  return () => [...open].filter((request) => !request.frame().page().isClosed()).length;
}

async function openTab(context: BrowserContext, path: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(path);
  await untilHydrated(page);
  return page;
}

async function unpaid({ page }: Visit): Promise<string> {
  await addToCart(page, (await newProduct()).id);
  await checkOut(page);
  return placeOrder(page, newEmail());
}

/** What a browser reports of a tab that another one covers. */
const hide = (page: Page, isHidden: boolean) =>
  page.evaluate(`
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: '${isHidden ? 'hidden' : 'visible'}' });
    document.dispatchEvent(new Event('visibilitychange'));
  `);

it('twenty tabs share one stream, every one is updated, and another takes over when the first is closed', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  const context = page.context();
  const streams = openStreams(context);
  const ids = [await buy(page, [product]), await buy(page, [product])];
  const tabs: Page[] = [];
  for (let count = 0; count < 20; count += 1) tabs.push(await openTab(context, `/orders/${ids[count % 2]}`));
  await page.close();
  await expect.poll(streams).toBe(1);
  await markShipped(ids[0]!, 'UPS', '1Z999AA10123456784');
  for (const [index, tab] of tabs.entries()) await status(tab, index % 2 === 0 ? 'shipped' : 'paid').waitFor();

  await tabs[0]!.close();
  await tabs[1]!.close();
  await expect.poll(streams).toBe(1);
  await markShipped(ids[1]!, 'UPS', '1Z999AA10123456785');
  for (const tab of tabs.slice(2)) await status(tab, 'shipped').waitFor();
  // The shop still responds to all of them.
  await tabs[19]!.getByRole('link', { name: 'Your orders' }).first().click();
  await tabs[19]!.waitForURL('**/orders');
  expect(shopper.complaints).toEqual([]);
});

it('a hidden tab and a final order have no stream; a tab that is shown again catches up', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  const streams = openStreams(page.context());
  const orderId = await buy(page, [product]);
  await expect.poll(streams).toBe(1);
  await hide(page, true);
  await expect.poll(streams).toBe(0);
  await markShipped(orderId, 'UPS', '1Z999AA10123456784');
  await hide(page, false);
  await status(page, 'shipped').waitFor();
  await expect.poll(streams).toBe(1);
  await refund(orderId, 24.5, 'Lost');
  await status(page, 'refunded').waitFor();
  await expect.poll(streams).toBe(0);
});

it('an order is followed without a stream, and by few enough requests for the limits', async () => {
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await page.route(STREAM, () => {
    // Neither a response nor an error, as behind a proxy that buffers.
  });
  await unpaid(shopper);
  await untilHydrated(page);
  let requests = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/state')) requests += 1;
  });
  await page.clock.install();
  for (let minute = 0; minute < 10; minute += 1) {
    await page.clock.runFor(60_000);
    await page.waitForTimeout(100);
  }
  expect(requests).toBeGreaterThan(5);
  expect(requests).toBeLessThan(45);
});

it('a payment is shown although the stream is blocked, in both tabs of the order', async () => {
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await page.context().route(STREAM, (route) => route.abort());
  const path = await unpaid(shopper);
  const other = await openTab(page.context(), path);
  await pay(page);
  await untilPaid(page);
  await status(other, 'paid').waitFor();
});
