import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

const email = () => `ada-${randomUUID()}@example.test`;

describe('registration', () => {
  it('signs in, keeps the guest’s cart, and hides the password', async () => {
    const product = await createProduct(shop.services);
    const ada = new Shopper(shop.api.url);
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: 3 });
    const address = email();
    const answer = await ada.call('POST', '/auth/register', {
      email: ` ${address.toUpperCase()} `,
      password: PASSWORD,
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      user: { email: address, role: 'customer' },
    });
    expect(JSON.stringify(answer.body)).not.toContain('argon2');
    ada.token = answer.body.access_token;
    expect((await ada.call('GET', '/cart')).body.items).toMatchObject([{ product_id: product.id, quantity: 3 }]);
    const stored = await shop.services.db.row<{ password_hash: string }>(
      'select password_hash from users where email = $1',
      [address],
    );
    expect(stored?.password_hash).toMatch(/^\$argon2id\$/);
  });

  it('rejects a taken email address, and reports all problems of an invalid body', async () => {
    const ada = await signedIn(shop);
    const taken = await new Shopper(shop.api.url).call('POST', '/auth/register', {
      email: ada.email,
      password: PASSWORD,
    });
    expect([taken.status, taken.body.code]).toEqual([409, 'email_taken']);
    const bad = await new Shopper(shop.api.url).call('POST', '/auth/register', {
      email: 'nobody',
      password: 'short',
      role: 'admin',
    });
    expect(bad.status).toBe(400);
    expect(bad.headers.get('content-type')).toContain('application/problem+json');
    expect(bad.body.errors.map((each: { path: string }) => each.path).sort()).toEqual(['', 'email', 'password']);
  });
});

describe('signing in', () => {
  it('merges the guest’s cart into the account’s, once', async () => {
    const [one, two] = [await createProduct(shop.services), await createProduct(shop.services)];
    const ada = await signedIn(shop);
    await ada.call('PUT', `/cart/items/${one!.id}`, { quantity: 2 });
    const guest = new Shopper(shop.api.url);
    await guest.call('PUT', `/cart/items/${one!.id}`, { quantity: 3 });
    await guest.call('PUT', `/cart/items/${two!.id}`, { quantity: 1 });
    for (let times = 0; times < 2; times++) {
      const login = await guest.call('POST', '/auth/login', { email: ada.email, password: PASSWORD });
      expect(login.status).toBe(200);
    }
    const cart = (await ada.call('GET', '/cart')).body;
    expect(
      Object.fromEntries(
        cart.items.map((item: { product_id: string; quantity: number }) => [item.product_id, item.quantity]),
      ),
    ).toEqual({
      [one!.id]: 5,
      [two!.id]: 1,
    });
  });

  it.each([
    [60, 60],
    [100, 1],
    [1, 100],
  ])('merges %i and %i units of a product into the maximum of 100', async (inAccount, inGuest) => {
    const product = await createProduct(shop.services, { stock: 100 });
    const ada = await signedIn(shop);
    await ada.call('PUT', `/cart/items/${product.id}`, { quantity: inAccount });
    const guest = new Shopper(shop.api.url);
    await guest.call('PUT', `/cart/items/${product.id}`, { quantity: inGuest });
    const login = await guest.call('POST', '/auth/login', { email: ada.email, password: PASSWORD });
    expect(login.status).toBe(200);
    expect((await ada.call('GET', '/cart')).body.items).toMatchObject([{ product_id: product.id, quantity: 100 }]);
    expect((await guest.call('GET', '/cart')).body.items).toEqual([]);
  });

  it('responds the same to a wrong password and an unknown email address', async () => {
    const ada = await signedIn(shop);
    const guest = new Shopper(shop.api.url);
    const wrong = await guest.call('POST', '/auth/login', { email: ada.email, password: 'not the password' });
    const unknown = await guest.call('POST', '/auth/login', { email: email(), password: 'not the password' });
    expect([wrong.status, unknown.status]).toEqual([401, 401]);
    expect({ ...wrong.body, request_id: '' }).toEqual({ ...unknown.body, request_id: '' });
  });

  it('is limited to 5 failures in 15 minutes per account and address; successes do not count', async () => {
    const ada = await signedIn(shop);
    const guest = new Shopper(shop.api.url);
    const login = (password: string) => guest.call('POST', '/auth/login', { email: ada.email, password });
    for (let times = 0; times < 6; times++) expect((await login(PASSWORD)).status).toBe(200);
    for (let times = 0; times < 4; times++) expect((await login('wrong')).status).toBe(401);
    // A success does not reset the count, or an attacker with one account could try the passwords of all others.
    expect((await login(PASSWORD)).status).toBe(200);
    expect((await login('wrong')).status).toBe(401);
    const limited = await login(PASSWORD);
    expect([limited.status, limited.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(
      (await new Shopper(shop.api.url).call('POST', '/auth/login', { email: ada.email, password: PASSWORD })).status,
    ).toBe(200);
  });
});

describe('refresh tokens', () => {
  const refresh = (person: Shopper, token: string) => person.call('POST', '/auth/refresh', { refresh_token: token });

  it('change at every use, and reusing an old one ends the session', async () => {
    const ada = await signedIn(shop);
    const first = ada.session.refresh_token;
    const second = (await refresh(ada, first)).body.refresh_token;
    expect(second).not.toBe(first);
    const third = await refresh(ada, second);
    expect(third.status).toBe(200);
    // `first` was replaced twice, so only a thief would still use it.
    expect((await refresh(ada, first)).status).toBe(401);
    expect((await refresh(ada, third.body.refresh_token)).status).toBe(401);
  });

  it('work for both tabs that use the same one at the same moment', async () => {
    const ada = await signedIn(shop);
    const [one, two] = await Promise.all([
      refresh(ada, ada.session.refresh_token),
      refresh(ada, ada.session.refresh_token),
    ]);
    expect([one!.status, two!.status]).toEqual([200, 200]);
    await delay(5);
    expect((await refresh(ada, two!.body.refresh_token)).status).toBe(200);
  });

  it('end with the session, and are rejected if they are forged or access tokens', async () => {
    const ada = await signedIn(shop);
    expect((await ada.call('POST', '/auth/logout', { refresh_token: ada.session.refresh_token })).status).toBe(204);
    expect((await refresh(ada, ada.session.refresh_token)).status).toBe(401);
    expect((await refresh(ada, ada.session.access_token)).status).toBe(401);
    const forged = jwt.sign({ sessionId: randomUUID(), jti: randomUUID() }, 'another secret of sufficient length');
    expect((await refresh(ada, forged)).status).toBe(401);
  });
});

describe('an account', () => {
  it('can be read and changed only by its owner', async () => {
    const ada = await signedIn(shop);
    expect((await ada.call('GET', '/me')).body).toMatchObject({ email: ada.email, full_name: 'Ada Test' });
    expect((await ada.call('PATCH', '/me', { full_name: 'Ada Lovelace' })).body.full_name).toBe('Ada Lovelace');
    expect((await ada.call('PATCH', '/me', { role: 'admin' })).status).toBe(400);
    expect((await new Shopper(shop.api.url).call('GET', '/me')).status).toBe(401);
  });

  it('loses its name if the request sets it to null, but not if it omits it', async () => {
    const ada = await signedIn(shop);
    expect((await ada.call('PATCH', '/me', {})).body).toMatchObject({ full_name: 'Ada Test', email: ada.email });
    expect((await ada.call('PATCH', '/me', { full_name: null })).body.full_name).toBeNull();
    expect((await ada.call('GET', '/me')).body.full_name).toBeNull();
  });

  it('can be signed in to with its email address in any case and with spaces around it', async () => {
    const [ada, bob] = [await signedIn(shop), await signedIn(shop)];
    const guest = new Shopper(shop.api.url);
    const login = (address: string) => guest.call('POST', '/auth/login', { email: address, password: PASSWORD });
    for (const person of [ada, bob]) {
      const { body } = await login(`  ${person.email.toUpperCase()} `);
      expect(body.user).toMatchObject({ id: person.session.user.id, email: person.email, role: 'customer' });
      guest.token = body.access_token;
      expect((await guest.call('GET', '/me')).body.id).toBe(person.session.user.id);
      guest.token = undefined;
    }
  });

  it('stays signed in on another device after signing out on one', async () => {
    const ada = await signedIn(shop);
    const other = (
      await new Shopper(shop.api.url).call('POST', '/auth/login', { email: ada.email, password: PASSWORD })
    ).body;
    await ada.call('POST', '/auth/logout', { refresh_token: ada.session.refresh_token });
    const refreshed = await ada.call('POST', '/auth/refresh', { refresh_token: other.refresh_token });
    expect([refreshed.status, refreshed.body.user.id]).toEqual([200, ada.session.user.id]);
  });

  it('requires a valid, unexpired access token', async () => {
    const ada = await signedIn(shop);
    const { JWT_SECRET } = shop.services.settings;
    const claims = { userId: ada.session.user.id, role: 'admin', sessionId: randomUUID() };
    const bad = [
      jwt.sign(claims, JWT_SECRET, { expiresIn: -1 }),
      jwt.sign(claims, 'another secret of sufficient length'),
      jwt.sign({ ...claims, role: 'emperor' }, JWT_SECRET),
      `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`,
    ];
    for (const token of bad) {
      ada.token = token;
      expect((await ada.call('GET', '/me')).status).toBe(401);
    }
  });
});
