/** Stock as shoppers see it: remaining units, shortages, and released units. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, untilHydrated, visit } from './support/browser.ts';
import { addToCart, checkOut, newEmail, placeOrder, status } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { available, extendOrderReservation, extendReservation, newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('names the line with too few units and how many are left, and corrects the quantity with one click', async () => {
  const scarce = await newProduct({ stock: 5 });
  const plenty = await newProduct();
  await using first = await visit(browser);
  await addToCart(first.page, scarce.id, 5);
  await addToCart(first.page, plenty.id);

  await using second = await visit(browser);
  await addToCart(second.page, scarce.id, 3);
  await checkOut(second.page);
  await second.page.getByRole('heading', { name: 'Checkout' }).waitFor();

  // The cart page still shows enough stock; only reserving it fails.
  await first.page.goto('/cart');
  await checkOut(first.page);
  await first.page.getByRole('alert').getByText(`${scarce.name}: only 2 left; you have 5 in your cart.`).waitFor();
  const short = first.page.locator(`[data-sku="${scarce.sku}"] [data-short]`);
  await short.getByText('Only 2 left in stock.').waitFor();
  expect(await first.page.locator('[data-short]').count()).toBe(1);
  await first.page.getByRole('button', { name: `Change ${scarce.name} to 2` }).click();
  await expect.poll(() => first.page.getByLabel(`Quantity of ${scarce.name}`).inputValue()).toBe('2');
  await checkOut(first.page);
  await first.page.getByRole('heading', { name: 'Checkout' }).waitFor();
  expect(await available(scarce.id)).toBe(0);

  await using third = await visit(browser);
  await third.page.goto(`/products/${scarce.id}`);
  await third.page.getByText('Sold out', { exact: true }).waitFor();
  expect(await third.page.getByRole('button', { name: 'Add to cart' }).count()).toBe(0);
});

it('releases the reservation when the shopper goes back to edit the cart', async () => {
  const product = await newProduct({ stock: 4 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id, 4);
  await checkOut(page);
  await page.getByRole('button', { name: 'Edit cart' }).click();
  await page.waitForURL('**/cart');
  await expect.poll(() => available(product.id)).toBe(4);
  // A new reservation does not compete with the shopper’s own, released or not.
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  expect(await available(product.id)).toBe(0);
});

it('applies changed quantities immediately, and removes lines', async () => {
  const one = await newProduct({ price: 10 });
  const other = await newProduct({ price: 5 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, one.id);
  await addToCart(page, other.id);
  await page.goto('/cart');
  const quantity = page.getByLabel(`Quantity of ${one.name}`);
  await quantity.fill('4');
  await quantity.press('Enter');
  await expect.poll(() => page.locator('[data-total]').textContent()).toBe('$45.00');
  await page.getByRole('button', { name: `Remove ${other.name}` }).click();
  await expect.poll(() => page.locator('[data-total]').textContent()).toBe('$40.00');
  expect(shopper.complaints).toEqual([]);
});

it('releases unpaid items: the reservation ends on the page, the order expires, the stock is available again', async () => {
  const product = await newProduct({ stock: 2 });
  const left = await newProduct({ stock: 2 });
  await using leaver = await visit(browser);
  await addToCart(leaver.page, left.id, 2);
  await checkOut(leaver.page);
  await leaver.page.getByRole('heading', { name: 'Checkout' }).waitFor();

  await using shopper = await visit(browser);
  await addToCart(shopper.page, product.id, 2);
  await checkOut(shopper.page);
  await placeOrder(shopper.page, newEmail());
  expect(await available(product.id)).toBe(0);

  const patience = { timeout: (stack.reservationSeconds + 30) * 1000 };
  await leaver.page.getByRole('heading', { name: 'Your reservation has expired' }).waitFor(patience);
  await status(shopper.page, 'expired').waitFor(patience);
  await shopper.page.locator('[data-event="order_expired"]').waitFor();
  await expect.poll(() => available(left.id), patience).toBe(2);
  await expect.poll(() => available(product.id), patience).toBe(2);

  // The cart is unchanged, and one click reserves it again.
  await leaver.page.getByRole('button', { name: 'Return to checkout' }).click();
  await leaver.page.getByRole('heading', { name: 'Checkout' }).waitFor();
  expect(await available(left.id)).toBe(0);
});

it('updates the countdown when staff extend the reservation: at checkout after a reload, at payment automatically', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id);
  await checkOut(page);
  await page.getByRole('timer').waitFor();
  await untilHydrated(page);
  await extendReservation(new URL(page.url()).pathname.split('/').at(-1)!, 5);
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
  await expect.poll(() => secondsLeft(page)).toBeGreaterThan(stack.reservationSeconds + 60);

  await using other = await visit(browser);
  await addToCart(other.page, product.id);
  await checkOut(other.page);
  const order = await placeOrder(other.page, newEmail());
  await untilHydrated(other.page);
  await extendOrderReservation(order.split('/').at(-1)!, 5);
  await expect.poll(() => secondsLeft(other.page)).toBeGreaterThan(stack.reservationSeconds + 60);
  expect([...shopper.complaints, ...other.complaints]).toEqual([]);
});

async function secondsLeft(page: Page): Promise<number> {
  const [minutes = 0, seconds = 0] = ((await page.getByRole('timer').textContent()) ?? '').split(':').map(Number);
  return minutes * 60 + seconds;
}
