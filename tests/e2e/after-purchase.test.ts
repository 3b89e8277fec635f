/** What a shopper can still do once an order is paid, and what they see of it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DESKTOP, launchBrowser, PHONE, untilScripted, visit } from './support/browser.ts';
import { buy, expectNoSidewaysScroll, status, unfold } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import {
  available,
  decide,
  markDelivered,
  markShipped,
  newProduct,
  putOnHold,
  receiveReturns,
  refund,
} from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  mkdirSync(stack.screenshotFolder, { recursive: true });
});
afterAll(() => browser.close());

const WITHOUT_SCRIPTS = { javaScriptEnabled: false, viewport: PHONE };

const refundState = (page: Page, is: string) => page.locator(`[data-refund="${is}"]`).first();
const step = (page: Page) => page.getByRole('list', { name: 'Progress of the order' }).locator('[aria-current="step"]');

/** Without scripts a page shows what is new when one looks again. */
async function lookUntil(page: Page, isThere: () => Promise<boolean>): Promise<void> {
  await expect
    .poll(async () => {
      if (await isThere()) return true;
      await page.reload();
      return isThere();
    })
    .toBe(true);
}

/** Pictures of the open page as a phone and a desk show it. */
async function picture(page: Page, title: string): Promise<void> {
  for (const [name, viewport] of [
    ['phone', PHONE],
    ['desktop', DESKTOP],
  ] as const) {
    await page.setViewportSize(viewport);
    await expectNoSidewaysScroll(page);
    await page.evaluate('scrollTo(0, 0)');
    await page.screenshot({ path: join(stack.screenshotFolder, `${title}-${name}.png`), fullPage: true });
  }
}

describe('a paid order that has not left', () => {
  it('is cancelled by its shopper, and its money and its items go back', async () => {
    const product = await newProduct({ stock: 3, price: 31.25 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await buy(page, [{ id: product.id, quantity: 2 }]);
    expect(await step(page).textContent()).toMatch(/Paid/);
    const form = await unfold(page, 'Cancel this order');
    await form.getByText('$62.50 goes back to your card').waitFor();
    await picture(page, 'order-cancel-form');
    await form.getByLabel('Why do you cancel?').fill('Found it at home');
    await form.getByRole('button', { name: 'Yes, cancel the order' }).click();
    await status(page, 'cancelled').waitFor();
    await refundState(page, 'succeeded').getByText('$62.50').waitFor();
    await page.getByText('All of your payment went back to your card.').waitFor();
    await page.getByText('−$62.50').waitFor();
    expect(await step(page).textContent()).toMatch(/Cancelled/);
    expect(await page.getByRole('heading', { name: 'Cancel this order' }).count()).toBe(0);
    await expect.poll(() => available(product.id)).toBe(3);
    await picture(page, 'order-cancelled');
    expect(shopper.complaints).toEqual([]);
  });

  it('can be cancelled without scripts', async () => {
    const product = await newProduct({ stock: 1 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    await buy(page, [product]);
    const form = await unfold(page, 'Cancel this order');
    await form.getByRole('button', { name: 'Yes, cancel the order' }).click();
    await status(page, 'cancelled').waitFor();
    await lookUntil(page, async () => (await refundState(page, 'succeeded').count()) > 0);
    await expectNoSidewaysScroll(page);
  });

  it('waits for a support lead where the amount is large, and goes on when they do not agree', async () => {
    const product = await newProduct({ price: 180 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await (await unfold(page, 'Cancel this order')).getByRole('button', { name: 'Yes, cancel the order' }).click();
    await page.getByRole('heading', { name: 'Your cancellation is being looked at' }).waitFor();
    await refundState(page, 'awaiting_approval').waitFor();
    await picture(page, 'order-cancellation-waits');
    expect(await step(page).textContent()).toMatch(/Shipped.*waiting/);
    expect(await page.getByRole('heading', { name: 'Cancel this order' }).count()).toBe(0);
    await decide(orderId, 'reject', 'It was engraved for you');
    await status(page, 'paid').waitFor();
    await refundState(page, 'rejected').getByText('It was engraved for you').waitFor();
    expect(await page.getByRole('heading', { name: 'Cancel this order' }).count()).toBe(0);
  });

  it('shows that it is being checked', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await putOnHold(orderId);
    await page.getByRole('heading', { name: 'We are checking this order' }).waitFor();
    await page.goto('/orders');
    await status(page, 'on_hold').waitFor();
  });

  it('gives one of two items back, after saying what that comes to', async () => {
    const kept = await newProduct({ price: 20 });
    const unwanted = await newProduct({ price: 12.3 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await buy(page, [
      { id: kept.id, quantity: 2 },
      { id: unwanted.id, quantity: 3 },
    ]);
    const form = await unfold(page, 'Ask for a refund');
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await form.getByText('Choose at least one item.').waitFor();
    await form.getByText('Tell us why, in a few words.').waitFor();

    await form.getByLabel(unwanted.name).selectOption('3');
    await expect.poll(() => form.locator('[data-gives-back]').textContent()).toBe('$36.90');
    await form.getByLabel('Everything that is left').check();
    await expect.poll(() => form.locator('[data-gives-back]').textContent()).toBe('$76.90');
    await form.getByLabel('Some items').check();
    await form.getByLabel(unwanted.name).selectOption('1');
    await form.getByLabel('Why?').fill('One too many');
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await refundState(page, 'succeeded').getByText(unwanted.name).waitFor();
    await status(page, 'partially_refunded').waitFor();
    await page.getByText('−$12.30').waitFor();

    // The next request begins anew, with what is left.
    const again = await unfold(page, 'Ask for a refund');
    expect(await again.getByLabel('Why?').inputValue()).toBe('');
    expect(await again.getByLabel(unwanted.name).locator('option').count()).toBe(3);
    await picture(page, 'order-refund-form');
    await again.locator('summary').click();
    await picture(page, 'order-partly-refunded');
    expect(shopper.complaints).toEqual([]);
  });

  it('gives the same back once, however often the form is sent', async () => {
    const product = await newProduct({ price: 15 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
    const form = await unfold(page, 'Ask for a refund');
    await form.getByLabel(product.name).selectOption({ label: '1 · $15.00' });
    await form.getByLabel('Why?').fill('One is enough');
    const hidden = (name: string) => form.locator(`input[name="${name}"]`).inputValue();
    const fields = {
      idempotency_key: await hidden('idempotency_key'),
      refundable: await hidden('refundable'),
      what: 'items',
      [`units:${product.id}`]: '1',
      reason: 'One is enough',
    };
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await lookUntil(page, async () => (await refundState(page, 'succeeded').count()) > 0);
    const again = await page.request.post(`/orders/${orderId}?/refund`, {
      form: fields,
      headers: { origin: stack.storefrontUrl, accept: 'text/html' },
      maxRedirects: 0,
    });
    expect(again.status()).toBe(303);
    await page.reload();
    expect(await page.locator('[data-refund]').count()).toBe(1);
  });

  it('keeps what was typed when the API refuses, and says why', async () => {
    const product = await newProduct({ price: 30 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
    const form = await unfold(page, 'Ask for a refund');
    await form.getByLabel(product.name).selectOption('2');
    await form.getByLabel('Why?').fill('Not for me');
    // Support was faster.
    await refund(orderId, 45, 'Late');
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await form.getByRole('alert').getByText('more than the $15.00').waitFor();
    expect(await form.getByLabel('Why?').inputValue()).toBe('Not for me');
    expect(await form.getByLabel(product.name).inputValue()).toBe('2');
    // The page now knows what is left, and asks for no more than that.
    await form.getByText('$15.00 are left').waitFor();
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await lookUntil(page, async () => (await status(page, 'refunded').count()) > 0);
  });
});

describe('an order on its way', () => {
  it('shows its parcel, takes a return, and gives the money back once the items are there', async () => {
    const lamp = await newProduct({ price: 35, stock: 5 });
    const stove = await newProduct({ price: 20 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: lamp.id, quantity: 2 }, stove]);
    await markShipped(orderId, 'UPS', '1Z999AA10123456784');
    await page.getByRole('heading', { name: 'On its way to you' }).waitFor();
    await page.getByText('1Z999AA10123456784', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: /Follow it at UPS/ }).getAttribute('href')).toContain('1Z999AA1');
    expect(await step(page).textContent()).toMatch(/Shipped/);
    expect(await page.getByRole('heading', { name: 'Cancel this order' }).count()).toBe(0);

    const form = await unfold(page, 'Return items');
    await form.getByLabel(lamp.name).selectOption('1');
    await form.getByLabel('Why?').fill('Wrong colour');
    await form.getByRole('button', { name: 'Ask for the return' }).click();
    const open = refundState(page, 'awaiting_return');
    await open.getByText('Waiting for the items').waitFor();
    await open.getByText(lamp.name).waitFor();
    await status(page, 'shipped').waitFor();
    await picture(page, 'order-return-open');

    await markDelivered(orderId);
    await page.getByRole('heading', { name: 'Your parcel has arrived' }).waitFor();
    await receiveReturns(orderId);
    await refundState(page, 'succeeded').getByText('$35.00').waitFor();
    await page.getByText('−$35.00').waitFor();
    await status(page, 'delivered').waitFor();
    await expect.poll(() => available(lamp.id)).toBe(4);
    expect(shopper.complaints).toEqual([]);
  });

  it('can be sent back without scripts', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser, WITHOUT_SCRIPTS);
    const { page } = shopper;
    const orderId = await buy(page, [product]);
    await markShipped(orderId, 'Harbor Couriers', 'HC-1');
    await page.reload();
    await page.getByText('HC-1', { exact: true }).waitFor();
    const form = await unfold(page, 'Return items');
    await form.getByText('$18.00').waitFor();
    await form.getByLabel('Why?').fill('Too dim');
    await form.getByRole('button', { name: 'Ask for the return' }).click();
    await page.waitForURL('**#refunds');
    await refundState(page, 'awaiting_return').getByText(product.name).waitFor();
    expect(await page.getByRole('heading', { name: 'Return items' }).count()).toBe(0);
    await expectNoSidewaysScroll(page);
  });

  it('keeps what is opened, chosen and typed before the scripts have come', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser, { serviceWorkers: 'block' });
    const { page } = shopper;
    await buy(page, [{ id: product.id, quantity: 2 }]);
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await page.route(/_app\/immutable\/entry\/app/, (route) => held.then(() => route.continue()));
    await page.reload({ waitUntil: 'commit' });
    const form = await unfold(page, 'Ask for a refund');
    await form.getByLabel(product.name).selectOption('2');
    await form.getByLabel('Why?').fill('Quick fingers');
    letGo();
    await untilScripted(page);
    await expect.poll(() => form.locator('[data-gives-back]').textContent()).toBe('$36.00');
    expect(await form.getByLabel('Why?').inputValue()).toBe('Quick fingers');
    expect(await form.getByLabel(product.name).inputValue()).toBe('2');
    await form.getByRole('button', { name: 'Ask for the refund' }).click();
    await status(page, 'refunded').waitFor();
  });

  it('keeps what is chosen and typed when the order moves meanwhile', async () => {
    const product = await newProduct({ price: 18 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    const orderId = await buy(page, [{ id: product.id, quantity: 2 }]);
    await markShipped(orderId, 'UPS', '1Z');
    await page.getByRole('heading', { name: 'On its way to you' }).waitFor();
    await untilScripted(page);
    const form = await unfold(page, 'Return items');
    await form.getByLabel(product.name).selectOption('2');
    await form.getByLabel('Why?').fill('Half typed');
    await markDelivered(orderId);
    await page.getByRole('heading', { name: 'Your parcel has arrived' }).waitFor();
    expect(await form.getByLabel('Why?').inputValue()).toBe('Half typed');
    expect(await form.getByLabel(product.name).inputValue()).toBe('2');
    expect(await form.locator('[data-gives-back]').textContent()).toBe('$36.00');
  });
});
