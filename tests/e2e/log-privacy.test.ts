/** No log of any process contains what identifies a shopper, or lets someone act as one: not the shop's logs, and not those of its servers. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, visit } from './support/browser.ts';
import { addToCart, CARDS, checkOut, pay, untilPaid } from './support/shopper.ts';
import { stack } from './support/stack.ts';
import { newProduct, refundAll } from './support/staff.ts';
import { Desk, orderCase } from './support/temporal-ui.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const LOGS = join(stack.screenshotFolder, '../logs');
/** Time for buffered lines to reach the files. */
const FLUSH_MS = 3_000;
const mark = () => randomUUID().replaceAll('-', '').slice(0, 16);
const MARKS = { email: mark(), name: mark(), street: mark(), password: mark(), reason: mark(), account: mark() };

const call = (path: string, body: object, token?: string) =>
  fetch(`${stack.apiUrl}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });

it('a purchase, a declined card, a refund, failed requests, and a case at the support desk leave no trace of a person', async () => {
  const product = await newProduct({ price: 12 });
  // A run on the same machine may have logged other things before.
  const before = new Map(readdirSync(LOGS).map((log) => [log, statSync(join(LOGS, log)).size]));
  await using shopper = await visit(browser);
  const { page } = shopper;
  await addToCart(page, product.id);
  await checkOut(page);
  await page.getByLabel('Email').fill(`${MARKS.email}@example.com`);
  await page.getByLabel('Full name').fill(`Grace ${MARKS.name}`);
  await page.getByLabel('Street address').fill(`1 ${MARKS.street} Road`);
  await page.getByLabel('City').fill('Arlington');
  await page.getByLabel('State').selectOption('VA');
  await page.getByLabel('ZIP code').fill('22201');
  await page.getByRole('button', { name: 'Continue to payment' }).click();
  await page.getByRole('heading', { name: 'Pay with card' }).waitFor();
  const orderId = new URL(page.url()).pathname.split('/').at(-1)!;
  await pay(page, CARDS.declined);
  await page.getByRole('alert').getByText('Your card was declined.').waitFor();
  await pay(page);
  await untilPaid(page);
  await refundAll(orderId, randomUUID(), MARKS.reason);

  const account = { email: `${MARKS.account}@example.com`, password: `long ${MARKS.password}`, full_name: MARKS.name };
  const session = (await (await call('/auth/register', account)).json()) as Record<string, string>;
  // Each of these fails, in the shop, in a store, or both.
  expect((await call('/auth/register', account)).status).toBe(409);
  expect((await call('/auth/login', { ...account, password: `wrong ${MARKS.password}` })).status).toBe(400);
  expect((await call('/auth/login', { email: account.email, password: `wrong ${MARKS.password}` })).status).toBe(401);
  expect((await call('/checkouts', { shipping_address: { name: MARKS.name } }, session.access_token)).status).toBe(400);
  await fetch(`${stack.apiUrl}/api/support/find?for=${MARKS.account}`);

  await using desk = await Desk.open(browser);
  await desk.openCase(orderCase(orderId));
  await desk.untilShown(MARKS.email, MARKS.street);
  await delay(FLUSH_MS);

  const guest = (await page.context().cookies()).filter(({ name }) => name.startsWith('holdfast_'));
  const secrets = [
    ...Object.values(MARKS),
    session.access_token!,
    session.refresh_token!,
    ...guest.map(({ value }) => value).filter((value) => value.length >= 16),
    CARDS.good,
    '$argon2',
  ];
  const logs = readdirSync(LOGS);
  expect(logs.length).toBeGreaterThan(8);
  const found = logs.flatMap((log) => {
    const text = readFileSync(join(LOGS, log))
      .subarray(before.get(log) ?? 0)
      .toString();
    return secrets.filter((secret) => text.includes(secret)).map((secret) => `${log}: ${secret}`);
  });
  expect(found).toEqual([]);
});
