/** Search: typos, suggestions, filters, long lists. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { categories } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('corrects a mistyped word, and says so', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/');
  await page.getByLabel('Search products').fill('notbook');
  await page.getByLabel('Search products').press('Enter');
  await page.waitForURL('**/search?q=notbook');
  await page.locator('article a').first().waitFor();
  const names = await page.locator('article a').allTextContents();
  expect(names.some((name) => /notebook/i.test(name))).toBe(true);
  await page.getByRole('heading', { name: /Showing results for “notebook”/ }).waitFor();
  expect(shopper.complaints).toEqual([]);
});

it('suggests products while typing, selectable with the keyboard', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/');
  await untilHydrated(page);
  const box = page.getByRole('combobox', { name: 'Search products' });
  await box.pressSequentially('noteb', { delay: 20 });
  const options = page.getByRole('option');
  await options.first().waitFor();
  const wanted = (await options.first().textContent())?.trim();
  await box.press('ArrowDown');
  expect(await page.locator('[role=option][aria-selected=true]').textContent()).toContain(wanted);
  await box.press('Enter');
  await page.getByRole('heading', { level: 1, name: wanted }).waitFor();
});

it('filters by category and price, and removes the filters', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/search?q=linen');
  await untilHydrated(page);
  const total = async () => Number((await page.getByRole('status').textContent())?.replace(/\D/g, ''));
  const all = await total();
  const filters = page.getByRole('complementary', { name: 'Filters' });
  const box = filters.getByRole('checkbox').filter({ visible: true }).first();
  await box.check();
  await page.waitForURL(/category=/);
  await expect.poll(total).toBeLessThanOrEqual(all);
  await filters
    .getByRole('link', { name: /^(Under|\$)/ })
    .filter({ visible: true })
    .first()
    .click();
  await page.waitForURL(/(min|max)_price=/);
  expect(new URL(page.url()).searchParams.get('q')).toBe('linen');
  await page.getByRole('link', { name: 'Clear all filters' }).click();
  await expect.poll(total).toBe(all);
});

it('appends to a long list, and restores it after going back', async () => {
  const longest = (await categories()).reduce((one, other) => (one.product_count >= other.product_count ? one : other));
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/c/${longest.slug}`);
  await untilHydrated(page);
  const cards = page.locator('article');
  const before = await cards.count();
  await page.getByRole('link', { name: 'Load more' }).click();
  await expect.poll(() => cards.count()).toBeGreaterThan(before);
  const after = await cards.count();
  const links = (await page.evaluate(
    "[...document.querySelectorAll('article a')].map((link) => link.href)",
  )) as string[];
  expect(new Set(links).size).toBe(after);
  await cards.nth(before).locator('a').click();
  await page.getByRole('button', { name: 'Add to cart' }).or(page.getByText('currently sold out')).first().waitFor();
  await page.goBack();
  await expect.poll(() => cards.count()).toBe(after);
});
