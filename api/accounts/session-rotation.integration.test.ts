/** A refresh token works until its successor is used, since its response may have been lost. Then it is a replay, which ends the session. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings, type Settings } from '../../infra/config.ts';
import { connectOwnRedis } from '../../tests/support/redis.ts';
import { type SessionOwner, Sessions } from './sessions.ts';

const SHARED_MS = 10_000;

let redis: Redis;
let sessions: Sessions;
let settings: Settings;
beforeAll(() => {
  settings = readSettings();
  redis = connectOwnRedis();
  sessions = new Sessions(redis, settings);
});
afterAll(() => redis?.disconnect());

const idOf = (token: string) => (jwt.decode(token) as { jti: string }).jti;
const replayed = { code: 'unauthenticated', message: expect.stringMatching(/already used/) };
const ended = { code: 'unauthenticated', message: expect.stringMatching(/has ended/) };

async function started() {
  const owner: SessionOwner = { userId: randomUUID(), role: 'customer', generation: 1 };
  const { refreshToken } = await sessions.start(owner, 'Chrome on Android');
  const { sessionId } = jwt.decode(refreshToken) as { sessionId: string };
  const key = `session:${sessionId}`;
  const refresh = async (token: string) => (await sessions.refresh(token, async () => owner)).refreshToken;
  /** Moves the last refresh into the past. */
  const wait = async (ms: number) => redis.hincrby(key, 'issuedAt', -ms);
  return { first: refreshToken, refresh, wait, key, owner, sessionId };
}

it('returns the same new token to two tabs that refresh at the same moment', async () => {
  const { first, refresh, wait } = await started();
  const [one, two] = await Promise.all([refresh(first), refresh(first)]);
  expect(idOf(one!)).toBe(idOf(two!));
  expect(idOf(one!)).not.toBe(idOf(first));
  await wait(SHARED_MS - 5_000);
  expect(idOf(await refresh(first))).toBe(idOf(one!));
});

it('accepts a token whose response was lost at any later time, and then its new successor', async () => {
  const { first, refresh, wait } = await started();
  const lost = await refresh(first);
  await wait(86_400_000);
  const second = await refresh(first);
  expect(idOf(second)).not.toBe(idOf(lost));
  const third = await refresh(second);
  expect(idOf(await refresh(third))).not.toBe(idOf(third));
});

it('ends the session, also for its owner, when a token is used after its successor', async () => {
  const { first, refresh, key } = await started();
  const second = await refresh(first);
  const third = await refresh(second);
  await expect(refresh(first)).rejects.toMatchObject(replayed);
  expect(await redis.exists(key)).toBe(0);
  await expect(refresh(third)).rejects.toMatchObject(ended);
});

it('ends the session when two people use different successors of one token', async () => {
  const { first, refresh, wait, key } = await started();
  const ofOwner = await refresh(first);
  await wait(SHARED_MS + 1);
  const ofThief = await refresh(first);
  await refresh(ofOwner);
  await expect(refresh(ofThief)).rejects.toMatchObject(replayed);
  expect(await redis.exists(key)).toBe(0);
});

it('remembers a few successors, however often a token is exchanged', async () => {
  const { first, refresh, wait, key } = await started();
  for (let times = 0; times < 20; times += 1) {
    await refresh(first);
    await wait(SHARED_MS + 1);
  }
  expect((await redis.hget(key, 'pending'))!.split(',')).toHaveLength(8);
  const newest = await refresh(first);
  expect(idOf(await refresh(newest))).not.toBe(idOf(newest));
});

it('can’t be refreshed after the session was ended, or when the account has a new password', async () => {
  const { first, refresh, key } = await started();
  await sessions.end(first);
  await expect(refresh(first)).rejects.toMatchObject(ended);
  expect(await redis.exists(key)).toBe(0);
  const other = await started();
  const withNewPassword = { ...other.owner, generation: 2 };
  await expect(sessions.refresh(other.first, async () => withNewPassword)).rejects.toMatchObject(ended);
  await expect(other.refresh(other.first)).rejects.toMatchObject(ended);
});

it('extends the session and its place in the account’s list at each use', async () => {
  const { first, refresh, key, owner, sessionId } = await started();
  const list = `sessions:of:${owner.userId}`;
  for (const each of [key, list]) await redis.expire(each, 5);
  await redis.zadd(list, Date.now() + 5_000, sessionId);
  await refresh(first);
  const { REFRESH_TOKEN_SECONDS } = settings;
  for (const each of [key, list]) expect(await redis.ttl(each)).toBeGreaterThan(REFRESH_TOKEN_SECONDS - 60);
  expect(Number(await redis.zscore(list, sessionId))).toBeGreaterThan(
    Date.now() + (REFRESH_TOKEN_SECONDS - 60) * 1_000,
  );
});
