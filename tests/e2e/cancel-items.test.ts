/** Canceling single items of a paid, unshipped order: they are refunded, don't ship, and are restocked. */
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { canceledOf, picture, refundState, reloadUntil } from './support/order-page.ts';
import { buy, expand, status } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { available, decide, markShipped, newProduct, refund } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(stack.screenshotFolder, { recursive: true });
});
afterAll(() => browser.close());

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, viewport: PHONE };

it('shows the total of the selected items, refunds them, and shows what was canceled', async () => {
  const kept = await newProduct({ price: 20 });
  const unwanted = await newProduct({ price: 12.3, stock: 5 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await buy(page, [
    { id: kept.id, quantity: 2 },
    { id: unwanted.id, quantity: 3 },
  ]);
  await untilHydrated(page);
  const form = await expand(page, 'Cancel items');
  expect(await form.getByRole('spinbutton').count()).toBe(0);
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await form.getByText('Choose at least one item.').waitFor();
  await form.getByText('Enter a reason.').waitFor();

  await form.getByLabel(unwanted.name).selectOption('3');
  await form.getByLabel(kept.name).selectOption('1');
  await form.getByText('Refund of $56.90 to your card; these items won’t ship.').waitFor();
  expect(await form.getByText('Choose at least one item.').count()).toBe(0);
  await picture(page, 'order-cancel-items-form');
  await form.getByLabel(kept.name).selectOption('None');
  await form.getByLabel(unwanted.name).selectOption('1');
  await expect.poll(() => form.locator('[data-refund-sum]').textContent()).toBe('$12.30');
  await form.getByLabel('Reason for canceling').fill('One too many');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  const canceled = refundState(page, 'succeeded');
  await canceled.getByText(unwanted.name).waitFor();
  await canceled.getByText('these items won’t ship').waitFor();
  await status(page, 'partially_refunded').waitFor();
  await page.getByText('−$12.30').waitFor();
  await expect.poll(() => canceledOf(page, unwanted.name).textContent()).toBe('1 of 3 canceled');
  expect(await canceledOf(page, kept.name).count()).toBe(0);
  await expect.poll(() => available(unwanted.id)).toBe(3);

  // The next request starts with the remaining items.
  const again = await expand(page, 'Cancel items');
  expect(await again.getByLabel('Reason for canceling').inputValue()).toBe('');
  expect(await again.getByLabel(unwanted.name).locator('option').count()).toBe(3);
  await again.locator('summary').click();
  await picture(page, 'order-items-canceled');
  expect(shopper.complaints).toEqual([]);
});

it('works with the keyboard alone', async () => {
  const product = await newProduct({ price: 15 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  await buy(page, [{ id: product.id, quantity: 2 }]);
  await untilHydrated(page);
  await page.locator('#items-form summary').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Tab');
  await page.keyboard.type('One is enough');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await refundState(page, 'succeeded').getByText(product.name).waitFor();
  await expect.poll(() => canceledOf(page, product.name).textContent()).toBe('1 of 2 canceled');
});

it('awaits a support lead’s approval of a large amount, and says that the items do not ship meanwhile', async () => {
  const product = await newProduct({ price: 180 });
  await using shopper = await visit(browser);
  const { page } = shopper;
  const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
  await untilHydrated(page);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('1');
  await form.getByLabel('Reason for canceling').fill('One too many');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  const review = 'We’re reviewing your request. These items won’t ship in the meantime.';
  await refundState(page, 'awaiting_approval').getByText(review).waitFor();
  expect(await canceledOf(page, product.name).textContent()).toBe('1 being canceled');
  // The whole order can still be canceled, which includes this request.
  const whole = await expand(page, 'Cancel order');
  await whole.getByText('refund $360.00 to your card').waitFor();
  await picture(page, 'order-items-in-review');
  await decide(orderId, 'reject', 'It is engraved');
  await refundState(page, 'rejected').getByText('It is engraved').waitFor();
  await expect.poll(() => canceledOf(page, product.name).count()).toBe(0);
});

it('refunds once, however often the form is submitted', async () => {
  const product = await newProduct({ price: 15 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption({ label: '1 · $15.00' });
  await form.getByLabel('Reason for canceling').fill('One is enough');
  const hidden = (name: string) => form.locator(`input[name="${name}"]`).inputValue();
  const fields = {
    kind: await hidden('kind'),
    idempotency_key: await hidden('idempotency_key'),
    refundable: await hidden('refundable'),
    [`units:${product.id}`]: '1',
    reason: 'One is enough',
  };
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await page.waitForURL('**#refunds');
  await reloadUntil(page, async () => (await refundState(page, 'succeeded').count()) > 0);
  await refundState(page, 'succeeded').getByText('$15.00').waitFor();
  expect(await canceledOf(page, product.name).textContent()).toBe('1 of 2 canceled');
  // The last unit is canceled with the order.
  expect(await page.getByRole('heading', { name: 'Cancel items' }).count()).toBe(0);
  const again = await page.request.post(`/orders/${orderId}?/refund`, {
    form: fields,
    headers: { origin: stack.storefrontUrl, accept: 'text/html' },
    maxRedirects: 0,
  });
  expect(again.status()).toBe(303);
  await page.reload();
  expect(await page.locator('[data-refund]').count()).toBe(1);
});

it('keeps the input when the API refuses, and says why', async () => {
  const product = await newProduct({ price: 30 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('2');
  await form.getByLabel('Reason for canceling').fill('Not for me');
  // Support makes a refund first.
  await refund(orderId, 45, 'Late');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await form.getByRole('alert').getByText('more than the $15.00').waitFor();
  expect(await form.getByLabel('Reason for canceling').inputValue()).toBe('Not for me');
  expect(await form.getByLabel(product.name).inputValue()).toBe('2');
  // The page now shows the remaining amount, and requests no more than that.
  await form.getByText('We can refund up to $15.00').waitFor();
  await form.getByText('Refund of $15.00 to your card; these items won’t ship.').waitFor();
  await picture(page, 'order-cancel-items-refused');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await reloadUntil(page, async () => (await status(page, 'refunded').count()) > 0);
});

it('does not turn into a return when the order has shipped in the meantime', async () => {
  const product = await newProduct({ price: 18 });
  await using shopper = await visit(browser, WITHOUT_SCRIPTS);
  const { page } = shopper;
  const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('1');
  await form.getByLabel('Reason for canceling').fill('One is enough');
  await markShipped(orderId, 'UPS', '1Z');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  const instead = await expand(page, 'Request a return');
  await instead.getByRole('alert').getByText('You can request a return instead.').waitFor();
  expect(await instead.getByLabel('Reason for return').inputValue()).toBe('One is enough');
  expect(await instead.getByLabel(product.name).inputValue()).toBe('1');
  expect(await page.locator('[data-refund]').count()).toBe(0);
  await instead.getByRole('button', { name: 'Request return' }).click();
  await refundState(page, 'awaiting_return').getByText(product.name).waitFor();
});

it('keeps what is opened, selected, and typed before the scripts load', async () => {
  const product = await newProduct({ price: 18 });
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await buy(page, [{ id: product.id, quantity: 2 }]);
  let letGo: () => void = () => {};
  const reserved = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(/_app\/immutable\/entry\/app/, (route) => reserved.then(() => route.continue()));
  await page.reload({ waitUntil: 'commit' });
  const form = await expand(page, 'Cancel items');
  await form.getByLabel(product.name).selectOption('2');
  await form.getByLabel('Reason for canceling').fill('Quick fingers');
  letGo();
  await untilHydrated(page);
  await expect.poll(() => form.locator('[data-refund-sum]').textContent()).toBe('$36.00');
  expect(await form.getByLabel('Reason for canceling').inputValue()).toBe('Quick fingers');
  expect(await form.getByLabel(product.name).inputValue()).toBe('2');
  await form.getByRole('button', { name: 'Cancel items' }).click();
  await status(page, 'refunded').waitFor();
});
