/** Support staff extend a reservation once in the Temporal Web UI. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, untilHydrated, visit } from './support/browser.ts';
import { addToCart, checkOut, newEmail, pay, placeOrder, untilPaid } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct } from './support/staff.ts';
import { Desk, orderCase } from './support/temporal-ui.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

// Retried because the tests' reservations are short, and a busy machine may take longer than one lasts.
it('extends the reservation of an unpaid order once, visibly for the shopper', { retry: 1 }, async () => {
  const product = await newProduct();
  await using desk = await Desk.open(browser);
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id);
  await checkOut(page);
  const orderId = (await placeOrder(page, newEmail())).split('/').at(-1)!;
  await desk.openCase(orderCase(orderId));
  const request = { requestId: 'call 17', requestedBy: 'Anna', reason: 'Looks for the card', minutes: 15 };
  await desk.send('extendReservation', request);
  const details = await desk.untilShown('The reservation was extended by 15 minutes.', 'Looks for the card', 'ui:Anna');
  const until = Date.parse(/payment until (\S+ \S+) UTC/.exec(details)![1]!.replace(' ', 'T').concat('Z'));
  expect(until - Date.now()).toBeGreaterThan(13 * 60_000);
  await desk.pictureOfCase('extended');
  await untilHydrated(page);
  await expect.poll(() => secondsLeft(page)).toBeGreaterThan(stack.reservationSeconds + 13 * 60);

  expect(await desk.sendRefused('extendReservation', { ...request, requestId: 'call 18' })).toContain(
    'This reservation was already extended once and can’t be extended again. If the customer can’t pay in time, ask them to place a new order.',
  );
  await pay(page);
  await untilPaid(page);
});

async function secondsLeft(page: Page): Promise<number> {
  const [minutes = 0, seconds = 0] = ((await page.getByRole('timer').textContent()) ?? '').split(':').map(Number);
  return minutes * 60 + seconds;
}
