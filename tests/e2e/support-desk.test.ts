/** Support staff find and read a case in the Temporal Web UI, and see refused actions. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, untilHydrated, visit } from './support/browser.ts';
import { addToCart, buy, CARDS, checkOut, newEmail, PASSWORD, pay, placeOrder, untilPaid } from './support/shopper.ts';
import { available, newProduct, userIdOf } from './support/staff.ts';
import { Desk, orderCase } from './support/temporal-ui.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

it('finds an order by number, email address, ID, customer, status, amount, and day, and shows its history', async () => {
  const lantern = await newProduct({ price: 24.5 });
  const other = await newProduct({ price: 9.99 });
  const account = { email: newEmail(), password: PASSWORD };
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/register');
  await page.getByLabel('Email').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/account');
  await addToCart(page, lantern.id, 2);
  await addToCart(page, other.id);
  await checkOut(page);
  const orderId = (await placeOrder(page)).split('/').at(-1)!;
  await untilHydrated(page);
  await pay(page, CARDS.declined);
  await page.getByRole('alert').getByText('Your card was declined.').waitFor();
  await pay(page, CARDS.good);
  await untilPaid(page);

  const number = /\d{3}-\d{3}-\d{3}/.exec(await page.title())![0];
  for (const path of [`/orders/${orderId}`, '/orders']) {
    await page.goto(path);
    await page.getByRole('main').getByText(number).waitFor();
  }

  await using desk = await Desk.open(browser);
  for (const entered of [number, account.email.toUpperCase()]) {
    await desk.find(entered);
    expect(desk.page.url()).not.toContain('example');
    await desk.untilListed(orderCase(orderId));
  }
  const customerId = await userIdOf(account);
  const today = new Date().toISOString().slice(0, 10);
  for (const query of [
    `CustomerId = "${customerId}"`,
    `OrderStatus = "paid" AND Amount = 58.99 AND Day = "${today}" AND CustomerId = "${customerId}"`,
    `OrderId = "${orderId}"`,
  ]) {
    await desk.search(query);
    await desk.untilListed(orderCase(orderId));
    expect([...new Set(await desk.listed())]).toContain(orderCase(orderId));
  }
  await desk.pictureOfList('found');
  await desk.openList('to-ship');
  await desk.untilListed(orderCase(orderId));
  await desk.openList('today');
  await desk.openFromList(orderCase(orderId));

  await desk.untilShown(
    `Order ${number}`,
    'Paid. Ready to ship.',
    lantern.name,
    other.sku,
    'Status: paid',
    'Total: $58.99',
    'Charged: $58.99',
    'Refunded: $0.00',
    'Your card was declined.',
    /Reservation: reservation-\S+, sold/,
  );
  await desk.pictureOfCase('order', 'page');
  const reservation = desk.page.context().waitForEvent('page');
  await desk.details.getByRole('link', { name: 'reservation-' }).click();
  await (await reservation).getByRole('heading', { name: 'reservation-' }).waitFor();
});

it('keeps the dialog open and shows why an update is refused; offers no harmful actions', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: product.id }]);
  await using desk = await Desk.open(browser);
  await desk.openCase(orderCase(orderId));

  expect(await desk.page.getByRole('button', { name: 'Request Cancellation' }).isDisabled()).toBe(true);
  await desk.openActions();
  for (const name of ['Reset', 'Terminate'])
    expect(await desk.action(name).getAttribute('aria-disabled'), name).toBe('true');
  await desk.picture('actions', desk.content);
  await desk.page.keyboard.press('Escape');

  await desk.openCase(orderCase(orderId));
  await desk.openUpdates();
  await desk.update('refund').getByText('Refunds the order').waitFor();
  await desk.picture('updates', desk.dialog);

  await desk.openCase(orderCase(orderId));
  const anna = { requestId: 'ticket 4711', requestedBy: 'Anna' };
  expect(await desk.sendRefused('markDelivered', anna)).toContain(
    "An order that is paid can't be marked delivered. It is paid and has not shipped.",
  );
  await desk.picture('refused', desk.dialog);
  await desk.closeDialog();
  const incomplete = await desk.sendRefused('putUnderReview', anna);
  expect(incomplete).toContain('“reason” (why, in a few words) is required. For example: {"requestId": ');
  expect(incomplete).not.toMatch(/ at \S+\.ts/);
  await desk.closeDialog();
  await desk.untilShown('Status: paid');
});

it('refunds everything from the start form', async () => {
  const product = await newProduct({ stock: 3, price: 31.25 });
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: product.id, quantity: 2 }]);
  await using desk = await Desk.open(browser);
  const workflowId = `refund-ticket-${orderId.slice(0, 8)}`;
  await desk.fillStartForm({ workflowId, taskQueue: 'orders', type: 'refund', input: { orderId, all: true } });
  await desk.picture('start-form', desk.content);
  await desk.page.getByRole('button', { name: 'Start Workflow' }).click();
  await desk.page.getByRole('paragraph').getByText('Workflow started').waitFor();
  await desk.openCase(workflowId);
  await desk.untilShown(
    'Done: the refund succeeded.',
    'Amount: $62.50',
    'State: succeeded',
    'Requested by: ui:support',
  );
  await desk.pictureOfCase('refund-done');
  await shopper.page.reload();
  await shopper.page.locator('[data-status="refunded"]').first().waitFor();
  // Nothing had shipped, so its items are restocked automatically.
  expect(await available(product.id)).toBe(3);
});
