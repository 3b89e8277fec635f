/** A session that ends in one API process ends in all of them within a second, without a Redis command per request. */
import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, signedIn } from '../../tests/support/accounts.ts';
import { sell } from '../../tests/support/sales.ts';
import { Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { type RunningApi, startApi } from '../server.ts';
import { EndedSessions } from './ended-sessions.ts';
import { ENDED_KEY } from './session-scripts.ts';

let shop: TestShop;
/** Another API process, as far as the code can tell. */
let other: RunningApi;
const onFreePort = () => ({ ...shop.services, settings: { ...shop.services.settings, API_PORT: 0 } });
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  other = await startApi(onFreePort());
});
afterAll(async () => {
  await other?.stop();
  await shop?.stop();
});

/** The same person at both processes. */
async function atBoth() {
  const ada = await signedIn(shop);
  const elsewhere = new Shopper(other.url);
  elsewhere.token = ada.token;
  const statuses = async () => [(await ada.call('GET', '/me')).status, (await elsewhere.call('GET', '/me')).status];
  return { ada, elsewhere, statuses };
}

/** Well below the second that is promised would be flaky here; `until` fails after this time. */
const WITHIN_MS = 1_000;
const untilOut = (statuses: () => Promise<number[]>) =>
  until(async () => (await statuses()).every((status) => status === 401), 'the access token to be refused', WITHIN_MS);

const login = async (email: string) =>
  (await new Shopper(shop.api.url).call('POST', '/auth/login', { email, password: PASSWORD })).body;

describe('an access token is refused everywhere', () => {
  it('after signing out', async () => {
    const { ada, statuses } = await atBoth();
    expect(await statuses()).toEqual([200, 200]);
    await ada.call('POST', '/auth/logout', { refresh_token: ada.session.refresh_token });
    await untilOut(statuses);
  });

  it('after the replay of a refresh token', async () => {
    const { ada, statuses } = await atBoth();
    const refresh = (token: string) => ada.call('POST', '/auth/refresh', { refresh_token: token });
    await refresh((await refresh(ada.session.refresh_token)).body.refresh_token);
    expect(await statuses()).toEqual([200, 200]);
    expect((await refresh(ada.session.refresh_token)).status).toBe(401);
    await untilOut(statuses);
  });

  it('after its session is ended from another one, which continues', async () => {
    const { ada, elsewhere, statuses } = await atBoth();
    const phone = new Shopper(shop.api.url);
    phone.token = (await login(ada.email)).access_token;
    const { sessionId } = jwt.decode(ada.token!) as { sessionId: string };
    expect((await phone.call('DELETE', `/me/sessions/${sessionId}`)).status).toBe(204);
    await untilOut(statuses);
    expect((await phone.call('GET', '/me')).status).toBe(200);
    elsewhere.token = phone.token;
    expect((await elsewhere.call('GET', '/me')).status).toBe(200);
  });

  it('also in a process that starts later', async () => {
    const { ada } = await atBoth();
    await ada.call('POST', '/auth/logout', { refresh_token: ada.session.refresh_token });
    const late = await startApi(onFreePort());
    const person = new Shopper(late.url);
    person.token = ada.token;
    const { status } = await person.call('GET', '/me');
    await late.stop();
    expect(status).toBe(401);
  });

  it('and an open event stream of the session ends', async () => {
    const { ada } = await atBoth();

    const { orderId } = await sell(shop, { buyer: ada, lines: [{ price: '5.00', quantity: 1 }] });
    const stream = await fetch(`${shop.api.url}/api/orders/${orderId}/events`, {
      headers: { authorization: `Bearer ${ada.token}`, 'x-forwarded-for': ada.address },
    });
    expect(stream.status).toBe(200);
    const closed = stream.text();
    await ada.call('POST', '/auth/logout', { refresh_token: ada.session.refresh_token });
    expect(await closed).toContain('event: order');
  });
});

describe('the list of sessions', () => {
  it('names the devices, marks the current session, and shrinks as sessions end', async () => {
    const { ada } = await atBoth();
    const headers = { 'user-agent': 'Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36' };
    const phone = new Shopper(shop.api.url);
    const { body } = await phone.call('POST', '/auth/login', { email: ada.email, password: PASSWORD }, headers);
    phone.token = body.access_token;
    const list = async () => (await phone.call('GET', '/me/sessions')).body.items;
    const [first, second] = await list();
    expect([first.device, first.is_current, second.is_current]).toEqual(['Chrome on Android', true, false]);
    expect((await phone.call('DELETE', '/me/sessions')).status).toBe(204);
    expect((await list()).map(({ id }: { id: string }) => id)).toEqual([first.id]);
  });

  it('contains only the account’s own sessions, and no other can be ended', async () => {
    const [{ ada }, mallory] = [await atBoth(), await signedIn(shop)];
    const { sessionId } = jwt.decode(ada.token!) as { sessionId: string };
    const foreign = await mallory.call('DELETE', `/me/sessions/${sessionId}`);
    expect([foreign.status, foreign.body.detail]).toEqual([404, 'This session has already ended.']);
    expect((await ada.call('GET', '/me')).status).toBe(200);
    const { items } = (await mallory.call('GET', '/me/sessions')).body;
    expect(items).toHaveLength(1);
  });
});

it('remembers ended sessions when Redis loses its data, and forgets them when their tokens have expired', async () => {
  const { redis, settings, log } = shop.services;
  const [lasting, over] = [randomUUID(), randomUUID()];
  await redis.zadd(ENDED_KEY, Date.now() + 60_000, lasting, Date.now() - 1, over);
  const ended = new EndedSessions({ redis, settings, log });
  await ended.start();
  expect([ended.has(lasting), ended.has(over)]).toEqual([true, false]);
  await redis.zrem(ENDED_KEY, lasting);
  // As after a reconnect.
  await ended.start();
  expect(ended.has(lasting)).toBe(true);
  ended.stop();
});
