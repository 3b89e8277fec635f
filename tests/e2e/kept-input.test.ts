/** What shoppers type into checkout survives everything but the payment, and forms work from wherever they are shown. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PHONE, SMALL_PHONE, untilHydrated, type Visit, visit } from './support/browser.ts';
import { picture } from './support/order-page.ts';
import {
  addToCart,
  cancelUnpaid,
  checkOut,
  expectNoSidewaysScroll,
  fillAddress,
  newEmail,
  pay,
  placeOrder,
  status,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

async function openCheckout({ page }: Visit): Promise<void> {
  await addToCart(page, (await newProduct()).id);
  await checkOut(page);
  await page.getByRole('heading', { name: 'Checkout' }).waitFor();
  await untilHydrated(page);
}

const addressOf = async (page: Page) => [
  await page.getByLabel('Email').inputValue(),
  await page.getByLabel('Street address').inputValue(),
  await page.getByLabel('State').inputValue(),
];
const drafts = (page: Page) =>
  page.evaluate<string>("JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith('draft:')))");

describe('an address', () => {
  it('survives a reload, another page and back, and an expired reservation; the payment clears it', async () => {
    await using shopper = await visit(browser, { viewport: SMALL_PHONE });
    const { page } = shopper;
    const email = newEmail();
    const typed = [email, '1 Compiler Road', 'VA'];
    await openCheckout(shopper);
    await fillAddress(page, email);
    await page.reload();
    await expect.poll(() => addressOf(page)).toEqual(typed);
    await page.getByRole('link', { name: 'Your orders' }).click();
    await page.waitForURL('**/orders');
    await page.goBack();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await expect.poll(() => addressOf(page)).toEqual(typed);

    const patience = { timeout: (stack.reservationSeconds + 30) * 1000 };
    await page.getByRole('heading', { name: 'Your reservation has expired' }).waitFor(patience);
    expect(await addressOf(page)).toEqual(typed);
    await expectNoSidewaysScroll(page);
    await picture(page, 'checkout-expired');
    await page.reload();
    await page.getByRole('button', { name: 'Return to checkout' }).click();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    await expect.poll(() => addressOf(page)).toEqual(typed);

    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
    expect(await drafts(page)).toContain(email);
    await pay(page);
    await untilPaid(page);
    await expect.poll(() => drafts(page)).toBe('[]');
    expect(shopper.complaints).toEqual([]);
  });

  it('survives an ended session, and a request that got no response or an error', async () => {
    await using shopper = await visit(browser, { viewport: PHONE, serviceWorkers: 'block' });
    const { page } = shopper;
    await openCheckout(shopper);
    await fillAddress(page, newEmail());
    const typed = await addressOf(page);
    const submit = page.getByRole('button', { name: 'Continue to payment' });
    await page.route(/\?\/place/, (route) => route.abort('internetdisconnected'));
    await submit.click();
    await page.getByRole('alert').getByText('What you entered is still here.').waitFor();
    await page.unroute(/\?\/place/);
    await page.route(/\?\/place/, (route) => route.fulfill({ status: 413, body: 'too large' }));
    await submit.click();
    await page.getByRole('alert').getByText('What you entered is still here.').waitFor();
    await page.unroute(/\?\/place/);
    const cookies = await page.context().cookies();
    await page.context().clearCookies();
    const checkout = page.url();
    await submit.click();
    await page.waitForURL('**/sign-in?*');
    await page.context().addCookies(cookies);
    await page.goto(checkout);
    await untilHydrated(page);
    expect(await addressOf(page)).toEqual(typed);
    await submit.click();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
  });

  it('is corrected after coming back from the payment, by the browser or by a link, without canceling the order', async () => {
    await using shopper = await visit(browser, { viewport: PHONE });
    const { page } = shopper;
    await openCheckout(shopper);
    const order = await placeOrder(page, newEmail());
    await page.goBack();
    await page.getByRole('heading', { name: 'Edit your address' }).waitFor();
    expect((await addressOf(page)).slice(1)).toEqual(['1 Compiler Road', 'VA']);
    await picture(page, 'change-address');
    const email = newEmail();
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Street address').fill('2 Compiler Road');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.waitForURL(`**${order}`);
    await page.getByText('2 Compiler Road').waitFor();
    await page.getByText(email).waitFor();
    await page.getByRole('link', { name: 'Edit shipping address' }).click();
    await page.getByLabel('ZIP code').fill('2220');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('Enter a US ZIP code: 12345 or 12345-6789.').waitFor();
    await page.getByLabel('ZIP code').fill('22202');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('Arlington, VA 22202').waitFor();
    await pay(page);
    await untilPaid(page);
    await page.goto(`${order}/address`);
    await page.waitForURL(`**${order}`);
    expect(shopper.complaints).toEqual([]);
  });

  it('is corrected without scripts, too', async () => {
    await using shopper = await visit(browser, { viewport: SMALL_PHONE, javaScriptEnabled: false });
    const { page } = shopper;
    await addToCart(page, (await newProduct()).id);
    await checkOut(page);
    await placeOrder(page, newEmail());
    await page.goBack();
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
    await page.getByRole('link', { name: 'Edit shipping address' }).click();
    await page.getByLabel('Street address').fill('3 Compiler Road');
    await expectNoSidewaysScroll(page);
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('3 Compiler Road').waitFor();
  });

  it('that was typed after the order was placed in another tab is the one that counts', async () => {
    await using shopper = await visit(browser);
    const { page } = shopper;
    await openCheckout(shopper);
    const other = await page.context().newPage();
    await other.goto(page.url());
    await untilHydrated(other);
    await placeOrder(page, newEmail());
    await fillAddress(other, newEmail());
    await other.getByLabel('Street address').fill('4 Compiler Road');
    await other.getByRole('button', { name: 'Continue to payment' }).click();
    await other.getByRole('heading', { name: 'Pay with card' }).waitFor();
    await other.getByText('4 Compiler Road').waitFor();
  });
});

it('a reservation that ended is reported where the address was typed, even if the page did not know', async () => {
  await using shopper = await visit(browser, { serviceWorkers: 'block' });
  const { page } = shopper;
  await openCheckout(shopper);
  await fillAddress(page, newEmail());
  const typed = await addressOf(page);
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByRole('button', { name: 'Edit cart' }).click();
  await other.waitForURL('**/cart');
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByRole('heading', { name: 'Your reservation has expired' }).waitFor();
  expect(await addressOf(page)).toEqual(typed);
});

describe('an unpaid order', () => {
  it('is canceled from every page that going back and forward can show', async () => {
    await using shopper = await visit(browser);
    const { page } = shopper;
    await openCheckout(shopper);
    await placeOrder(page, newEmail());
    await page.goBack();
    await page.getByRole('heading', { name: 'Edit your address' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: 'Your cart' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'Edit your address' }).waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
    await cancelUnpaid(page);
    await status(page, 'canceled').waitFor();
    await page.goBack();
    await status(page, 'canceled').waitFor();
    expect(shopper.complaints).toEqual([]);
  });

  it('asks for confirmation before it is canceled, with and without scripts', async () => {
    for (const javaScriptEnabled of [true, false]) {
      await using shopper = await visit(browser, { viewport: SMALL_PHONE, javaScriptEnabled });
      const { page } = shopper;
      await addToCart(page, (await newProduct()).id);
      await checkOut(page);
      await placeOrder(page, newEmail());
      await page.getByText('Cancel this order', { exact: true }).click();
      expect(await status(page, 'pending').count()).toBe(1);
      await page.getByText('they stay in your cart').waitFor();
      await expectNoSidewaysScroll(page);
      await page.getByRole('button', { name: 'Cancel order' }).click();
      await status(page, 'canceled').waitFor();
    }
  });
});

describe('errors', () => {
  it('of a field end when it is changed', async () => {
    await using shopper = await visit(browser);
    const { page } = shopper;
    await openCheckout(shopper);
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('fields need your attention').waitFor();
    await page.getByLabel('City').fill('Arlington');
    await expect.poll(() => page.getByText('Enter a city.').count()).toBe(0);
    expect(await page.getByLabel('City').getAttribute('aria-invalid')).toBeNull();
    await page.getByText('Enter a street address.').waitFor();
    await page.getByLabel('State').selectOption('VA');
    await expect.poll(() => page.getByText('Select a state.').count()).toBe(0);
    await placeOrder(page, newEmail());
    await page.getByRole('button', { name: /^Pay \$/ }).click();
    await page.getByText('Enter your full card number.').waitFor();
    await page.getByLabel('Card number').fill('4');
    await expect.poll(() => page.getByText('Enter your full card number.').count()).toBe(0);
    await page.getByText('Enter the 3- or 4-digit security code.').waitFor();
  });
});

it('never keeps passwords or cards, and forgets everything when the shopper signs out', async () => {
  await using shopper = await visit(browser);
  const { page } = shopper;
  await page.goto('/register');
  await untilHydrated(page);
  const email = newEmail();
  await page.getByLabel('Full name').fill('Grace Hopper');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill('a long enough password');
  expect(await drafts(page)).toContain(email);
  expect(await drafts(page)).not.toContain('long enough');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL((url) => url.pathname !== '/register');
  await openCheckout(shopper);
  await page.getByLabel('Full name').fill('Someone Else');
  expect(await drafts(page)).toContain('Someone Else');
  await placeOrder(page);
  await page.getByLabel('Card number').fill('4242 4242 4242 4242');
  await page.getByLabel('Name on card').fill('Card Holder');
  const kept = await drafts(page);
  expect(kept).not.toMatch(/4242|Card Holder/);
  await page.goto('/account');
  await untilHydrated(page);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await expect.poll(() => drafts(page)).toBe('[]');
});
