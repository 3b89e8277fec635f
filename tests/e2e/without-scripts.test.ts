/** The shop before its scripts load, and where they never do: forms and links are enough to buy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import {
  addToCart,
  CARDS,
  checkOut,
  expectNoSidewaysScroll,
  fillAddress,
  newEmail,
  PASSWORD,
  pay,
  placeOrder,
  untilPaid,
} from './support/shopper.ts';
import { newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, viewport: PHONE };

it('a guest can buy: declined, then paid', async () => {
  const product = await newProduct({ price: 18 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  await addToCart(page, product.id, 2);
  await checkOut(page);
  await page.getByText(/Reserved for you/).waitFor();
  await page.getByText(/until .*UTC/).waitFor();
  await fillAddress(page, '');
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByText('Enter your email').waitFor();
  expect(await page.getByLabel('City').inputValue()).toBe('Arlington');
  const order = await placeOrder(page, newEmail());

  await pay(page, CARDS.declined);
  await page.waitForURL((url) => url.pathname === order && url.searchParams.get('redirect_status') === 'failed');
  await page.getByText('Your card was declined.').first().waitFor();
  await pay(page, CARDS.good);
  await page.waitForURL((url) => url.pathname === order);
  await untilPaid(page);
  await expectNoSidewaysScroll(page);
});

it('follows the bank’s authentication and returns paid', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  await addToCart(page, product.id);
  await checkOut(page);
  await placeOrder(page, newEmail());
  await pay(page, CARDS.authentication);
  await page.getByRole('button', { name: 'Complete authentication' }).click();
  await untilPaid(page);
});

it('registers, filters, searches, and changes the cart with plain forms and links', async () => {
  const product = await newProduct({ stock: 3 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  await addToCart(page, product.id, 3);
  await page.getByLabel(`Quantity of ${product.name}`).fill('5');
  await page.getByRole('button', { name: 'Update' }).click();
  await page.getByText('Only 3 left, 3 in your cart.').waitFor();
  expect(await page.getByLabel(`Quantity of ${product.name}`).inputValue()).toBe('3');

  await page.getByRole('link', { name: 'create an account', exact: true }).click();
  await page.getByLabel('Email').fill(newEmail());
  await page.getByLabel('Password').fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Use at least 10 characters.').waitFor();
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/cart');
  await page.getByRole('button', { name: `Remove ${product.name}` }).click();
  await page.getByText('Your cart is empty.').waitFor();

  await page.locator('summary').getByText('Shop').click();
  await page.getByRole('navigation', { name: 'Categories' }).getByRole('link').first().click();
  await page.getByRole('link', { name: 'Price: low to high' }).click();
  await page.getByLabel('Minimum price in US dollars').fill('20');
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.waitForURL(
    (url) => url.searchParams.get('sort') === 'price_asc' && url.searchParams.get('min_price') === '20',
  );
  await page.getByRole('link', { name: 'Load more' }).click();
  await page.waitForURL(/cursor=/);
  await page.getByRole('link', { name: 'Back to the first page' }).waitFor();
});

it('keeps input and selections made before the scripts load', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await addToCart(page, product.id);
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  let letGo: () => void = () => {};
  const reserved = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/_app\/immutable\/entry\/app/, (route) => reserved.then(() => route.continue()));
  await page.reload({ waitUntil: 'commit' });
  const email = newEmail();
  await fillAddress(page, email);
  letGo();
  await untilHydrated(page);
  expect(await page.getByLabel('Email').inputValue()).toBe(email);
  expect(await page.getByLabel('State').inputValue()).toBe('VA');
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
});
