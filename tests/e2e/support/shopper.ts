/** Steps of shoppers. */
import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { untilHydrated } from './browser.ts';

export const CARDS = {
  good: '4242424242424242',
  declined: '4000000000000002',
  authentication: '4000002500003155',
} as const;

export const newEmail = (): string => `e2e-${randomUUID().slice(0, 12)}@example.com`;
export const PASSWORD = 'a long enough password';

/** @param isScripted waits for the page's scripts; otherwise the browser submits the form if it is faster */
export async function addToCart(page: Page, productId: string, quantity = 1, isScripted = false): Promise<void> {
  await page.goto(`/products/${productId}`);
  if (isScripted) await untilHydrated(page);
  await page.getByLabel('Quantity', { exact: true }).fill(String(quantity));
  await page.getByRole('button', { name: 'Add to cart' }).click();
  // With scripts the page stays and shows a message; without, the cart opens.
  await page
    .getByText(/added to your cart|^Your cart$/)
    .first()
    .waitFor();
}

/** Clicks Checkout in the cart, which reserves it. */
export async function checkOut(page: Page): Promise<void> {
  if (new URL(page.url()).pathname !== '/cart') await page.goto('/cart');
  await page.getByRole('button', { name: 'Check out' }).click();
}

export async function fillAddress(page: Page, email?: string): Promise<void> {
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  if (email) await page.getByLabel('Email').fill(email);
  await page.getByLabel('Full name').fill('Grace Hopper');
  await page.getByLabel('Street address').fill('1 Compiler Road');
  await page.getByLabel('City').fill('Arlington');
  await page.getByLabel('State').selectOption('VA');
  await page.getByLabel('ZIP code').fill('22201');
}

/** Submits the address and opens the payment page. @returns path of the order */
export async function placeOrder(page: Page, email?: string): Promise<string> {
  await fillAddress(page, email);
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
  return new URL(page.url()).pathname;
}

export async function enterCard(page: Page, number: string): Promise<void> {
  await page.getByLabel('Card number').fill(number);
  await page.getByLabel('Expiration date').fill('12 / 34');
  await page.getByLabel('Security code').fill('123');
}

export async function pay(page: Page, number: string = CARDS.good): Promise<void> {
  await enterCard(page, number);
  await page.getByRole('button', { name: /^Pay \$/ }).click();
}

export function status(page: Page, is: string): Locator {
  return page.locator(`[data-status="${is}"]`).first();
}

/** Waits for the open page to show the order as paid, without clicks or reloads. */
export async function untilPaid(page: Page): Promise<void> {
  await status(page, 'paid').waitFor();
  await page.getByRole('heading', { name: /Thank you for your order|Your order is confirmed/ }).waitFor();
}

/** Buys as a guest. @returns ID of the paid order, whose page is open */
export async function buy(page: Page, products: readonly { id: string; quantity?: number }[]): Promise<string> {
  for (const { id, quantity } of products) await addToCart(page, id, quantity);
  await checkOut(page);
  const path = await placeOrder(page, newEmail());
  await pay(page);
  await untilPaid(page);
  return path.split('/').at(-1)!;
}

/** Cancels the open page's unpaid order, which asks for confirmation. */
export async function cancelUnpaid(page: Page): Promise<void> {
  await page.getByText('Cancel this order', { exact: true }).click();
  await page.getByRole('button', { name: 'Cancel order' }).click();
}

/** Expands a collapsed section, if it is not expanded yet. */
export async function expand(page: Page, title: string): Promise<Locator> {
  const details = page.locator('details').filter({ has: page.getByRole('heading', { name: title }) });
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
  return details;
}

export async function cartCount(page: Page): Promise<number> {
  const badge = page.locator('[data-cart-count]');
  return (await badge.count()) === 0 ? 0 : Number(await badge.getAttribute('data-cart-count'));
}

/** @throws when the page is wider than the window */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate('[document.documentElement.scrollWidth, innerWidth]')) as number[];
  expect(content, `${page.url()} is wider than the window`).toBeLessThanOrEqual(window!);
}
