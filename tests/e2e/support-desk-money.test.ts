/** Refunds by support staff in the Temporal Web UI: partial, full, with approval, and by canceling an order. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, visit } from './support/browser.ts';
import { buy, status } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { available, newProduct, refundAll, tryToDecide } from './support/staff.ts';
import { Desk, orderCase, refundCase } from './support/temporal-ui.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const ANNA = { requestId: 'ticket 4711', requestedBy: 'Anna' };

it('refunds one of two items and restocks it', async () => {
  const lantern = await newProduct({ stock: 5, price: 24.5 });
  const other = await newProduct({ stock: 5, price: 9.99 });
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: lantern.id, quantity: 2 }, { id: other.id }]);
  await expect.poll(() => available(lantern.id)).toBe(3);

  await using desk = await Desk.open(browser);
  await desk.search(`OrderId = "${orderId}"`);
  await desk.openFromList(orderCase(orderId));
  const reason = 'One glass is cracked';
  const request = { ...ANNA, reason, lines: [{ product: lantern.sku, quantity: 1 }], restock: true };
  await desk.fill('refund', request);
  await desk.picture('refund-dialog', desk.dialog);
  await desk.submit();
  await desk.dialog.waitFor({ state: 'hidden' });
  const details = await desk.untilShown(
    'Refunded: $24.50',
    'Remaining: $34.49',
    reason,
    'Status: partially refunded',
    'succeeded',
  );
  expect(details).toMatch(/Refund of \$24\.50 \(1 × .+\) succeeded\./);
  expect(details).toContain('ui:Anna');
  await desk.pictureOfCase('refunded');

  const stripe = desk.page.context().waitForEvent('page');
  await desk.details.getByRole('link', { name: 'pi_' }).click();
  const payment = await stripe;
  await payment.getByRole('heading', { name: 'Refunds' }).waitFor();
  expect(await payment.locator('dl').textContent()).toMatch(/Refunded\s*\$24\.50/);
  await expect.poll(() => available(lantern.id)).toBe(4);
  await status(shopper.page, 'partially_refunded').waitFor();
  await shopper.page.getByText('−$24.50').waitFor();

  const again = {
    ...ANNA,
    requestId: 'ticket 4712',
    reason: 'Asks again',
    lines: [{ product: lantern.sku, quantity: 2 }],
  };
  expect(await desk.sendRefused('refund', again)).toContain('can still be refunded, but 2 were requested.');
  await desk.closeDialog();
  // The text is shown literally, not as a table, a formula, or a list.
  const odd = 'Looks *odd*: | $20 or $25_off [see #4711] <b> 1/2 --';
  await desk.send('putUnderReview', { ...ANNA, requestId: 'ticket 4713', reason: odd });
  await desk.untilShown(`Reason: ${odd}`, 'Status: under review');
});

it.each([
  ['approve', 'ticket-4711', 'Done: the refund succeeded.', 'succeeded', 'refunded'],
  // Ticket names with special characters, because they become part of an ID and a link.
  ['reject', 'ticket#4711(1/2)', 'The refund was rejected.', 'rejected', 'paid'],
] as const)(
  'lets a support lead %s a refund above the limit of support: %s',
  async (decision, requestId, outcome, refundState, orderStatus) => {
    const product = await newProduct({ price: 79 });
    await using shopper = await visit(browser);
    const orderId = await buy(shopper.page, [{ id: product.id, quantity: 2 }]);
    await using desk = await Desk.open(browser);
    await desk.openCase(orderCase(orderId));
    const request = { ...ANNA, requestId, reason: 'Wrong color', all: true };
    const refused = 'Refunds above $100.00 need approval, and the shop must know who requests them.';
    expect(await desk.sendRefused('refund', request)).toContain(refused);
    await desk.closeDialog();
    await refundAll(orderId, requestId, 'Wrong color');
    await desk.untilShown(
      'A refund of $158.00 is waiting for approval by a support lead.',
      'awaiting approval',
      'Refunded: $0.00',
    );

    const refund = refundCase(orderId, requestId);
    const linked = desk.page.context().waitForEvent('page');
    await desk.details.getByRole('link', { name: 'A refund' }).click();
    await (await linked).getByRole('heading', { name: refund }).waitFor();
    await desk.openList('needs-approval');
    await desk.untilListed(refund);
    if (decision === 'approve') await desk.pictureOfList('needs-approval');
    await desk.openFromList(refund);
    const details = await desk.untilShown('Waiting for approval.', 'Amount: $158.00', 'State: awaiting approval');
    if (decision === 'approve') await desk.pictureOfCase('waits');
    const refundId = /\/api\/refunds\/([\da-f-]{36})\/approve/.exec(details)![1]!;

    // A name in a payload is not a second person: the attempt is refused and recorded.
    const claim = { refundId, decision: 'approve', requestedBy: 'Robin, support lead', reason: 'Looks fine' };
    expect(await desk.sendRefused('decide', claim)).toContain('A support lead must sign in to the shop and decide');
    await desk.closeDialog();
    expect(await tryToDecide(stack.support, refundId, decision, 'Looks fine')).toMatchObject({ status: 403 });
    await desk.untilShown('State: awaiting approval');

    expect((await tryToDecide(stack.supportLead, refundId, decision, 'Looked at the pictures')).status).toBe(200);
    await desk.untilShown(
      outcome,
      `State: ${refundState}`,
      /Decided by: support_lead:[\da-f-]{36} \(Looked at the pictures\)/,
    );
    await desk.pictureOfCase(`refund-${refundState}`);
    await desk.openCase(orderCase(orderId));
    await desk.untilShown(
      `Status: ${orderStatus}`,
      refundState === 'succeeded' ? 'Remaining: $0.00' : 'Remaining: $158.00',
      'An attempt to approve a refund was refused',
      'ui:Robin, support lead',
      /support lead [\da-f]{8}/,
    );
    await status(shopper.page, orderStatus).waitFor();
  },
);

it('cancels a paid order, which is fully refunded and restocked', async () => {
  const product = await newProduct({ stock: 3, price: 31.25 });
  await using shopper = await visit(browser);
  const orderId = await buy(shopper.page, [{ id: product.id, quantity: 2 }]);
  await using desk = await Desk.open(browser);
  await desk.openCase(orderCase(orderId));
  await desk.send('cancel', { ...ANNA, reason: 'Ordered twice' });
  await desk.untilShown(
    'Status: canceled',
    'Refunded: $62.50',
    'Ordered twice',
    'Order canceled; the payment is being refunded.',
  );
  await desk.pictureOfCase('canceled');
  await status(shopper.page, 'canceled').waitFor();
  await shopper.page.getByText('−$62.50').waitFor();
  await expect.poll(() => available(product.id)).toBe(3);
});
