/** Accounts in a browser: forgotten and new passwords, confirmed addresses, sessions, closure, and orders opened from emails. */
import { mkdir } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mailTo } from '../support/account-mail.ts';
import { DESKTOP, launchBrowser, PHONE, visit } from './support/browser.ts';
import {
  addToCart,
  checkOut,
  expectNoSidewaysScroll,
  newEmail,
  PASSWORD,
  pay,
  placeOrder,
  untilPaid,
} from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct } from './support/staff.ts';

const NEXT = 'another long password';
const SECURITY = '/account/security';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
  await mkdir(stack.screenshotFolder, { recursive: true });
});
afterAll(() => browser.close());

const on = [
  ['a phone without scripts', { javaScriptEnabled: false, viewport: PHONE }],
  ['a desktop', { viewport: DESKTOP }],
] as const;

async function photograph(page: Page, name: string): Promise<void> {
  await expectNoSidewaysScroll(page);
  await page.screenshot({ path: `${stack.screenshotFolder}/account-${name}.png`, fullPage: true });
}

async function register(page: Page, email: string): Promise<void> {
  await page.goto('/register');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.waitForURL('**/account');
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The link to a page of the shop in an email. */
async function linkTo(email: string, subject: RegExp): Promise<string> {
  const { text } = await mailTo(email, subject);
  return /: (https?:\/\/\S+\?(?:token|key)=\S+)/.exec(text)?.[1] ?? '';
}

it.each(on)('on %s, a forgotten password is replaced with the emailed link', async (name, options) => {
  await using shopper = await visit(browser, options);
  const { page } = shopper;
  const email = newEmail();
  await register(page, email);
  await page.goto(SECURITY);
  await page.getByText('not confirmed yet').waitFor();
  await photograph(page, `security-${options.viewport.width}`);

  await page.goto(await linkTo(email, /^Confirm your email/));
  await page.getByRole('button', { name: 'Confirm email address' }).click();
  await page.getByText('Your email address is confirmed').waitFor();

  await page.goto('/forgot-password');
  await page.getByLabel('Email').fill(email);
  await photograph(page, `forgot-${options.viewport.width}`);
  await page.getByRole('button', { name: 'Email me a link' }).click();
  await page.getByText('Check your email.').waitFor();
  const link = await linkTo(email, /^Reset your/);
  await page.goto(link);
  await page.getByLabel('New password').fill('1234567890');
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByText('This is one of the most common passwords; choose another one.').waitFor();
  await photograph(page, `reset-${options.viewport.width}`);
  await page.getByLabel('New password').fill(NEXT);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByText('Your new password is saved.').waitFor();
  await page.goto(SECURITY);
  await page.getByText('· confirmed').waitFor();

  await page.goto(link);
  await page.getByLabel('New password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Save password' }).click();
  await page.getByText('This link has expired or was already used.').waitFor();
  expect(shopper.complaints, name).toEqual([]);
});

it.each(on)('on %s, the password, the email address, and the account itself can be changed', async (_, options) => {
  await using shopper = await visit(browser, options);
  const { page } = shopper;
  const [email, next] = [newEmail(), newEmail()];
  await register(page, email);
  await page.goto(SECURITY);
  const password = page.getByRole('form', { name: 'Change password' });
  const changePassword = async (current: string) => {
    await password.getByLabel('Current password').fill(current);
    await password.getByLabel('New password').fill(NEXT);
    await password.getByRole('button').click();
  };
  await changePassword('not the password');
  await page.getByText('Incorrect password.').waitFor();
  await changePassword(PASSWORD);
  await page.getByText('Your password is changed.').waitFor();

  const address = page.getByRole('form', { name: 'Change email' });
  await address.getByLabel('New email').fill(next);
  await address.getByLabel('Password').fill(NEXT);
  await address.getByRole('button').click();
  await page.getByText(`We’ve sent a link to ${next}.`).waitFor();
  await page.goto(await linkTo(next, /^Confirm your new/));
  await page.getByRole('button', { name: 'Confirm email address' }).click();
  await page.getByRole('link', { name: 'Go to your account' }).click();
  await page.getByText(next).waitFor();

  await page.goto(SECURITY);
  await page.locator('#close summary').click();
  const closure = page.getByRole('form', { name: 'Close your account' });
  await closure.getByLabel('Password').fill(NEXT);
  await photograph(page, `closure-${options.viewport.width}`);
  await closure.getByRole('button').click();
  await page.getByText('Your account is closed.').waitFor();
  await signIn(page, next, NEXT);
  await page.getByText('Incorrect email or password.').waitFor();
  expect(shopper.complaints).toEqual([]);
});

it('a session that was ended on another device leads to sign-in and back', async () => {
  await using phone = await visit(browser, { viewport: PHONE });
  await using desktop = await visit(browser);
  const email = newEmail();
  await register(phone.page, email);
  await desktop.page.goto('/search?q=wool+hat');
  await desktop.page.getByRole('link', { name: 'Sign in' }).first().click();
  await signIn(desktop.page, email, PASSWORD);
  await desktop.page.waitForURL('**/search?q=wool+hat');

  await desktop.page.goto(SECURITY);
  await photograph(desktop.page, 'sessions');
  await desktop.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await desktop.page.getByText('That device is signed out.').waitFor();
  for (const path of [SECURITY, '/orders?cursor=']) {
    await phone.page.goto(path);
    await phone.page.waitForURL('**/sign-in?next=*');
    if (path === SECURITY) {
      await phone.page.getByText('Your session has ended.').waitFor();
      await photograph(phone.page, 'ended');
      await signIn(phone.page, email, PASSWORD);
      await phone.page.waitForURL(`**${SECURITY}`);
      await phone.page.getByText('this device').waitFor();
      await desktop.page.reload();
      await desktop.page.getByRole('button', { name: 'Sign out', exact: true }).click();
      await desktop.page.getByText('That device is signed out.').waitFor();
    }
  }
});

it('the link in a guest’s email opens the order on another device, until it is turned off', async () => {
  const product = await newProduct({ price: 18 });
  const email = newEmail();
  await using buyer = await visit(browser);
  await addToCart(buyer.page, product.id);
  await checkOut(buyer.page);
  const path = await placeOrder(buyer.page, email);
  await pay(buyer.page);
  await untilPaid(buyer.page);
  const link = await linkTo(email, /is confirmed/);

  await using other = await visit(browser, { viewport: PHONE, javaScriptEnabled: false });
  const { page } = other;
  await page.goto(path);
  await page.waitForURL('**/sign-in?next=*');
  await page.goto(link);
  await page.waitForURL(`**${path}`);
  await page.getByText(email).waitFor();
  await photograph(page, 'guest-order');

  await buyer.page.getByRole('button', { name: 'Turn off earlier links' }).click();
  await buyer.page.getByText('Links in earlier emails no longer open this order.').waitFor();
  await page.goto(link);
  await page.getByText('This link has expired.').waitFor();
  const number = await buyer.page
    .getByText(/^\d{3}-\d{3}-\d{3}$/)
    .first()
    .textContent();
  await page.getByLabel('Order number').fill('12');
  await page.getByLabel('Email').fill(email);
  await page.getByRole('button', { name: 'Find order' }).click();
  await page.getByText('Enter the nine digits from your email').waitFor();
  await page.getByLabel('Order number').fill('482-913-077');
  await page.getByRole('button', { name: 'Find order' }).click();
  await page.getByText('No order matches this number and email address.').waitFor();
  await photograph(page, 'find-order');
  await page.getByLabel('Order number').fill(number!);
  await page.getByRole('button', { name: 'Find order' }).click();
  await page.waitForURL(`**${path}`);
  await page.getByText(email).waitFor();
});

it('a customer’s order, opened while signed out, is shown after signing in', async () => {
  const product = await newProduct();
  const email = newEmail();
  await using shopper = await visit(browser);
  await register(shopper.page, email);
  await addToCart(shopper.page, product.id);
  await checkOut(shopper.page);
  const path = await placeOrder(shopper.page);
  await using other = await visit(browser, { viewport: PHONE });
  await other.page.goto(path);
  await other.page.waitForURL('**/sign-in?next=*');
  await signIn(other.page, email, PASSWORD);
  await other.page.waitForURL(`**${path}`);
  await other.page.getByRole('heading', { name: 'Pay with card' }).waitFor();
});
