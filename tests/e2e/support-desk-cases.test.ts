/** Support staff work cases of the handbook in the Temporal Web UI: parcels, corrections, returns, chargebacks, outages. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, visit } from './support/browser.ts';
import { addToCart, buy, checkOut, newEmail, placeOrder } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct } from './support/staff.ts';
import { Desk, orderCase, refundCase } from './support/temporal-ui.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const ANNA = { requestedBy: 'Anna', reason: 'Customer called' };

/** Calls a control endpoint of the Stripe stand-in. */
const atStripe = (method: string, path: string, body: object) =>
  fetch(`${stack.stripeUrl}/local/${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

const paymentOf = async (desk: Desk) => /pi_\w+/.exec(await desk.untilShown('pi_'))![0];
const numberOf = async (page: Page) => /\d{3}-\d{3}-\d{3}/.exec(await page.title())![0];

it('finds an order by its number, ships a part, corrects what was wrong, and takes a part back', async () => {
  const lantern = await newProduct({ price: 24.5 });
  const other = await newProduct({ price: 9.99 });
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: lantern.id, quantity: 3 }, { id: other.id }]);
  await using desk = await Desk.open(browser);
  await desk.fillFindPage(await numberOf(shopper.page));
  await desk.picture('find-page', desk.page.locator('body'));
  await desk.find(await numberOf(shopper.page));
  await desk.openFromList(orderCase(orderId));

  const two = [{ product: lantern.sku, quantity: 2 }];
  const parcel = { requestId: 'parcel 90', requestedBy: 'Anna', carrier: 'UPS', trackingNumber: '1Z999AA10123456785' };
  await desk.send('markShipped', { ...parcel, lines: two });
  await desk.untilShown('Status: partially shipped', 'Ship the items under “To ship”');
  await desk.pictureOfCase('partially-shipped');

  const right = '1Z999AA10123456784';
  await desk.send('correctTracking', { ...ANNA, requestId: 'parcel 92', trackingNumber: right });
  const address = { name: 'Grace Hopper', street: '2 Compiler Road', city: 'Arlington', state: 'VA' };
  expect(await desk.sendRefused('correctAddress', { ...ANNA, requestId: 'a', address })).toContain('“postal_code”');
  await desk.closeDialog();
  await desk.send('changeEmail', { ...ANNA, requestId: 'ticket 4724', email: newEmail() });
  const note = 'The rest ships on Friday';
  await desk.send('addNote', { requestId: 'call 18', requestedBy: 'Anna', note });
  await desk.untilShown(`previously UPS, ${parcel.trackingNumber}`, 'Previous addresses', `Note: ${note}`);
  await desk.pictureOfCase('corrected');

  const rest = { requestId: 'parcel 94', requestedBy: 'Anna', carrier: 'FedEx', trackingNumber: '449044304137821' };
  await desk.send('markShipped', rest);
  await desk.send('refund', { ...ANNA, requestId: 'back', lines: two, awaitReturn: true });
  await desk.openCase(refundCase(orderId, 'back'));
  await desk.untilShown('State: awaiting return');
  const one = [{ product: lantern.sku, quantity: 1 }];
  await desk.send('returnReceived', { ...ANNA, requestId: 'parcel 88', restock: true, lines: one });
  await desk.untilShown('Done: the refund succeeded.', 'Amount: $24.50');
  await desk.pictureOfCase('return-of-a-part');

  await desk.openCase(orderCase(orderId));
  await desk.send('refund', { ...ANNA, requestId: 'more', lines: one, awaitReturn: true });
  await desk.openCase(refundCase(orderId, 'more'));
  await desk.untilShown('State: awaiting return');
  await desk.send('withdraw', { ...ANNA, requestId: 'ticket 4716', reason: 'You decided to keep it' });
  await desk.untilShown('withdrawn', 'You decided to keep it');
  await desk.pictureOfCase('withdrawn');
});

it('shows a chargeback first, with its deadline, and that evidence was submitted', async () => {
  const product = await newProduct({ price: 58.99 });
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: product.id }]);
  await using desk = await Desk.open(browser);
  await desk.openCase(orderCase(orderId));
  const intent = await paymentOf(desk);
  const opened = await atStripe('POST', 'disputes', { payment_intent: intent });
  const { id: disputeId } = (await opened.json()) as { id: string };
  await desk.openList('chargebacks');
  await desk.openFromList(orderCase(orderId));
  await desk.untilShown(/^\s*Order \S+\s+Chargeback of \$58\.99/, 'The items have not shipped');
  await desk.pictureOfCase('chargeback');

  const payment = desk.page.context().waitForEvent('page');
  await desk.details.getByRole('link', { name: 'pi_' }).click();
  const stripe = await payment;
  await stripe.getByText(disputeId).first().waitFor();
  await stripe.getByLabel('Evidence, such as').fill('Tracking number 1Z999AA10123456784');
  await stripe.getByRole('button', { name: 'Submit evidence' }).click();
  await desk.untilShown('Evidence about the chargeback of $58.99 was submitted to the bank.');
});

it('says that Stripe can’t be reached, retries everything by one start, and explains a start that can’t work', async () => {
  const product = await newProduct();
  await using shopper = await visit(browser);
  await addToCart(shopper.page, product.id);
  await checkOut(shopper.page);
  const orderId = (await placeOrder(shopper.page, newEmail())).split('/').at(-1)!;
  await using desk = await Desk.open(browser);
  await desk.openCase(orderCase(orderId));
  const path = `/v1/payment_intents/${await paymentOf(desk)}/cancel`;
  await atStripe('POST', 'faults', { target: 'api', kind: 'error', status: 503, times: null, match: { path } });
  const id = orderId.slice(0, 8);
  const start = async (workflowId: string, type: string) => {
    const input = { requestedBy: 'Anna', reason: 'Stripe is back' };
    await desk.fillStartForm({ workflowId, taskQueue: 'catalog', type, input });
    await desk.page.getByRole('button', { name: 'Start Workflow' }).click();
    await desk.page.getByRole('paragraph').getByText('Workflow started').waitFor();
    await desk.openCase(workflowId);
  };
  try {
    // The dialog stays open for the seconds that the update waits for Stripe.
    await desk.fill('cancel', { ...ANNA, requestId: 'ticket 4717' });
    await desk.submit();
    await desk.dialog.waitFor({ state: 'hidden', timeout: 60_000 });
    await desk.untilShown('Stopped since', 'Stripe can’t be reached');
    await desk.pictureOfCase('stopped');
    await start(`retry-misspelled-${id}`, 'retryStoped');
    await desk.untilShown('There is no workflow type “retryStoped”');
    await desk.pictureOfCase('start-refused');
  } finally {
    await atStripe('DELETE', 'faults', {});
  }
  await start(`retry-${id}`, 'retryStopped');
  await desk.untilShown(/Done\. (Retried|No case)/);
  await desk.pictureOfCase('retried');
  await desk.openCase(orderCase(orderId));
  await desk.untilShown('Status: canceled');
});
