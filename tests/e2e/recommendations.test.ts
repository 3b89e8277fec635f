/** Recommendations, their reasons, and opting out. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Product } from '../../api/contracts/catalog.ts';
import { readSettings } from '../../infra/config.ts';
import { InfluxDb } from '../../infra/influxdb/client.ts';
import { connectPostgres, type Postgres } from '../../infra/postgres/orm.ts';
import { modelOf, publish, unpublish } from '../support/models.ts';
import { launchBrowser, PHONE, visit } from './support/browser.ts';
import {
  addToCart,
  checkOut,
  expectNoSidewaysScroll,
  newEmail,
  PASSWORD,
  pay,
  placeOrder,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct, uniqueName } from './support/staff.ts';

const influx = new InfluxDb(readSettings());
let browser: Browser;
let postgres: Postgres;
let lantern: Product;
let wick: Product;
let model: string;

beforeAll(async () => {
  browser = await launchBrowser();
  postgres = await connectPostgres(readSettings());
  [lantern, wick] = await Promise.all([newProduct({ name: uniqueName() }), newProduct({ name: uniqueName() })]);
  const others = await Promise.all(Array.from({ length: 4 }, () => newProduct()));
  model = await publish(
    postgres.db,
    modelOf(
      [lantern, wick, ...others].map(({ id }) => id),
      [
        { from: lantern.id, to: wick.id, strength: 2 },
        ...others.map(({ id }) => ({ from: lantern.id, to: id, strength: 1 })),
      ],
    ),
  );
  const served = async () =>
    ((await (await fetch(`${stack.apiUrl}/api/products/${lantern.id}/similar`)).json()) as { model: string }).model;
  await vi.waitFor(async () => expect(await served()).toBe(model), { timeout: 20_000 });
});
afterAll(async () => {
  await unpublish(postgres.db);
  await Promise.all([browser.close(), postgres.close()]);
});

const row = (page: Page, placement: string) => page.locator(`[data-placement="${placement}"]`);
/** Finds the card by its link, because other cards name the product in their reasons. */
const cardOf = (page: Page, placement: string, product: Product) =>
  row(page, placement)
    .getByRole('listitem')
    .filter({ has: page.getByRole('link', { name: product.name, exact: true }) });

/** Scrolls down until the lazily loaded rows are shown. */
async function untilRowsAreThere(page: Page): Promise<void> {
  await page.locator('[data-scripted]').waitFor({ state: 'attached' });
  const waiting = page.locator('section[aria-busy="true"]');
  for (let left = await waiting.count(); left > 0; left = await waiting.count()) {
    await page.mouse.wheel(0, 600);
    await page.waitForTimeout(100);
  }
}

async function recordedEvents(event: 'impression' | 'click', placement: string): Promise<number> {
  const series = await influx.series(
    `SELECT count("id") FROM "events" WHERE "event" = '${event}' AND "placement" = '${placement}' AND "model" = '${model}'`,
  );
  return Number(series[0]?.values[0]?.[1] ?? 0);
}

async function register(page: Page): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Email').fill(newEmail());
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/account');
}

it('uses purchases, shows the reason, and stops after an opt-out', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await register(page);
  await addToCart(page, lantern.id);
  await checkOut(page);
  await placeOrder(page);
  await pay(page);
  await untilPaid(page);

  await page.goto('/');
  await untilRowsAreThere(page);
  await page.getByRole('heading', { name: 'Recommended for you' }).scrollIntoViewIfNeeded();
  const card = cardOf(page, 'home', wick);
  await card.getByText(`Because you bought ${lantern.name}`).waitFor();
  expect(await cardOf(page, 'home', lantern).count()).toBe(0);
  await expect.poll(() => recordedEvents('impression', 'home')).toBe(1);
  await card.getByRole('link').click();
  await page.waitForURL(`**/products/${wick.id}`);
  await expect.poll(() => recordedEvents('click', 'home')).toBe(1);

  await page.goto('/');
  await untilRowsAreThere(page);
  await page.getByRole('heading', { name: 'Buy again' }).scrollIntoViewIfNeeded();
  await cardOf(page, 'again', lantern).waitFor();

  await page.goto('/privacy');
  await page.getByRole('button', { name: 'Turn off personalization' }).click();
  await page.getByText('Personalized recommendations are off.').waitFor();
  await page.goto('/for-you');
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByText('Because you bought').count()).toBe(0);

  await page.goto('/privacy');
  await page.getByRole('button', { name: 'Turn on personalization' }).click();
  await page.getByText('Personalized recommendations are on.').waitFor();
  await page.getByText('Clear my history', { exact: true }).click();
  await page.getByRole('button', { name: 'Clear history' }).click();
  await page.getByText('is no longer used').waitFor();
  await page.goto('/for-you');
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByText('Because you bought').count()).toBe(0);
  expect(shopper.complaints).toEqual([]);
});

it('shows companions of a product and of the cart on a phone', async () => {
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/products/${lantern.id}`);
  await untilRowsAreThere(page);
  await cardOf(page, 'product', wick).waitFor();
  await expectNoSidewaysScroll(page);
  await addToCart(page, lantern.id);
  await page.goto('/cart');
  await untilRowsAreThere(page);
  await cardOf(page, 'cart', wick).waitFor();
  expect(await cardOf(page, 'cart', lantern).count()).toBe(0);
  await expectNoSidewaysScroll(page);
  expect(shopper.complaints).toEqual([]);
});

it('links to the same lists without scripts', async () => {
  await using shopper = await visit(browser, { javaScriptEnabled: false, viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/products/${lantern.id}`);
  await page.getByRole('link', { name: 'See items that pair well with this one' }).click();
  await page.getByRole('heading', { name: `Pairs well with ${lantern.name}` }).waitFor();
  await page.getByRole('link', { name: wick.name }).waitFor();
  await expectNoSidewaysScroll(page);
  await page.goto('/');
  await page.getByRole('link', { name: 'See our recommendations for you' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await page.getByRole('listitem').count()).toBeGreaterThan(0);
});

it('omits the row when the list can’t be loaded', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.route('**/recommendations?*', (route) => route.fulfill({ status: 503 }));
  await page.goto(`/products/${lantern.id}`);
  await untilRowsAreThere(page);
  expect(await row(page, 'product').count()).toBe(0);
  await page.getByRole('button', { name: 'Add to cart' }).waitFor();
});
