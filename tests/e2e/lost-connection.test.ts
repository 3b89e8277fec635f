/** Pages that stay open over a bad connection: what shoppers see and type remains, whatever happens in the background. */
import type { Browser, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import {
  addToCart,
  buy,
  CARDS,
  checkOut,
  enterCard,
  expand,
  fillAddress,
  newEmail,
  placeOrder,
  untilPaid,
} from './support/shopper.ts';
import { extendReservation, newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Requests in the background, and those by which a page would load itself again. */
const BACKGROUND = /\/state$|\/__data\.json|\/orders\/events/;
const FAILURES: Record<string, (route: Route) => Promise<void>> = {
  offline: (route) => route.abort('internetdisconnected'),
  '429': (route) => route.fulfill({ status: 429, headers: { 'retry-after': '60' } }),
  '503': (route) => route.fulfill({ status: 503, body: 'unavailable' }),
  '500': (route) => route.fulfill({ status: 500, body: 'failed' }),
  'a response that is not JSON': (route) => route.fulfill({ status: 200, body: '<!doctype html>' }),
};
const unknown = (page: Page) => page.locator('[data-unknown]');

/** The page becomes visible again, which makes it check in the background. */
const returnToTab = (page: Page) => page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");

async function openCheckout(page: Page): Promise<void> {
  await addToCart(page, (await newProduct()).id);
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await untilHydrated(page);
}

describe.each(Object.keys(FAILURES))('while background requests get %s', (kind) => {
  it('the checkout page and its fields remain, say that they may be outdated, and recover', async () => {
    await using shopper = await visit(browser, { serviceWorkers: 'block', viewport: PHONE });
    const { page } = shopper;
    await openCheckout(page);
    await fillAddress(page, 'grace@example.com');
    const id = new URL(page.url()).pathname.split('/').at(-1)!;
    await page.route(BACKGROUND, FAILURES[kind]!);
    const requested = page.waitForRequest(BACKGROUND);
    await returnToTab(page);
    await requested;
    await unknown(page).getByText('this page may be out of date').waitFor();
    expect(await page.getByRole('heading', { name: 'Checkout' }).count()).toBe(1);
    expect(await page.getByLabel('Street address').inputValue()).toBe('1 Compiler Road');

    await page.unroute(BACKGROUND);
    await extendReservation(id, 5);
    if (kind !== '429') {
      await returnToTab(page);
      await unknown(page).waitFor({ state: 'detached' });
      await expect.poll(() => page.getByRole('timer').textContent()).toMatch(/^5:\d\d$/);
    }
    expect(await page.getByLabel('State').inputValue()).toBe('VA');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
  });

  it('the payment page and the typed card remain, and paying works', async () => {
    await using shopper = await visit(browser, { serviceWorkers: 'block', viewport: PHONE });
    const { page } = shopper;
    await openCheckout(page);
    await placeOrder(page, newEmail());
    await enterCard(page, CARDS.good);
    await page.route(BACKGROUND, FAILURES[kind]!);
    await returnToTab(page);
    await unknown(page).getByText('this page may be out of date').waitFor();
    expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242');
    await page.unroute(BACKGROUND);
    await page.getByRole('button', { name: /^Pay \$/ }).click();
    await page
      .locator('[data-status="paid"]')
      .first()
      .waitFor({ timeout: kind === '429' ? 90_000 : 30_000 });
  });
});

it('a delayed response never replaces a newer one', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await buy(page, [{ id: product.id, quantity: 2 }]);
  await untilHydrated(page);
  let release: () => void = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  await page.route(/\/state$/, async (route) => {
    if (isHeld) return route.continue();
    isHeld = true;
    const response = await route.fetch();
    await released;
    await route.fulfill({ response });
  });
  await returnToTab(page);
  await expect.poll(() => isHeld).toBe(true);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('1');
  await form.getByLabel('Reason for canceling').fill('One too many');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await page.locator('[data-refund]').waitFor();
  const received = page.waitForResponse(/\/state$/);
  release();
  await received;
  await page.waitForTimeout(500);
  expect(await page.locator('[data-refund]').count()).toBe(1);
});

it('while the session has ended, the payment page and the typed card remain, and it recovers', async () => {
  await using shopper = await visit(browser, { viewport: PHONE });
  const { page } = shopper;
  await openCheckout(page);
  await placeOrder(page, newEmail());
  await enterCard(page, CARDS.good);
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await returnToTab(page);
  await unknown(page).waitFor();
  expect(await page.getByLabel('Card number').inputValue()).toBe('4242 4242 4242 4242');
  await page.context().addCookies(cookies);
  await returnToTab(page);
  await unknown(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /^Pay \$/ }).click();
  await untilPaid(page);
});

it('adding to the cart keeps the page when nothing else can be loaded', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await page.goto(`/products/${product.id}`);
  await untilHydrated(page);
  await page.route(/__data\.json|\/cart\/count/, (route) => route.abort('internetdisconnected'));
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('added to your cart').waitFor();
  expect(await page.getByRole('heading', { name: product.name, level: 1 }).count()).toBe(1);
});
