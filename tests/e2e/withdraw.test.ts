/** Shoppers who withdraw a refund, return, or cancellation request on the order page. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { canceledOf, refundState } from './support/order-page.ts';
import { buy, expand, expectNoSidewaysScroll, status } from './support/shopper.ts';
import { decide, markShipped, newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, viewport: PHONE };

it('a request for items is withdrawn after a confirmation, and the items ship', async () => {
  const product = await newProduct({ price: 180 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await buy(page, [{ id: product.id, quantity: 2 }]);
  await untilHydrated(page);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('1');
  await form.getByLabel('Reason for canceling').fill('One too many');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  const waiting = refundState(page, 'awaiting_approval');
  const confirm = waiting.getByRole('button', { name: 'Withdraw request' });
  await waiting.getByText('Withdraw this request').waitFor();
  expect(await confirm.isVisible()).toBe(false);
  await waiting.getByText('Withdraw this request').click();
  await waiting.getByText('These items will ship with your order').waitFor();
  await confirm.click();
  await refundState(page, 'withdrawn').getByText('Nothing will be refunded.').waitFor();
  await expect.poll(() => canceledOf(page, product.name).count()).toBe(0);
  await page.getByText('The refund request was withdrawn.').waitFor();
  expect(shopper.complaints).toEqual([]);
});

it('without scripts, a cancellation and a return are withdrawn; a request that was decided meanwhile says so', async () => {
  const product = await newProduct({ price: 180 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  const orderId = await buy(page, [product]);
  const request = async () =>
    (await expand(page, 'Cancel order')).getByRole('button', { name: 'Cancel order' }).click();
  const withdraw = async (state: string) => {
    const waiting = refundState(page, state);
    await waiting.getByText('Withdraw this request').click();
    await expectNoSidewaysScroll(page);
    await waiting.getByRole('button', { name: 'Withdraw request' }).click();
  };
  await request();
  await withdraw('awaiting_approval');
  await page.waitForURL('**#refunds');
  await refundState(page, 'withdrawn').getByText('Your order will be processed as planned.').waitFor();
  await status(page, 'paid').waitFor();

  await request();
  await refundState(page, 'awaiting_approval').waitFor();
  await decide(orderId, 'reject', 'It is packed');
  await withdraw('awaiting_approval');
  await page.getByRole('alert').getByText('can no longer be withdrawn').waitFor();

  await markShipped(orderId, 'UPS', '1Z999AA10123456784');
  await page.goto(`/orders/${orderId}`);
  const form = await expand(page, 'Request a return');
  await form.getByLabel('Reason for return').fill('Too small');
  await form.getByRole('button', { name: 'Request return' }).click();
  await page.waitForURL('**#refunds');
  await withdraw('awaiting_return');
  await expect.poll(() => page.locator('[data-refund="withdrawn"]').count()).toBe(2);
});
