/** A purchase from the home page to a paid order. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, PHONE, untilHydrated, visit } from './support/browser.ts';
import {
  addToCart,
  CARDS,
  cancelUnpaid,
  cartCount,
  checkOut,
  expectNoSidewaysScroll,
  fillAddress,
  newEmail,
  PASSWORD,
  pay,
  placeOrder,
  status,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { available, newProduct, refund } from './support/staff.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

describe('a guest', () => {
  it('browses, buys, and sees the order become paid automatically', async () => {
    const product = await newProduct({ stock: 7, price: 31.25 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await page.goto('/');
    await untilHydrated(page);
    await page.locator('#categories').getByRole('link').first().click();
    await page.getByRole('navigation', { name: 'Sort' }).waitFor();
    await page.getByRole('link', { name: 'Price: high to low' }).click();
    await page.waitForURL(/sort=price_desc/);

    await addToCart(page, product.id, 2);
    await expect.poll(() => cartCount(page)).toBe(2);
    await checkOut(page);
    await page.getByRole('timer').waitFor();
    expect(await page.getByRole('timer').textContent()).toMatch(/^\d+:\d\d$/);
    expect(await available(product.id)).toBe(5);

    await placeOrder(page, newEmail());
    await page.getByText('$62.50').first().waitFor();
    await pay(page);
    await untilPaid(page);
    await page.locator('[data-event="order_paid"]').waitFor();
    expect(await available(product.id)).toBe(5);
    await expect.poll(() => cartCount(page)).toBe(0);

    await page.getByRole('link', { name: 'Your orders' }).click();
    await status(page, 'paid').waitFor();
    await page.getByRole('link', { name: product.name }).waitFor();
    expect(shopper.complaints).toEqual([]);
  });

  it('sees every invalid field and keeps the input', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    await fillAddress(page, 'not an address');
    await page.getByLabel('City').fill('');
    await page.getByLabel('ZIP code').fill('2220');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByText('3 fields need your attention').waitFor();
    await page.getByText('Enter a city.').waitFor();
    await page.getByText('Enter a US ZIP code: 12345 or 12345-6789.').waitFor();
    await page.getByText('Enter an email address like name@example.com.').waitFor();
    expect(await page.getByLabel('Street address').inputValue()).toBe('1 Compiler Road');
    expect(await page.getByLabel('State').inputValue()).toBe('VA');
    await page.getByLabel('Email').fill(newEmail());
    await page.getByLabel('City').fill('Arlington');
    await page.getByLabel('ZIP code').fill('22201-0001');
    await page.getByRole('button', { name: 'Continue to payment' }).click();
    await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
  });

  it('can cancel an unpaid order, which releases its items', async () => {
    const product = await newProduct({ stock: 3 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id, 3);
    await checkOut(page);
    const order = await placeOrder(page, newEmail());
    expect(await available(product.id)).toBe(0);
    await page.goto('/cart');
    await page.getByRole('link', { name: 'Complete payment' }).click();
    await page.waitForURL(`**${order}`);
    await cancelUnpaid(page);
    await status(page, 'canceled').waitFor();
    await expect.poll(() => available(product.id)).toBe(3);
  });

  it('with an order awaiting payment is sent to it from the checkout of any window, and can cancel it to buy something else', async () => {
    const product = await newProduct({ stock: 2 });
    const other = await newProduct();
    for (const options of [{}, { javaScriptEnabled: false, viewport: PHONE }]) {
      await using shopper = await visit(browser, options);
      const { page } = shopper;
      await addToCart(page, product.id, 2);
      await checkOut(page);
      const order = await placeOrder(page, newEmail());
      const secondTab = await page.context().newPage();
      await addToCart(secondTab, other.id);
      await checkOut(secondTab);
      await secondTab.waitForURL((url) => url.pathname === order);
      await secondTab.getByText('You have an order awaiting payment.').waitFor();
      await secondTab.getByRole('heading', { name: 'Pay with card' }).waitFor();
      await expectNoSidewaysScroll(secondTab);
      await cancelUnpaid(secondTab);
      await status(secondTab, 'canceled').waitFor();
      expect(await secondTab.getByText('You have an order awaiting payment.').count()).toBe(0);
      await checkOut(secondTab);
      await secondTab.getByRole('heading', { name: 'Checkout' }).waitFor();
      expect(await available(product.id)).toBe(0);
      await secondTab.getByRole('button', { name: 'Edit cart' }).click();
      await secondTab.waitForURL('**/cart');
      await expect.poll(() => available(product.id)).toBe(2);
    }
  });

  it('with two tabs gets one checkout and one order', async () => {
    const product = await newProduct({ stock: 1 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    const secondTab = await page.context().newPage();
    await page.goto('/cart');
    await secondTab.goto('/cart');
    await checkOut(page);
    await checkOut(secondTab);
    await secondTab.getByRole('heading', { name: 'Checkout' }).waitFor();
    await page.getByRole('heading', { name: 'Checkout' }).waitFor();
    expect(secondTab.url()).toBe(page.url());
    const order = await placeOrder(page, newEmail());
    await fillAddress(secondTab, newEmail());
    await secondTab.getByRole('button', { name: 'Continue to payment' }).click();
    await secondTab.waitForURL(`**${order}`);
  });

  it('sees a refund by support on the order page', async () => {
    const product = await newProduct({ price: 40 });
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    const order = await placeOrder(page, newEmail());
    await pay(page);
    await untilPaid(page);
    await refund(order.split('/').at(-1)!, 12.5, 'Arrived with a dent');
    await expect
      .poll(async () => {
        await page.reload();
        return status(page, 'partially_refunded').count();
      })
      .toBe(1);
    await page.getByText('Refund by the shop').waitFor();
    await page.getByText('−$12.50').waitFor();
  });

  it("cannot see another guest's order or reservation", async () => {
    const product = await newProduct();
    await using one = await visit(browser);
    await addToCart(one.page, product.id);
    await checkOut(one.page);
    await one.page.getByRole('heading', { name: 'Checkout' }).waitFor();
    const reservation = new URL(one.page.url()).pathname;
    const order = await placeOrder(one.page, newEmail());
    await using other = await visit(browser);
    await addToCart(other.page, product.id);
    for (const path of [reservation, order]) {
      // It may belong to an account, so the page offers to sign in.
      await other.page.goto(path);
      expect(new URL(other.page.url()).search).toBe(`?next=${encodeURIComponent(path)}`);
    }
    const events = await other.page.request.get(`${order}/events`);
    expect(events.status()).toBe(404);
  });
});

describe('a shopper with an account', () => {
  it('keeps the guest cart after signing in, buys at phone width, and finds the order again', async () => {
    const product = await newProduct({ price: 12 });
    await using shopper = await visit(browser, { viewport: PHONE });
    const { page } = shopper;
    await addToCart(page, product.id, 3);
    await page.goto('/register?next=/cart');
    const email = newEmail();
    await page.getByLabel('Full name').fill('Katherine Johnson');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.waitForURL('**/cart');
    expect(await page.getByLabel(`Quantity of ${product.name}`).inputValue()).toBe('3');

    await checkOut(page);
    expect(await page.getByLabel('Full name').inputValue()).toBe('Katherine Johnson');
    const order = await placeOrder(page);
    await pay(page);
    await untilPaid(page);

    await page.goto('/account');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await page.goto(order);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await page.goto('/orders');
    await page.waitForURL('**/sign-in?next=*');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/orders');
    await page.getByRole('link', { name: product.name }).click();
    await status(page, 'paid').waitFor();
    expect(shopper.complaints).toEqual([]);
  });

  it('sees when the email is taken, and when the password is wrong', async () => {
    await using shopper = await visit(browser);
    const { page } = shopper;
    await page.goto('/register');
    await page.getByLabel('Email').fill(stack.customer.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByText('An account with this email already exists').waitFor();
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill(stack.customer.email);
    await page.getByLabel('Password').fill('something else');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Incorrect email or password.').waitFor();
  });

  it('stays signed in when the access token expires for several pages at once', async () => {
    await using shopper = await visit(browser);
    const { page } = shopper;
    await page.goto('/sign-in');
    await page.getByLabel('Email').fill(stack.customer.email);
    await page.getByLabel('Password').fill(stack.customer.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/account');
    for (let round = 0; round < 3; round += 1) {
      await page.context().clearCookies({ name: 'holdfast_access' });
      const answers = await Promise.all(
        ['/account', '/orders', '/cart', '/account', '/orders'].map((path) =>
          page.request.get(path, { maxRedirects: 0 }),
        ),
      );
      expect(answers.map((answer) => answer.status())).toEqual([200, 200, 200, 200, 200]);
    }
  });
});

describe('a card', () => {
  it('that is declined shows the decline, and another one can be used', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    await placeOrder(page, newEmail());
    await pay(page, CARDS.declined);
    await page.getByRole('alert').getByText('Your card was declined.').waitFor();
    await page.locator('[data-event="payment_failed"]').waitFor();
    await status(page, 'pending').waitFor();
    await pay(page, CARDS.good);
    await untilPaid(page);
    expect(shopper.complaints).toEqual([]);
  });

  it.each([
    ['and pays when they do', 'Complete authentication', 'paid'],
    ['and may be tried again when they do not', 'Fail authentication', 'pending'],
  ])('may require authentication, %s', async (_title, button, then) => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    const order = await placeOrder(page, newEmail());
    await pay(page, CARDS.authentication);
    await page.getByRole('button', { name: button }).click();
    await page.waitForURL((url) => url.pathname === order);
    await status(page, then).waitFor();
    await expect.poll(() => page.url()).not.toContain('client_secret');
    if (then === 'pending') {
      await page.getByRole('alert').waitFor();
      await pay(page, CARDS.good);
    }
    await untilPaid(page);
  });

  it('is checked for missing fields before it is sent', async () => {
    const product = await newProduct();
    await using shopper = await visit(browser);
    const { page } = shopper;
    await addToCart(page, product.id);
    await checkOut(page);
    await placeOrder(page, newEmail());
    await untilHydrated(page);
    await page.getByRole('button', { name: /^Pay \$/ }).click();
    await page.getByText('Enter your full card number.').waitFor();
    await page.getByText('Enter the expiration date as MM / YY.').waitFor();
    await page.getByText('Enter the 3- or 4-digit security code.').waitFor();
  });
});
