/** Emails about accounts, and closed accounts: each message of the outbox may be handled twice. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ACCOUNT_CLOSED_TOPIC, ACCOUNT_MAIL_TOPIC, type AccountMail } from '../../infra/account-mail.ts';
import { accountToken, hashToken } from '../../infra/account-tokens.ts';
import type { Services } from '../../infra/services.ts';
import { mailsTo } from '../../local/mailbox/testing.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import { createOutboxHandlers } from '../outbox/handlers.ts';
import type { OutboxMessage } from '../outbox/relay.ts';

let services: Services;
beforeAll(async () => {
  services = await connectTestServices();
});
afterAll(() => services?.close());

async function account() {
  const email = `handled-${randomUUID()}@example.test`;
  const statement = `insert into users (email, password_hash) values ($1, '') returning id`;
  const user = await services.db.row<{ id: string }>(statement, [email]);
  return { id: user!.id, email };
}

async function handle(topic: string, message: Omit<OutboxMessage, 'topic'>) {
  const handler = createOutboxHandlers(services)[topic];
  if (typeof handler !== 'object') throw new Error('this topic has small batches');
  return handler.handle([{ ...message, topic }], services.db);
}
const sendMail = (id: number, key: string, mail: AccountMail) =>
  handle(ACCOUNT_MAIL_TOPIC, { id, key, payload: { ...mail } });
const mailsOf = async (email: string) => mailsTo(process.env.MAILBOX_URL!, email);
/** An ID that the outbox never assigns. */
const outboxId = () => -Math.floor(Math.random() * 1e12) - 1;

it('an email that is sent twice has the same link, and is the same to a mailbox', async () => {
  const { id, email } = await account();
  const [requestId, messageId] = [randomUUID(), outboxId()];
  for (let times = 0; times < 2; times += 1)
    expect(await sendMail(messageId, id, { kind: 'verify_email', requestId, userId: id })).toEqual([]);
  const mails = await mailsOf(email);
  expect(mails).toHaveLength(1);
  const token = accountToken(services.settings.JWT_SECRET, requestId);
  expect(mails[0]!.text).toContain(`/confirm-email?token=${token}`);
  expect(mails[0]!.html).toContain(`/confirm-email?token=${token}`);
  const rows = await services.db.rows('select token_hash, email from account_tokens where user_id = $1', [id]);
  expect(rows).toEqual([{ token_hash: hashToken(token), email }]);
});

it('a link that was used is not sent or renewed when its message is handled again', async () => {
  const { id, email } = await account();
  const mail: AccountMail = { kind: 'reset_password', requestId: randomUUID(), email };
  await sendMail(outboxId(), mail.requestId, mail);
  await services.db.run('update account_tokens set used_at = now() where user_id = $1', [id]);
  await sendMail(outboxId(), mail.requestId, mail);
  expect(await mailsOf(email)).toHaveLength(1);
  const rows = await services.db.rows<{ used_at: Date }>('select used_at from account_tokens where user_id = $1', [id]);
  expect(rows).toEqual([{ used_at: expect.any(Date) }]);
});

it('an email about an account that is gone, or to no account, is not sent', async () => {
  const email = `nobody-${randomUUID()}@example.test`;
  const [requestId, userId] = [randomUUID(), randomUUID()];
  for (const mail of [
    { kind: 'reset_password', requestId, email },
    { kind: 'verify_email', requestId, userId },
    { kind: 'change_email', requestId, userId, email },
    { kind: 'password_changed', userId },
  ] as const)
    expect(await sendMail(outboxId(), requestId, mail)).toEqual([]);
  expect(await mailsOf(email)).toEqual([]);
});

it('a message that a newer release wrote waits for a newer worker', async () => {
  const message = { id: outboxId(), key: randomUUID(), payload: { kind: 'sent_by_a_later_release' } };
  expect(await handle(ACCOUNT_MAIL_TOPIC, message)).toEqual([{ id: message.id, reason: 'unknown kind of email' }]);
});

it('a closed account loses its choices, and its analytics are made anonymous', async () => {
  const userId = randomUUID();
  const { db } = services;
  await db.run('insert into shopper_choices (who, personalized) values ($1, false)', [`user:${userId}`]);
  for (let times = 0; times < 2; times += 1)
    expect(await handle(ACCOUNT_CLOSED_TOPIC, { id: outboxId(), key: userId, payload: {} })).toBeUndefined();
  expect(await db.rows('select who from shopper_choices where who = $1', [`user:${userId}`])).toEqual([]);
  const forget = await db.rows<{ key: string }>(`delete from outbox where key = $1 returning topic`, [
    `user:${userId}`,
  ]);
  expect(forget).toEqual([{ topic: 'history.forget' }, { topic: 'history.forget' }]);
});
