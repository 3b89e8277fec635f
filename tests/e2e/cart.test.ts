/** Carts: what was added in several tabs at once, what is left, prices that change, and carts that are too large. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, untilHydrated, visit } from './support/browser.ts';
import { addToCart, checkOut } from './support/shopper.ts';
import { addEverything, changePrice, newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('a new guest’s first additions in two tabs at once share one cart', async () => {
  const [one, other] = [await newProduct(), await newProduct()];
  await using shopper = await visit(browser);
  const tabs = [shopper.page, await shopper.page.context().newPage()];
  for (const [index, tab] of tabs.entries()) {
    await tab.goto(`/products/${[one, other][index]!.id}`);
    await untilHydrated(tab);
  }
  await Promise.all(tabs.map((tab) => tab.getByRole('button', { name: 'Add to cart' }).click()));
  await Promise.all(tabs.map((tab) => tab.getByText('1 item added to your cart.').waitFor()));
  await shopper.page.goto('/cart');
  await shopper.page.getByRole('heading', { name: '2 items' }).waitFor();
});

it('says what is left when more is added than there is', async () => {
  const product = await newProduct({ stock: 2 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id, 2);
  await page.getByRole('button', { name: 'Add to cart' }).click();
  await page.getByText('Only 2 left, 2 in your cart.').waitFor();
});

it('shows a price that has changed since the item was added, in the cart and at checkout', async () => {
  const product = await newProduct({ price: 30 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id);
  await changePrice(product.id, 45);
  await page.goto('/cart');
  await page.getByText('The price was $30.00 when you added this.').waitFor();
  await checkOut(page);
  await page.getByText('Prices have changed since you added these items').waitFor();
  const changes = (await page.locator('[data-price-changes]').textContent()) ?? '';
  expect(changes.replaceAll(/\s+/g, ' ')).toContain('$45.00, previously $30.00');
});

it('says that a cart is too large before the shopper checks out', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, (await newProduct()).id);
  const cookies = await page.context().cookies();
  const cartId = cookies.find(({ name }) => name === 'holdfast_guest')!.value;
  await addEverything(cartId, 50);
  await page.goto('/cart');
  await page.getByText('You can order up to 50 different products at a time. Remove 1 to check out').waitFor();
});
