/** What staff correct for a customer in the Temporal UI: email address, shipping address, tracking number, and notes for colleagues. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../local/mailbox/testing.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { PARCEL } from './support/refunds.ts';
import { orderOf, sell } from './support/sales.ts';
import { startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const mails = (email: string) => mailsTo(process.env.MAILBOX_URL!, email);
const untilMails = (email: string, count: number) =>
  until(async () => (await mails(email)).length === count, `${count} emails to ${email}`);
const details = async (orderId: string) =>
  (await desk.details(orderWorkflowId(orderId))).replaceAll('\\', '').replaceAll('&#47;', '/');

describe('an email address that staff change', () => {
  it('is notified at both addresses and used from then on; the previous one is shown to staff only', async () => {
    const sale = await sell(shop);
    const { orderId } = sale;
    const before: string = sale.begun.order.email;
    const after = `ada.moss-${randomUUID()}@mail.example.test`;
    await untilMails(before, 1);
    const request = { requestId: 'e1', email: ` ${after} `, reason: 'Mistyped' };
    for (let times = 0; times < 2; times++)
      expect(await desk.order(orderId, 'changeEmail', request)).toEqual({ status: 'paid' });
    expect((await desk.order(orderId, 'changeEmail', { ...request, email: before })).refused).toContain('already used');
    await untilMails(before, 2);
    await untilMails(after, 1);
    const last = (await mails(before)).find(({ subject }) => subject.includes('email address was changed'))!;
    expect(last.text).toContain('now go to a•••@mail.example.test');
    expect(JSON.stringify(last)).not.toContain(after);
    expect((await mails(after))[0]!.text).toContain('now come to this address');

    await desk.order(orderId, 'markShipped', PARCEL);
    await untilMails(after, 2);
    expect(await mails(before)).toHaveLength(2);
    const seen = await orderOf(sale);
    expect(seen.email).toBe(after);
    expect(seen.events.map(({ message }: { message: string }) => message)).toContain('The email address was changed.');
    expect(JSON.stringify(seen)).not.toContain(before);
    const page = await details(orderId);
    expect(page).toContain('**Previous addresses**');
    expect(page).toContain(`| email | ${before} | ui:Anna |`);
  });

  it('of a customer leaves their account and its other orders alone', async () => {
    const ada = await signedIn(shop);
    const sale = await sell(shop, { buyer: ada });
    const email = `new-${randomUUID()}@example.test`;
    await desk.order(sale.orderId, 'changeEmail', { email });
    expect((await ada.call('GET', '/me')).body.email).toBe(ada.email);
    expect((await ada.call('GET', `/orders/${sale.orderId}`)).body.email).toBe(email);
  });

  it('must be one, as at checkout', async () => {
    const sale = await sell(shop);
    for (const email of ['ada', 'ada@example', 'a@b.example, c@d.example', '', undefined])
      expect((await desk.order(sale.orderId, 'changeEmail', { email })).refused).toMatch(
        /“email” (must be an email address, such as ada@example\.com|is required)\./,
      );
    const same = { email: sale.begun.order.email };
    expect((await desk.order(sale.orderId, 'changeEmail', same)).refused).toBe(
      'Emails about this order already go to this address.',
    );
  });
});

it('a shipping address that staff correct must be in a country; the previous one is kept for staff', async () => {
  const sale = await sell(shop);
  const before = (await orderOf(sale)).shipping_address;
  const address = { street: '9 New Road', city: 'Salem', postal_code: '97301', country: 'UK' };
  expect((await desk.order(sale.orderId, 'correctAddress', { address })).refused).toContain(
    '“country” is not the code of a country; use GB for the United Kingdom.',
  );
  await desk.order(sale.orderId, 'correctAddress', { address: { ...address, country: 'US' } });
  expect(await details(sale.orderId)).toContain(`${before.street}, ${before.city}`);
  expect(JSON.stringify(await orderOf(sale))).not.toContain(before.street);
});

it('a tracking number that staff correct is emailed and shown; the wrong one stays in the history', async () => {
  const sale = await sell(shop);
  const email: string = sale.begun.order.email;
  const correction = { requestId: 't1', trackingNumber: '1Z999AA10123456799' };
  expect((await desk.order(sale.orderId, 'correctTracking', correction)).refused).toContain(
    "An order that is paid can't have its tracking number corrected.",
  );
  await desk.order(sale.orderId, 'markShipped', PARCEL);
  expect((await desk.order(sale.orderId, 'correctTracking', { requestId: 't1' })).refused).toContain(
    'Send the correct “trackingNumber”, the correct “carrier”, or both.',
  );
  for (let times = 0; times < 2; times++)
    expect(await desk.order(sale.orderId, 'correctTracking', correction)).toEqual({ status: 'shipped' });
  expect((await orderOf(sale)).shipments).toMatchObject([
    { carrier: 'UPS', tracking_number: correction.trackingNumber },
  ]);
  await until(
    async () => (await mails(email)).some(({ subject }) => subject.startsWith('Your tracking number was corrected')),
    'the email',
  );
  expect(await mails(email)).toHaveLength(3);
  expect(await details(sale.orderId)).toContain(`previously UPS, ${PARCEL.trackingNumber}.`);
});

it('a note on an order or a refund is in the history for staff, and nowhere else', async () => {
  const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
  const request = { all: true, reason: 'Late' };
  await sale.buyer.call('POST', `/orders/${sale.orderId}/refunds`, request, { 'idempotency-key': 'big' });
  const { reason: _, ...anna } = { requestId: 'n1', requestedBy: 'Anna', reason: undefined };
  const note = 'Was rude on the phone';
  expect((await desk.order(sale.orderId, 'addNote', { ...anna, note: 'x'.repeat(501) })).refused).toContain(
    '“note” is longer than 500 characters.',
  );
  expect(await desk.order(sale.orderId, 'addNote', { ...anna, note })).toEqual({ status: 'paid' });
  const onRefund = await desk.refund(sale.orderId, 'big', 'addNote', { ...anna, requestId: 'n2', note: 'Ask finance' });
  expect(onRefund.status).toBe('awaiting_approval');
  await until(async () => (await details(sale.orderId)).includes('Note on a refund: Ask finance'), 'the note');
  expect(await details(sale.orderId)).toContain(`Note: ${note}`);
  expect(JSON.stringify(await orderOf(sale))).not.toMatch(/rude|finance|note_added/);
});
