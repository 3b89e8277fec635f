/** Common behavior of all pages: phone and desktop width, light and dark, keyboard, and headers. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, launchBrowser, PHONE, SMALL_PHONE, untilHydrated, visit } from './support/browser.ts';
import {
  addToCart,
  CARDS,
  checkOut,
  expectNoSidewaysScroll,
  newEmail,
  pay,
  placeOrder,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { available, categories, changeProduct, newProduct, seededProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(stack.screenshotFolder, { recursive: true });
});
afterAll(() => browser.close());

describe.each([
  ['small-phone', SMALL_PHONE, 'light'],
  ['phone', PHONE, 'light'],
  ['phone-dark', PHONE, 'dark'],
  ['desktop', DESKTOP, 'light'],
  ['desktop-dark', DESKTOP, 'dark'],
] as const)('at %s', (name, viewport, colorScheme) => {
  it('no page is wider than its window or logs errors', async () => {
    const product = await newProduct();
    const seeded = await seededProduct();
    const [category] = await categories();
    await using shopper = await visit(browser, { viewport, colorScheme });
    const { page } = shopper;
    const look = async (title: string) => {
      await expectNoSidewaysScroll(page);
      await expectNoLeaks(page);
      await loadImages(page);
      await page.screenshot({ path: join(stack.screenshotFolder, `${title}-${name}.png`), fullPage: true });
    };
    for (const [title, path] of [
      ['home', '/'],
      ['category', `/c/${category!.slug}`],
      ['search', '/search?q=linen'],
      ['nothing-found', '/search?q=xyzzyplugh'],
      ['product', `/products/${seeded.id}`],
      ['sign-in', '/sign-in'],
      ['register', '/register'],
      ['empty-cart', '/cart'],
      ['missing', '/no-such-page'],
    ] as const) {
      await page.goto(path, { waitUntil: 'load' });
      await look(title);
    }
    await addToCart(page, seeded.id);
    await addToCart(page, product.id, 2);
    await look('added');
    await page.goto('/cart');
    await look('cart');
    await checkOut(page);
    await page.getByRole('timer').waitFor();
    await look('checkout');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('fields need your attention').waitFor();
    await look('checkout-errors');
    // A new reservation to pay, because screenshots take time on a busy machine and the tests' reservations are short.
    await checkOut(page);
    await placeOrder(page, newEmail());
    await look('pay');
    await pay(page, CARDS.declined);
    await page.getByRole('alert').waitFor();
    await look('declined');
    await pay(page);
    await untilPaid(page);
    await look('paid');
    await page.goto('/orders');
    await look('orders');
    expect(shopper.complaints).toEqual([]);
  });
});

it('a purchase works with the keyboard alone', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto(`/products/${product.id}`);
  await untilHydrated(page);
  await page.keyboard.press('Tab');
  expect(await focusedText(page)).toBe('Skip to content');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Add to cart');
  await page.keyboard.press('Enter');
  await page.getByText('added to your cart').waitFor();
  await tabTo(page, 'View cart');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/cart');
  await tabTo(page, 'Check out');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
});

it('cookies are inaccessible to scripts and other sites', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id);
  const cookies = await page.context().cookies();
  expect(cookies.map(({ name }) => name).sort()).toEqual(['holdfast_cart_count', 'holdfast_guest']);
  for (const { name, httpOnly, sameSite, path } of cookies)
    expect({ name, httpOnly, sameSite, path }).toEqual({ name, httpOnly: true, sameSite: 'Lax', path: '/' });
});

it('personal pages are cached only by the shopper’s browser, and files by everyone', async () => {
  await using shopper = await visit(browser);
  const { request } = shopper.page;
  for (const path of ['/cart', '/sign-in', '/no-such-page']) {
    const headers = (await request.get(path)).headers();
    expect(headers['cache-control'], path).toContain('no-store');
  }
  const home = await request.get('/');
  expect(home.headers()['cache-control']).toContain('private');
  expect(home.headers()['content-security-policy']).toMatch(/script-src 'self' 'nonce-[^']+'(;|$)/);
  const file = /\/_app\/immutable\/entry\/start\.[^"]+\.js/.exec(await home.text())?.[0];
  expect((await request.get(file!)).headers()['cache-control']).toContain('immutable');
  const picture = await request.get((await seededProduct()).image_url);
  expect(picture.headers()['content-type']).toContain('image/svg+xml');
  expect(picture.headers()['cache-control']).toMatch(/public, max-age=\d{5}/);
});

it('accepts forms only from its own pages', async () => {
  const product = await newProduct();
  const answer = await fetch(`${stack.storefrontUrl}/cart?/add`, {
    method: 'POST',
    headers: { origin: 'https://elsewhere.example', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ product_id: product.id, quantity: '1' }),
    redirect: 'manual',
  });
  expect(answer.status).toBe(403);
});

it('pages never show an older price or stock than the shop’s, and a page says when the shop can’t be reached', async () => {
  const product = await newProduct({ price: 30, stock: 4 });
  await using shopper = await visit(browser, { viewport: SMALL_PHONE });
  const { page } = shopper;
  const path = `/products/${product.id}`;
  await page.goto('/');
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  await page.goto(path);
  expect(await page.evaluate('navigator.serviceWorker.controller !== null')).toBe(true);
  await page.getByText('$30.00').first().waitFor();
  await page.goto('/cart');
  await changeProduct(product, { price: 45, stock_delta: -4 });
  await expect.poll(() => available(product.id)).toBe(0);
  await page.goto(path);
  await page.getByText('$45.00').first().waitFor();
  await page.getByText('Sold out', { exact: true }).waitFor();

  await page.context().setOffline(true);
  await page.goto(path);
  await page.getByRole('heading', { name: 'We can’t reach the shop' }).waitFor();
  expect(await page.getByText('$').count()).toBe(0);
  await expectNoSidewaysScroll(page);
  await page.screenshot({ path: join(stack.screenshotFolder, 'offline-small-phone.png') });
  await page.context().setOffline(false);
  await page.getByRole('link', { name: 'Try again' }).click();
  await page.getByText('$45.00').first().waitFor();
});

/** Expects none of the texts that a template shows when a value is missing. */
async function expectNoLeaks(page: Page): Promise<void> {
  const shown = (await page.evaluate(
    "document.body.innerText + [...document.querySelectorAll('input, select')].map((field) => field.value).join('|')",
  )) as string;
  expect(shown, page.url()).not.toMatch(/undefined|\bnull\b|NaN|\[object|Invalid Date/);
}

/** Waits for all images, including lazy ones, and fonts. */
async function loadImages(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    for (const image of document.images) image.loading = 'eager';
    await Promise.all([...document.images].map((image) => image.decode().catch(() => undefined)));
    await document.fonts.ready;
    scrollTo(0, 0);
  })()`);
}

function focusedText(page: Page): Promise<string> {
  return page.evaluate(
    "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()",
  );
}

async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focusedText(page)) === text) return;
  }
  throw new Error(`No ${text} within 60 presses of Tab on ${page.url()}`);
}
