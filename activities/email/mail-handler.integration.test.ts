/** Emails are delivered from the outbox to a mailbox once, whatever fails around them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { mailsTo, TestMailbox } from '../../local/mailbox/testing.ts';
import { deleteOrders } from '../../tests/support/force.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import { createOutboxHandlers } from '../outbox/handlers.ts';
import { OutboxRelay } from '../outbox/relay.ts';
import { MAIL_TOPIC, type MailPayload, queueMail } from './queue-mail.ts';

/** The mailbox of the stack that `npm test` started. */
const MAILBOX_URL = process.env.MAILBOX_URL!;

let services: Services;
let relay: OutboxRelay;

beforeAll(async () => {
  services = await connectTestServices();
  relay = new OutboxRelay(services.db, createOutboxHandlers(services), services.log);
});
const made: string[] = [];
afterAll(async () => {
  await deleteOrders(services.db, made);
  await services?.close();
});
// Orders of other tests may have left emails in the outbox.
beforeEach(() => services.db.run(`delete from outbox where topic = '${MAIL_TOPIC}'`));

/** An order as a checkout leaves it. */
async function createOrder(order: { email?: string | null; userId?: string; status?: string } = {}): Promise<string> {
  const { email = addressOf('ada'), userId = null, status = 'paid' } = order;
  const [orderId, reservationId] = [randomUUID(), randomUUID()];
  await services.db.run(
    `with reserved as (
       insert into reservations (id, owner, status, currency, expires_at)
       values ($1, 'cart:mail-test', case $4 when 'paid' then 'committed' else 'released' end, 'usd', now() + interval '10 minutes')),
     product as (
       insert into products (sku, name, price, currency) values ('MAIL-' || $2::text, 'Mug & saucer', 12.5, 'usd') returning id),
     item as (
       insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
       select $2::uuid, id, 2, 12.5, 'MAIL', 'Mug & saucer', '' from product)
     insert into orders (id, reservation_id, user_id, owner, status, total_amount, currency, email, shipping_address, expires_at, paid_at)
     values ($2::uuid, $1, $3, 'cart:mail-test', $4, 25, 'usd', $5, '{"street": "1 Main Street"}', now() + interval '10 minutes',
       case $4 when 'paid' then now() end)`,
    [reservationId, orderId, userId, status, email],
  );
  made.push(orderId);
  return orderId;
}

let count = 0;
function addressOf(name: string): string {
  count += 1;
  return `${name}+${count}@example.test`;
}

const queue = (orderId: string, payload: MailPayload) => queueMail(services.db, orderId, payload);
const carry = () => relay.carry(MAIL_TOPIC);
const waiting = () =>
  services.db.rows<{ id: number; key: string; attempts: number; last_error: string | null }>(
    `select id, key, attempts, last_error from outbox where topic = '${MAIL_TOPIC}' order by id`,
  );
const eventsOf = (orderId: string) =>
  services.db.rows<{ type: string; message: string; data: object }>(
    'select type, message, data from order_events where order_id = $1',
    [orderId],
  );

describe('a mail', () => {
  it('arrives once, with its order, in both forms', async () => {
    const email = addressOf('once');
    const orderId = await createOrder({ email });
    await queue(orderId, { kind: 'order_paid' });
    const [row] = await waiting();
    expect(await carry()).toBe(1);
    expect(await waiting()).toEqual([]);
    const mails = await mailsTo(MAILBOX_URL, email);
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatchObject({
      message_id: `<outbox-${row!.id}.${orderId}@shop.localhost>`,
      headers: { 'x-order-id': orderId },
    });
    const order = await services.db.row<{ number: string }>('select number from orders where id = $1', [orderId]);
    expect(mails[0]!.subject).toContain(`(order ${order!.number})`);
    for (const form of [mails[0]!.text, mails[0]!.html]) expect(form).toContain(order!.number);
    expect(mails[0]!.text).toContain('2 × Mug & saucer: $25.00');
    expect(mails[0]!.html).toContain('2 × Mug &amp; saucer');
    expect(mails[0]!.html).toContain(`${services.settings.STOREFRONT_URL}/orders/${orderId}`);
  });

  it('that is sent again is the same to a mailbox', async () => {
    const email = addressOf('repeated');
    const orderId = await createOrder({ email });
    await queue(orderId, { kind: 'order_paid' });
    const [row] = await waiting();
    const mailHandler = createOutboxHandlers(services)[MAIL_TOPIC];
    if (typeof mailHandler !== 'object') throw new Error('mails have a handler of their own kind');
    const message = { id: row!.id, topic: MAIL_TOPIC, key: orderId, payload: { kind: 'order_paid' } };
    // A worker that died before it could delete the row.
    for (let time = 0; time < 2; time += 1) expect(await mailHandler.handle([message], services.db)).toEqual([]);
    await carry();
    expect(await mailsTo(MAILBOX_URL, email)).toHaveLength(1);
  });

  it('goes to the order’s address, else to the account’s, and nowhere when there is none', async () => {
    const email = addressOf('account');
    const user = await services.db.row<{ id: string }>(
      `insert into users (email, password_hash) values ($1, '') returning id`,
      [email],
    );
    const given = addressOf('given');
    await queue(await createOrder({ email: null, userId: user!.id }), { kind: 'order_expired' });
    await queue(await createOrder({ email: given, userId: user!.id }), { kind: 'order_expired' });
    await queue(await createOrder({ email: null }), { kind: 'order_expired' });
    await queue(randomUUID(), { kind: 'order_expired' });
    expect(await carry()).toBe(4);
    expect(await mailsTo(MAILBOX_URL, email)).toHaveLength(1);
    expect(await mailsTo(MAILBOX_URL, given)).toHaveLength(1);
  });

  it('about a chargeback goes to the support team, with a link to the case, and nowhere without its address', async () => {
    const [email, support] = [addressOf('disputed'), addressOf('support')];
    const orderId = await createOrder({ email });
    const disputeId = `du_${orderId}`;
    await services.db.run(
      `insert into disputes (id, order_id, amount, currency, reason, status, evidence_due_by)
       values ($1, $2, 25, 'usd', 'fraudulent', 'needs_response', now() + interval '5 days')`,
      [disputeId, orderId],
    );
    await queue(orderId, { kind: 'dispute_opened', disputeId });
    await carry();
    expect(await mailsTo(MAILBOX_URL, email)).toEqual([]);

    const settings = { ...services.settings, SUPPORT_EMAIL: support, TEMPORAL_UI_URL: 'https://desk.example' };
    const withSupport = new OutboxRelay(services.db, createOutboxHandlers({ ...services, settings }), services.log);
    await queue(orderId, { kind: 'dispute_opened', disputeId });
    await queue(orderId, { kind: 'dispute_due', disputeId });
    expect(await withSupport.carry(MAIL_TOPIC)).toBe(2);
    const mails = await mailsTo(MAILBOX_URL, support);
    expect(mails).toHaveLength(2);
    for (const mail of mails) {
      expect(mail.subject).toContain('chargeback of $25.00');
      expect(mail.text).toContain(`https://desk.example/namespaces/default/workflows/order-${orderId}`);
    }
    expect(await mailsTo(MAILBOX_URL, email)).toEqual([]);
    await services.db.run('delete from disputes where id = $1', [disputeId]);
  });

  it('shows the refund and shipment as they are when it is sent', async () => {
    const email = addressOf('facts');
    const orderId = await createOrder({ email });
    const refundId = randomUUID();
    await services.db.run(
      `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
       values ($1, $2, 'one', 12.5, 'usd', 'One was broken.', 'guest')`,
      [refundId, orderId],
    );
    const shipmentId = randomUUID();
    await services.db.run(
      `insert into shipments (id, order_id, carrier, tracking_number) values ($1, $2, 'UPS', '1Z999')`,
      [shipmentId, orderId],
    );
    await queue(orderId, { kind: 'order_shipped', shipmentId });
    await queue(orderId, { kind: 'refund_sent', refundId });
    expect(await carry()).toBe(2);
    const [refund, shipment] = await mailsTo(MAILBOX_URL, email);
    expect(shipment!.text).toContain('Carrier: UPS\nTracking number: 1Z999');
    expect(refund!.subject).toContain('$12.50');
    expect(refund!.text).toContain('One was broken.');
  });
});

describe('a mail that fails', () => {
  it('permanently is recorded on its order and delays no other', async () => {
    const goodAddress = addressOf('good');
    const [refused, good] = [
      await createOrder({ email: addressOf('refused') }),
      await createOrder({ email: goodAddress }),
    ];
    await queue(refused, { kind: 'order_paid' });
    await queue(good, { kind: 'order_paid' });
    expect(await carry()).toBe(2);
    expect(await waiting()).toEqual([]);
    expect(await mailsTo(MAILBOX_URL, goodAddress)).toHaveLength(1);
    const signals = await services.db.rows(`select key from outbox where topic = 'order.changed' and key = $1`, [
      refused,
    ]);
    expect(signals).toHaveLength(1);
    const events = await eventsOf(refused);
    expect(events).toEqual([
      {
        type: 'mail_failed',
        message:
          'The order confirmation email could not be delivered: the mail server rejected the address or the message.',
        data: { kind: 'order_paid', reason: 'RCPT TO: answered 550 (5.1.1)' },
      },
    ]);
    expect(await eventsOf(good)).toEqual([]);
  });

  it('temporarily is retried later, on its own', async () => {
    const goodAddress = addressOf('good');
    const [busy, unknown] = [await createOrder({ email: addressOf('busy') }), await createOrder()];
    await queue(busy, { kind: 'order_paid' });
    await queue(unknown, { kind: 'of a newer release' } as unknown as MailPayload);
    await queue(await createOrder({ email: goodAddress }), { kind: 'order_paid' });
    expect(await carry()).toBe(1);
    expect(await mailsTo(MAILBOX_URL, goodAddress)).toHaveLength(1);
    const left = await waiting();
    expect(left).toMatchObject([
      { key: busy, attempts: 1, last_error: 'RCPT TO: answered 451 (4.2.1)' },
      { key: unknown, attempts: 1, last_error: 'unknown kind of email' },
    ]);
    expect(await carry()).toBe(0);
    expect(await mailsTo(MAILBOX_URL, goodAddress)).toHaveLength(1);
  });

  it('because no mail server is available is sent once it is back', async () => {
    const mailbox = await TestMailbox.start();
    const own = await connectTestServices({ SMTP_URL: mailbox.smtpUrl });
    const ownRelay = new OutboxRelay(own.db, createOutboxHandlers(own), own.log);
    try {
      await mailbox.kill();
      const email = addressOf('patient');
      for (let number = 0; number < 6; number += 1) await queue(await createOrder({ email }), { kind: 'order_paid' });
      expect(await ownRelay.carry(MAIL_TOPIC)).toBe(0);
      expect(await waiting()).toHaveLength(6);
      await mailbox.launch();
      await until(async () => (await ownRelay.carry(MAIL_TOPIC)) > 0, 'the mails to be tried again');
      expect(await waiting()).toEqual([]);
      expect(await mailsTo(mailbox.url, email)).toHaveLength(6);
    } finally {
      await own.close();
      await mailbox.stop();
    }
  });
});
