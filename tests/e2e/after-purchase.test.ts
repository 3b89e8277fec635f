/** Cancellations and returns of a paid order by its shopper, and the order page afterwards. */
import { mkdirSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import { canceledOf, picture, refundState, reloadUntil, step } from './support/order-page.ts';
import {
  addToCart,
  buy,
  CARDS,
  checkOut,
  enterCard,
  expand,
  expectNoSidewaysScroll,
  newEmail,
  placeOrder,
  status,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import {
  available,
  decide,
  deliveredDaysAgo,
  markDelivered,
  markShipped,
  newProduct,
  putUnderReview,
  receiveReturns,
} from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(stack.screenshotFolder, { recursive: true });
});
afterAll(() => browser.close());

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, viewport: PHONE };

describe('a paid order that has not shipped', () => {
  it('can be canceled by its shopper, which refunds and restocks it', async () => {
    const product = await newProduct({ stock: 3, price: 31.25 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await buy(page, [{ id: product.id, quantity: 2 }]);
    expect(await step(page).textContent()).toMatch(/Paid/);
    const form = await expand(page, 'Cancel order');
    await form.getByText('We’ll refund $62.50 to your card, and your order won’t ship.').waitFor();
    await picture(page, 'order-cancel-form');
    await form.getByLabel('Reason for canceling').fill('Found it at home');
    await form.getByRole('button', { name: 'Cancel order' }).click();
    await status(page, 'canceled').waitFor();
    await refundState(page, 'succeeded').getByText('$62.50').waitFor();
    await page.getByText('We refunded your full payment to your card.').waitFor();
    await page.getByText('−$62.50').waitFor();
    expect(await canceledOf(page, product.name).textContent()).toBe('Canceled');
    expect(await step(page).textContent()).toMatch(/Canceled/);
    expect(await page.getByRole('heading', { name: 'Cancel order' }).count()).toBe(0);
    await expect.poll(() => available(product.id)).toBe(3);
    await picture(page, 'order-canceled');
    expect(shopper.complaints).toEqual([]);
  });

  it('can be canceled without scripts', async () => {
    const product = await newProduct({ stock: 1 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    await buy(page, [product]);
    const form = await expand(page, 'Cancel order');
    await form.getByRole('button', { name: 'Cancel order' }).click();
    await status(page, 'canceled').waitFor();
    await reloadUntil(page, async () => (await refundState(page, 'succeeded').count()) > 0);
    await expectNoSidewaysScroll(page);
  });

  it('awaits a support lead’s approval of a large amount, and continues after a rejection', async () => {
    const product = await newProduct({ price: 180 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await (await expand(page, 'Cancel order')).getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('heading', { name: 'We’re reviewing your cancellation' }).waitFor();
    await refundState(page, 'awaiting_approval').waitFor();
    await picture(page, 'order-cancellation-waits');
    expect(await step(page).textContent()).toMatch(/Shipped.*pending/);
    expect(await page.getByRole('heading', { name: 'Cancel order' }).count()).toBe(0);
    await decide(orderId, 'reject', 'It was engraved for you');
    await status(page, 'paid').waitFor();
    await refundState(page, 'rejected').getByText('It was engraved for you').waitFor();
    // Canceling again is a new request.
    const again = await expand(page, 'Cancel order');
    await again.getByText('Your last request was declined.').waitFor();
    await again.getByLabel('Reason for canceling').fill('The engraving has a typo');
    await again.getByRole('button', { name: 'Cancel order' }).click();
    await page.getByRole('heading', { name: 'We’re reviewing your cancellation' }).waitFor();
    await decide(orderId, 'approve', 'Our mistake');
    await status(page, 'canceled').waitFor();
    await page.getByText('We refunded your full payment to your card.').waitFor();
    expect(await canceledOf(page, product.name).textContent()).toBe('Canceled');
  });

  it('whose payment arrives while its shopper cancels it is still canceled', async () => {
    const product = await newProduct({ stock: 1, price: 40 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    const path = await placeOrder(page, newEmail());
    await enterCard(page, CARDS.good);
    // A window of the same shopper that does not show the payment yet.
    await using unaware = await visit(browser, {
      ...WITHOUT_SCRIPTS,
      storageState: await page.context().storageState(),
    });
    await unaware.page.goto(path);
    await unaware.page.getByText('Cancel this order', { exact: true }).click();
    const cancel = unaware.page.getByRole('button', { name: 'Cancel order' });
    await cancel.waitFor();
    await page.getByRole('button', { name: /^Pay \$/ }).click();
    await untilPaid(page);
    await cancel.click();
    await status(unaware.page, 'canceled').waitFor();
    await status(page, 'canceled').waitFor();
    await page.getByText('We refunded your full payment to your card.').waitFor();
    await expect.poll(() => available(product.id)).toBe(1);
  });

  it('keeps the input when the shop can’t be reached', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser, { serviceWorkers: 'block' });
    const { page } = shopper;
    await buy(page, [product]);
    await untilHydrated(page);
    const form = await expand(page, 'Cancel order');
    await form.getByLabel('Reason for canceling').fill('On the train');
    await page.context().setOffline(true);
    await form.getByRole('button', { name: 'Cancel order' }).click();
    await form.getByRole('alert').getByText('What you entered is still here').waitFor();
    expect(await form.getByLabel('Reason for canceling').inputValue()).toBe('On the train');
    await page.context().setOffline(false);
    await form.getByRole('button', { name: 'Cancel order' }).click();
    await status(page, 'canceled').waitFor();
  });

  it('shows that it is under review', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await putUnderReview(orderId);
    await page.getByRole('heading', { name: 'We’re reviewing your order' }).waitFor();
    await page.goto('/orders');
    await status(page, 'under_review').waitFor();
  });
});

describe('a shipped order', () => {
  it('shows its tracking, accepts a return request, and is refunded once the items arrive', async () => {
    const lamp = await newProduct({ price: 35, stock: 5 });
    const stove = await newProduct({ price: 20 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: lamp.id, quantity: 2 }, stove]);
    await markShipped(orderId, 'UPS', '1Z999AA10123456784');
    await page.getByRole('heading', { name: 'Your order is on its way' }).waitFor();
    await page.getByText('1Z999AA10123456784', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: /Track with UPS/ }).getAttribute('href')).toContain('1Z999AA1');
    expect(await step(page).textContent()).toMatch(/Shipped/);
    expect(await page.getByRole('heading', { name: 'Cancel order' }).count()).toBe(0);

    const form = await expand(page, 'Request a return');
    await form.getByLabel('Everything').check();
    await form.getByText('Refund of $90.00 to your card once we receive the items.').waitFor();
    await picture(page, 'order-return-form');
    await form.getByLabel('Some items').check();
    await form.getByLabel(lamp.name).selectOption('1');
    await form.getByLabel('Reason for return').fill('Wrong color');
    await form.getByRole('button', { name: 'Request return' }).click();
    const open = refundState(page, 'awaiting_return');
    await open.getByText('Return requested').waitFor();
    await open.getByText(lamp.name).waitFor();
    await status(page, 'shipped').waitFor();
    await picture(page, 'order-return-open');

    await markDelivered(orderId);
    await page.getByRole('heading', { name: 'Your order was delivered' }).waitFor();
    await receiveReturns(orderId);
    await refundState(page, 'succeeded').getByText('$35.00').waitFor();
    await page.getByText('−$35.00').waitFor();
    await status(page, 'delivered').waitFor();
    await expect.poll(() => available(lamp.id)).toBe(4);
    expect(shopper.complaints).toEqual([]);
  });

  it('in part: shows each parcel, and lets the rest be canceled and the shipped items returned', async () => {
    const [sent, waiting] = [await newProduct({ price: 20 }), await newProduct({ price: 30 })];
    await using shopper = await visit(browser, { viewport: PHONE });
    const { page } = shopper;
    const orderId = await buy(page, [sent, waiting]);
    await markShipped(orderId, 'UPS', '1Z999AA10123456784', [{ product: sent.sku, quantity: 1 }]);
    await status(page, 'partially_shipped').waitFor();
    await page.getByRole('heading', { name: 'Part of your order is on its way' }).waitFor();
    await page.getByText(`1 × ${sent.name}`).first().waitFor();
    await picture(page, 'order-partially-shipped');
    await expectNoSidewaysScroll(page);
    expect(await page.getByRole('heading', { name: 'Cancel order' }).count()).toBe(0);
    const back = await expand(page, 'Request a return');
    expect(await back.getByText(waiting.name).count()).toBe(0);
    const form = await expand(page, 'Cancel items');
    expect(await form.getByText(sent.name).count()).toBe(0);
    await form.getByLabel(waiting.name).selectOption('1');
    await form.getByLabel('Reason for canceling').fill('Took too long');
    await form.getByRole('button', { name: 'Cancel items' }).click();
    await refundState(page, 'succeeded').getByText('$30.00').waitFor();
    // Nothing remains to ship, so the order has shipped.
    await status(page, 'shipped').waitFor();
    expect(shopper.complaints).toEqual([]);
  });

  it('can be returned without scripts', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await markShipped(orderId, 'Harbor Couriers', 'HC-1');
    await page.reload();
    await page.getByText('HC-1', { exact: true }).waitFor();
    const form = await expand(page, 'Request a return');
    await form.getByText('$18.00').waitFor();
    await form.getByLabel('Reason for return').fill('Too dim');
    await form.getByRole('button', { name: 'Request return' }).click();
    await page.waitForURL('**#refunds');
    await refundState(page, 'awaiting_return').getByText(product.name).waitFor();
    expect(await page.getByRole('heading', { name: 'Request a return' }).count()).toBe(0);
    await expectNoSidewaysScroll(page);
  });

  it('shows when the return window closed', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
    await markShipped(orderId, 'UPS', '1Z');
    await markDelivered(orderId);
    await reloadUntil(page, async () => (await status(page, 'delivered').count()) > 0);
    const form = await expand(page, 'Request a return');
    await form.getByText(/Returns are accepted until \w+ \d+, \d{4}/).waitFor();
    await form.getByLabel('Some items').check();
    await form.getByLabel(product.name).selectOption('1');
    await form.getByLabel('Reason for return').fill('Found it in the attic');
    const deliveredAt = await deliveredDaysAgo(orderId, 40);
    await form.getByRole('button', { name: 'Request return' }).click();
    const last = new Date(deliveredAt.getTime() + 30 * 86_400_000).toISOString().slice(0, 10);
    await page.getByRole('alert').getByText(`Returns of this order were accepted until ${last}.`).waitFor();
    expect(await page.getByRole('heading', { name: 'Request a return' }).count()).toBe(0);
    await page.goto(`/orders/${orderId}`);
    await page.getByText(/The return window for this order closed on \w+ \d+, \d{4}/).waitFor();
    await picture(page, 'order-returns-closed');
  });

  it('keeps selections and input when the order’s status changes meanwhile', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
    await markShipped(orderId, 'UPS', '1Z');
    await page.getByRole('heading', { name: 'Your order is on its way' }).waitFor();
    await untilHydrated(page);
    const form = await expand(page, 'Request a return');
    await form.getByLabel(product.name).selectOption('2');
    await form.getByLabel('Reason for return').fill('Half typed');
    await markDelivered(orderId);
    await page.getByRole('heading', { name: 'Your order was delivered' }).waitFor();
    expect(await form.getByLabel('Reason for return').inputValue()).toBe('Half typed');
    expect(await form.getByLabel(product.name).inputValue()).toBe('2');
    expect(await form.locator('[data-refund-sum]').textContent()).toBe('$36.00');
  });
});
