/** Analytics events of a visit, with and without consent. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings } from '../../infra/config.ts';
import { InfluxDb } from '../../infra/influxdb/client.ts';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { addToCart, checkOut, expectNoSidewaysScroll } from './support/shopper.ts';
import { newProduct } from './support/staff.ts';

const influx = new InfluxDb(readSettings());
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function eventsOf(productId: string): Promise<{ event: string; visitor: unknown; quantity: unknown }[]> {
  const series = await influx.series(
    `SELECT "id", "visitor", "quantity" FROM "events" WHERE "product_id" = '${productId}' GROUP BY "event"`,
  );
  return series.flatMap(({ tags, values }) =>
    values.map(([, , visitor, quantity]) => ({ event: tags?.event ?? '', visitor, quantity })),
  );
}

const kindsOf = async (productId: string) => (await eventsOf(productId)).map(({ event }) => event).sort();
const banner = (page: Page) => page.getByRole('complementary', { name: 'Your privacy' });

it('records views and cart changes, with an ID for those who consent', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/');
  await untilHydrated(page);
  await banner(page).getByRole('button', { name: 'Allow' }).click();
  await banner(page).waitFor({ state: 'detached' });
  // A shopper who leaves before the scripts run has not viewed the product, as far as anyone can count.
  await addToCart(page, product.id, 2, true);
  await page.goto('/cart');
  await page.getByRole('button', { name: `Remove ${product.name}` }).click();
  await page.getByText('Your cart is empty.').waitFor();
  await expect.poll(() => kindsOf(product.id)).toEqual(['add_to_cart', 'product_view', 'remove_from_cart']);
  const events = await eventsOf(product.id);
  expect(events.filter(({ event }) => event !== 'product_view')).toEqual([
    { event: 'add_to_cart', visitor: expect.stringMatching(/^[0-9a-f]{32}$/), quantity: 2 },
    { event: 'remove_from_cart', visitor: expect.stringMatching(/^[0-9a-f]{32}$/), quantity: 2 },
  ]);
  expect(shopper.complaints).toEqual([]);
});

it('accepts a refusal without scripts, remembers it, and records events without IDs', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, { javaScriptEnabled: false, viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/products/${product.id}`);
  await expectNoSidewaysScroll(page);
  await banner(page).getByRole('button', { name: 'Decline' }).click();
  await page.waitForURL(`**/products/${product.id}`);
  expect(await banner(page).count()).toBe(0);
  await addToCart(page, product.id);
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await expect.poll(() => eventsOf(product.id)).toEqual([{ event: 'add_to_cart', visitor: null, quantity: 1 }]);

  await page.goto('/privacy');
  await page.getByText('Your analytics are anonymous.').waitFor();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('You allowed analytics that are linked to you.').waitFor();
});

it('does not ask when the browser opts out', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, { extraHTTPHeaders: { 'sec-gpc': '1' } });
  const { page } = shopper;
  await addToCart(page, product.id, 1, true);
  expect(await banner(page).count()).toBe(0);
  await expect.poll(() => kindsOf(product.id)).toEqual(['add_to_cart', 'product_view']);
  expect((await eventsOf(product.id)).every(({ visitor }) => visitor === null)).toBe(true);
});

it('records a view that is reported while the page is left, on a first visit and on later ones', async () => {
  const products = await Promise.all(Array.from({ length: 8 }, () => newProduct()));
  for (const [index, product] of products.entries()) {
    await using shopper = await visit(browser);
    const { page } = shopper;
    if (index % 2 === 1) {
      await page.goto('/privacy');
      await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    }
    await addToCart(page, product.id, 1, true);
    await page.goto('/cart');
  }
  for (const { id } of products) await expect.poll(() => kindsOf(id)).toEqual(['add_to_cart', 'product_view']);
});
