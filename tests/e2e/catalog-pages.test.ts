/** Details of catalog pages: focus, going back, images, and addresses that lead nowhere. */
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { addToCart, buy, checkOut, newEmail, pay, placeOrder, untilPaid } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { categories, changeProduct, newProduct, productWithVariants } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const focused = (page: Page) => page.evaluate<string>("(document.activeElement?.textContent ?? '').trim()");

it('choosing a variant, a sort order, or a filter keeps the focus and the position', async () => {
  const product = await productWithVariants();
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/products/${product.id}`);
  await untilHydrated(page);
  const other = page.locator(`[role="group"] a:not([aria-current])`).first();
  const value = (await other.textContent())!.trim();
  await other.focus();
  const top = await page.evaluate<number>('scrollY');
  await page.keyboard.press('Enter');
  await page.waitForURL((url) => url.pathname !== `/products/${product.id}`);
  await expect.poll(() => focused(page)).toContain(value.split(/\s/)[0]!);
  expect(await page.evaluate('scrollY')).toBe(top);

  await page.goto(`/c/${(await categories())[0]!.slug}`);
  await untilHydrated(page);
  await page.getByRole('link', { name: 'Price: low to high' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=price_asc/);
  await expect.poll(() => focused(page)).toBe('Price: low to high');
  expect(shopper.complaints).toEqual([]);
});

it('going back after “Load more” leads to the product that was opened', async () => {
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  await page.goto(`/c/${(await categories())[0]!.slug}`);
  await untilHydrated(page);
  const cards = page.locator('main article');
  const first = await cards.count();
  await page.getByRole('link', { name: 'Load more' }).click();
  await expect.poll(() => cards.count()).toBeGreaterThan(first);
  const opened = cards.last().getByRole('link');
  await opened.scrollIntoViewIfNeeded();
  const name = (await opened.textContent())!.trim();
  const top = await page.evaluate<number>('scrollY');
  await opened.click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.goBack();
  await expect.poll(() => cards.count()).toBeGreaterThan(first);
  await expect.poll(() => page.evaluate('scrollY')).toBe(top);
  expect(shopper.complaints).toEqual([]);
});

it('images of other sites are allowed, and a SKU with a slash has a picture', async () => {
  const product = await newProduct({ sku: `E2E/${randomUUID().slice(0, 8)}` });
  const picture = await fetch(stack.storefrontUrl + product.image_url);
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/svg+xml']);
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  const pixel = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
    'base64',
  );
  for (const scheme of ['https', 'http']) {
    const image_url = `${scheme}://pictures.example.test/pot.png`;
    await page.route(image_url, (route) => route.fulfill({ contentType: 'image/png', body: pixel }));
    await changeProduct(product, { image_url });
    await page.goto(`/products/${product.id}`);
    await expect.poll(() => page.evaluate(`document.querySelector('img[src="${image_url}"]')?.naturalWidth`)).toBe(1);
  }
  // Other tests see this product on the home page.
  await changeProduct(product, { image_url: product.image_url });
  expect(shopper.complaints.filter((text) => !text.includes('Service Worker'))).toEqual([]);
});

it('addresses that lead nowhere are not found, and the image proxy stays in its folder', async () => {
  for (const path of [
    '/products/not-a-uuid',
    '/orders/not-a-uuid',
    '/checkout/not-a-uuid',
    `/products/${randomUUID()}`,
  ])
    expect([path, (await fetch(stack.storefrontUrl + path)).status]).toEqual([path, 404]);
  for (const path of ['/media/..%2fapi%2fready', '/media/%2e%2e%2fapi%2fready', '/media/..%5capi%5cready'])
    expect([path, (await fetch(stack.storefrontUrl + path)).status]).toEqual([path, 404]);
});

it('an order of one product, several times, does not claim more', async () => {
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  const product = await newProduct();
  const other = await newProduct();
  await buy(page, [{ id: product.id, quantity: 3 }]);
  await page.goto('/orders');
  await page.getByRole('link', { name: product.name, exact: true }).waitFor();
  await page.getByText('3 items').waitFor();
  await addToCart(page, product.id);
  await addToCart(page, other.id);
  await checkOut(page);
  await placeOrder(page, newEmail());
  await pay(page);
  await untilPaid(page);
  await page.goto('/orders');
  await page.getByRole('link', { name: /and more$/ }).waitFor();
});
