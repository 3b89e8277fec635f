/** New passwords and email addresses, with links from emails that work once, and the closure of an account. */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mailsTo } from '../../local/mailbox/testing.ts';
import { mailTo, tokenTo } from '../../tests/support/account-mail.ts';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { sell } from '../../tests/support/sales.ts';
import { createProduct, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';

const NEXT = 'staple correct battery';
const RESET = /^Reset your/;
const CONFIRM = /^Confirm your email/;
const CONFIRM_NEW = /^Confirm your new/;

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const anyone = () => new Shopper(shop.api.url);
const login = (email: string, password: string) => anyone().call('POST', '/auth/login', { email, password });
const requestReset = (email: string) => anyone().call('POST', '/auth/password-resets', { email });
const reset = (token: string, password = NEXT) => anyone().call('PUT', '/auth/password', { token, password });
const confirm = (token: string) => anyone().call('POST', '/auth/email-confirmations', { token });
const newAddress = () => `new-${randomUUID()}@example.test`;
const subjectsTo = async (email: string) =>
  (await mailsTo(process.env.MAILBOX_URL!, email)).map(({ subject }) => subject);

describe('a password reset', () => {
  it('sets a new password once, ends all sessions, and reports itself by email', async () => {
    const ada = await signedIn(shop);
    expect((await requestReset(` ${ada.email.toUpperCase()} `)).status).toBe(204);
    const token = await tokenTo(ada.email, RESET);
    const stored = await shop.services.db.rows<{ token_hash: string }>(
      'select token_hash from account_tokens where user_id = $1',
      [ada.session.user.id],
    );
    expect(JSON.stringify(stored)).not.toContain(token);
    const done = await reset(token);
    expect([done.status, done.body.user.email, done.body.user.email_verified]).toEqual([200, ada.email, true]);
    expect([(await login(ada.email, PASSWORD)).status, (await login(ada.email, NEXT)).status]).toEqual([401, 200]);
    await until(async () => (await ada.call('GET', '/me')).status === 401, 'the old session to end', 1_000);
    const renewed = await ada.call('POST', '/auth/refresh', { refresh_token: ada.session.refresh_token });
    expect(renewed.status).toBe(401);
    const again = await reset(token, 'another correct battery');
    expect([again.status, again.body.detail]).toEqual([
      404,
      'This link has expired or was already used. Request a new email.',
    ]);
    await mailTo(ada.email, /^Your password was changed/);
  });

  it('responds the same, and sends nothing, when no account has the address', async () => {
    const ada = await signedIn(shop);
    const unknown = newAddress();
    const [one, two] = [await requestReset(ada.email), await requestReset(unknown)];
    expect([one.status, one.body]).toEqual([two.status, two.body]);
    await mailTo(ada.email, RESET);
    await until(
      async () => !(await shop.services.db.row(`select 1 from outbox where payload->>'email' = $1`, [unknown])),
      'the request to be handled',
    );
    expect(await subjectsTo(unknown)).toEqual([]);
  });

  it('is a way in while sign-ins to the account are limited', async () => {
    const limited = await startTestShop({ RATE_LIMIT_ENABLED: true, API_PORT: 0 });
    const ada = await signedIn(limited);
    const person = new Shopper(limited.api.url);
    const signIn = (password: string) => person.call('POST', '/auth/login', { email: ada.email, password });
    for (let times = 0; times < 5; times += 1) await signIn('not the password');
    expect((await signIn(PASSWORD)).status).toBe(429);
    await requestReset(ada.email);
    const body = { token: await tokenTo(ada.email, RESET), password: NEXT };
    const done = await person.call('PUT', '/auth/password', body);
    person.token = done.body.access_token;
    expect([done.status, (await person.call('GET', '/me')).status]).toEqual([200, 200]);
    await limited.stop();
  });

  it('works for one of two people who use the link at the same moment', async () => {
    const ada = await signedIn(shop);
    await requestReset(ada.email);
    const token = await tokenTo(ada.email, RESET);
    const answers = await Promise.all([reset(token), reset(token, 'another correct battery')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404]);
  });

  it('makes earlier links invalid, and a link expires', async () => {
    const ada = await signedIn(shop);
    await requestReset(ada.email);
    const first = await tokenTo(ada.email, RESET);
    await requestReset(ada.email);
    const second = await tokenTo(ada.email, RESET, 2);
    expect((await reset(second)).status).toBe(200);
    expect((await reset(first)).status).toBe(404);
    await requestReset(ada.email);
    const third = await tokenTo(ada.email, RESET, 3);
    await shop.services.db.run(`update account_tokens set expires_at = now() where user_id = $1 and used_at is null`, [
      ada.session.user.id,
    ]);
    expect((await reset(third)).status).toBe(404);
  });

  it('sends at most five emails per hour', async () => {
    const ada = await signedIn(shop);
    for (let times = 0; times < 7; times += 1) await requestReset(ada.email);
    await until(
      async () => !(await shop.services.db.row(`select 1 from outbox where payload->>'email' = $1`, [ada.email])),
      'the requests to be handled',
    );
    expect((await subjectsTo(ada.email)).filter((subject) => RESET.test(subject))).toHaveLength(5);
  });

  it('rejects a bad password without using up the link, and a link of another kind', async () => {
    const ada = await signedIn(shop);
    const confirmation = await tokenTo(ada.email, CONFIRM);
    expect((await reset(confirmation)).status).toBe(404);
    await requestReset(ada.email);
    const token = await tokenTo(ada.email, RESET);
    const bad = await reset(token, '1234567890');
    expect([bad.status, bad.body.errors]).toEqual([
      400,
      [{ path: 'password', message: 'is one of the most common passwords; choose another one' }],
    ]);
    expect((await reset(token)).status).toBe(200);
  });
});

describe('a new password', () => {
  it('requires the current one, and starts a new session while all others end', async () => {
    const [ada, other] = [await signedIn(shop), anyone()];
    other.token = (await login(ada.email, PASSWORD)).body.access_token;
    const change = (current_password: string, new_password: string) =>
      ada.call('PUT', '/me/password', { current_password, new_password });
    const wrong = await change('not the password', NEXT);
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials']);
    const bad = await change(PASSWORD, ' '.repeat(10));
    expect([bad.status, bad.body.errors[0].path]).toEqual([400, 'new_password']);
    const changed = await change(PASSWORD, NEXT);
    expect(changed.status).toBe(200);
    await until(async () => (await other.call('GET', '/me')).status === 401, 'the other session to end', 1_000);
    ada.token = changed.body.access_token;
    expect((await ada.call('GET', '/me')).status).toBe(200);
    const renewed = await ada.call('POST', '/auth/refresh', { refresh_token: changed.body.refresh_token });
    expect(renewed.status).toBe(200);
    expect([(await login(ada.email, PASSWORD)).status, (await login(ada.email, NEXT)).status]).toEqual([401, 200]);
  });

  it('can’t be tried without limit with a stolen session', async () => {
    const limited = await startTestShop({ RATE_LIMIT_ENABLED: true, API_PORT: 0 });
    const ada = await signedIn(limited);
    const change = () => ada.call('PUT', '/me/password', { current_password: 'not the password', new_password: NEXT });
    const statuses = [];
    for (let times = 0; times < 6; times += 1) statuses.push((await change()).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    await limited.stop();
  });

  it('ends a session even if Redis was unavailable and still has it', async () => {
    const { redis } = shop.services;
    const ada = await signedIn(shop);
    const { sessionId } = jwt.decode(ada.token!) as { sessionId: string };
    const kept = await redis.hgetall(`session:${sessionId}`);
    await ada.call('PUT', '/me/password', { current_password: PASSWORD, new_password: NEXT });
    await redis.hset(`session:${sessionId}`, kept);
    const renewed = await ada.call('POST', '/auth/refresh', { refresh_token: ada.session.refresh_token });
    expect([renewed.status, renewed.body.detail]).toEqual([401, 'Your session has ended. Sign in again.']);
    expect(await redis.exists(`session:${sessionId}`)).toBe(0);
  });

  it('is refused at registration when it is common', async () => {
    for (const password of ['1234567890', ' '.repeat(10)]) {
      const refused = await anyone().call('POST', '/auth/register', { email: newAddress(), password });
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'password']);
    }
  });

  it('is the same in NFC and NFD', async () => {
    const email = newAddress();
    await anyone().call('POST', '/auth/register', { email, password: 'caf\u00e9 corner seven' });
    expect((await login(email, 'cafe\u0301 corner seven')).status).toBe(200);
  });
});

describe('an email address', () => {
  it('is confirmed with the link sent after registration, or with another one', async () => {
    const ada = await signedIn(shop);
    expect((await ada.call('GET', '/me')).body.email_verified).toBe(false);
    const first = await tokenTo(ada.email, CONFIRM);
    expect((await ada.call('POST', '/me/email-confirmation')).status).toBe(204);
    const second = await tokenTo(ada.email, CONFIRM, 2);
    expect((await confirm(second)).status).toBe(204);
    expect((await ada.call('GET', '/me')).body.email_verified).toBe(true);
    expect((await confirm(second)).status).toBe(404);
    expect((await confirm(first)).status).toBe(204);
  });

  it('changes only with the link to the new address, and the previous one is notified', async () => {
    const ada = await signedIn(shop);
    const address = newAddress();
    const request = (password: string) => ada.call('POST', '/me/email', { email: address, password });
    expect((await request('not the password')).status).toBe(401);
    expect((await request(PASSWORD)).status).toBe(204);
    const token = await tokenTo(address, CONFIRM_NEW);
    expect((await ada.call('GET', '/me')).body.email).toBe(ada.email);
    await requestReset(ada.email);
    const resetLink = await tokenTo(ada.email, RESET);
    expect((await confirm(token)).status).toBe(204);
    expect((await ada.call('GET', '/me')).body).toMatchObject({ email: address, email_verified: true });
    expect([(await login(ada.email, PASSWORD)).status, (await login(address, PASSWORD)).status]).toEqual([401, 200]);
    const notice = await mailTo(ada.email, /address was changed/);
    expect(notice.text).toContain(`${address.slice(0, 1)}•••@example.test`);
    expect(notice.text).not.toContain(address);
    // It was sent to an address that is no longer the account's.
    expect((await reset(resetLink)).status).toBe(404);
  });

  it('of another account is not taken over, and the response does not reveal that it exists', async () => {
    const [ada, bob] = [await signedIn(shop), await signedIn(shop)];
    const request = (email: string) => ada.call('POST', '/me/email', { email, password: PASSWORD });
    const [taken, free] = [await request(bob.email), await request(newAddress())];
    expect([taken.status, taken.body]).toEqual([free.status, free.body]);
    expect((await mailTo(bob.email, /already have an account/)).text).not.toContain('token=');
  });

  it('that was registered since the email is not taken over', async () => {
    const ada = await signedIn(shop);
    const address = newAddress();
    await ada.call('POST', '/me/email', { email: address, password: PASSWORD });
    const token = await tokenTo(address, CONFIRM_NEW);
    await anyone().call('POST', '/auth/register', { email: address, password: NEXT });
    const refused = await confirm(token);
    expect([refused.status, refused.body.code]).toEqual([409, 'email_taken']);
    expect((await ada.call('GET', '/me')).body.email).toBe(ada.email);
  });
});

describe('the closure of an account', () => {
  const close = (person: Shopper, password = PASSWORD) => person.call('POST', '/me/closure', { password });

  it('ends its sessions, frees its address, and leaves its orders without the person', async () => {
    const { db } = shop.services;
    const ada = await signedIn(shop);
    const { orderId } = await sell(shop, { buyer: ada, lines: [{ price: '5.00', quantity: 1 }] });
    await db.run(
      `insert into order_contact_changes (order_id, kind, request_id, previous, requested, actor)
       values ($1, 'email', 'r1', $2, $2, 'ui:Anna')`,
      [orderId, JSON.stringify({ email: ada.email })],
    );
    expect((await close(ada, 'not the password')).status).toBe(401);
    const early = await close(ada);
    expect([early.status, early.body.code]).toEqual([409, 'conflict']);
    await ada.call('POST', `/orders/${orderId}/cancel`, {});
    await until(async () => (await close(ada)).status === 204, 'the refund to be sent and the account to close');
    await until(async () => (await ada.call('GET', '/me')).status === 401, 'the session to end', 1_000);
    expect((await login(ada.email, PASSWORD)).status).toBe(401);
    await mailTo(ada.email, /^Your account is closed/);
    const order = await until(
      () =>
        db.row<{ user_id: null; email: null; shipping_address: object; changes: number; captured_amount: string }>(
          `select user_id, email, shipping_address, captured_amount,
             (select count(*)::int from order_contact_changes where order_id = orders.id) as changes
           from orders where id = $1 and shipping_address->>'street' = 'Removed'`,
          [orderId],
        ),
      'the worker to remove the person',
    );
    expect(order).toEqual({
      user_id: null,
      email: null,
      captured_amount: '5.000',
      changes: 0,
      shipping_address: { street: 'Removed', city: 'Removed', postal_code: '00000', country: 'US' },
    });
    const registered = await anyone().call('POST', '/auth/register', { email: ada.email, password: PASSWORD });
    expect(registered.status).toBe(201);
  });

  it('waits for the end of a checkout, and is refused to staff', async () => {
    const [ada, anna] = [await signedIn(shop), await signedIn(shop, 'support')];
    const { id } = await createProduct(shop.services);
    const reservation = (await ada.reserve([{ productId: id }])).body;
    expect((await close(ada)).body.detail).toContain('Items are reserved for you');
    await ada.call('DELETE', `/reservations/${reservation.id}`);
    expect((await close(ada)).status).toBe(204);
    expect((await close(anna)).status).toBe(403);
  });
});
