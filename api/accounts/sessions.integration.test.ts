/** Sessions: use and validity of their tokens. */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { type AnyBody, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const refresh = (token: string) => new Shopper(shop.api.url).call('POST', '/auth/refresh', { refresh_token: token });
const claimsOf = (token: string) => jwt.decode(token) as Record<string, AnyBody>;
const keyOf = (refreshToken: string) => `session:${claimsOf(refreshToken).sessionId}`;
/** Moves the last refresh of a session into the past. */
const refreshedAgo = (token: string, ms: number) => shop.services.redis.hset(keyOf(token), 'issuedAt', Date.now() - ms);

describe('a refresh token that was replaced', () => {
  it('works until its successor is used, since its response may have been lost', async () => {
    const { session } = await signedIn(shop);
    const next = (await refresh(session.refresh_token)).body;
    const shared = await refresh(session.refresh_token);
    expect(claimsOf(shared.body.refresh_token).jti).toBe(claimsOf(next.refresh_token).jti);
    await refreshedAgo(session.refresh_token, 11_000);
    const late = await refresh(session.refresh_token);
    expect(late.status).toBe(200);
    expect((await refresh(late.body.refresh_token)).status).toBe(200);
  });

  it('ends the session when it is used later, so that the newest token is rejected too', async () => {
    const { session } = await signedIn(shop);
    const second = (await refresh(session.refresh_token)).body;
    const third = (await refresh(second.refresh_token)).body;
    const stolen = await refresh(session.refresh_token);
    expect([stolen.status, stolen.body.code]).toEqual([401, 'unauthenticated']);
    expect(stolen.body.detail).toContain('was already used, so the session was ended');
    expect(await shop.services.redis.exists(keyOf(session.refresh_token))).toBe(0);
    for (const { refresh_token } of [second, third]) expect((await refresh(refresh_token)).status).toBe(401);
  });

  it('does not affect the account’s other sessions', async () => {
    const { session, email } = await signedIn(shop);
    const other = (await new Shopper(shop.api.url).call('POST', '/auth/login', { email, password: PASSWORD })).body;
    await refresh((await refresh(session.refresh_token)).body.refresh_token);
    expect((await refresh(session.refresh_token)).status).toBe(401);
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });
});

describe('tokens', () => {
  it('are valid as long as configured, and each refresh extends the session', async () => {
    const { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_SECONDS } = shop.services.settings;
    const { session } = await signedIn(shop);
    const lifeOf = (token: string) => claimsOf(token).exp - claimsOf(token).iat;
    const key = keyOf(session.refresh_token);
    for (const tokens of [session, (await refresh(session.refresh_token)).body]) {
      expect(lifeOf(tokens.access_token)).toBe(ACCESS_TOKEN_SECONDS);
      expect(lifeOf(tokens.refresh_token)).toBe(REFRESH_TOKEN_SECONDS);
      expect(tokens.expires_in).toBe(ACCESS_TOKEN_SECONDS);
      expect(claimsOf(tokens.access_token).sessionId).toBe(claimsOf(tokens.refresh_token).sessionId);
    }
    await shop.services.redis.expire(key, 60);
    const current = await shop.services.redis.hget(key, 'pending');
    const { sessionId } = claimsOf(session.refresh_token);
    const token = jwt.sign({ sessionId, jti: current }, shop.services.settings.REFRESH_SECRET, { expiresIn: 60 });
    expect((await refresh(token)).status).toBe(200);
    expect(await shop.services.redis.ttl(key)).toBeGreaterThan(60);
  });

  it('that have expired are rejected, even the session’s current one', async () => {
    const { session } = await signedIn(shop);
    const { sessionId, jti } = claimsOf(session.refresh_token);
    const over = jwt.sign({ sessionId, jti }, shop.services.settings.REFRESH_SECRET, { expiresIn: -1 });
    expect((await refresh(over)).status).toBe(401);
    expect((await refresh(session.refresh_token)).status).toBe(200);
  });

  it('are signed with different secrets, so that one can’t be used as the other', async () => {
    const { session, token, email } = await signedIn(shop);
    const { JWT_SECRET } = shop.services.settings;
    const { sessionId, jti } = claimsOf(session.refresh_token);
    expect((await refresh(jwt.sign({ sessionId, jti }, JWT_SECRET, { expiresIn: 60 }))).status).toBe(401);
    const person = new Shopper(shop.api.url);
    person.token = session.refresh_token;
    expect((await person.call('GET', '/me')).status).toBe(401);
    person.token = token;
    expect((await person.call('GET', '/me')).body.email).toBe(email);
  });

  it('contain the account’s role at the time of their creation', async () => {
    const { session } = await signedIn(shop, 'admin');
    expect(claimsOf(session.access_token).role).toBe('admin');
    await shop.services.db.run(`update users set role = 'customer' where id = $1`, [session.user.id]);
    const next = (await refresh(session.refresh_token)).body;
    expect([claimsOf(next.access_token).role, next.user.role]).toEqual(['customer', 'customer']);
  });

  it('are not issued for a deleted account or an ended session', async () => {
    const gone = await signedIn(shop);
    await shop.services.db.run('delete from users where id = $1', [gone.session.user.id]);
    expect((await refresh(gone.session.refresh_token)).status).toBe(401);
    expect((await gone.call('GET', '/me')).status).toBe(401);
    const ended = await signedIn(shop);
    const forged = jwt.sign({ sessionId: randomUUID(), jti: randomUUID() }, 'another secret of sufficient length');
    expect((await ended.call('POST', '/auth/logout', { refresh_token: forged })).status).toBe(401);
    for (let times = 0; times < 2; times++)
      expect((await ended.call('POST', '/auth/logout', { refresh_token: ended.session.refresh_token })).status).toBe(
        204,
      );
    expect((await refresh(ended.session.refresh_token)).status).toBe(401);
  });
});
