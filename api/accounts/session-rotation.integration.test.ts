/** A session's refresh token changes at every use. Reusing an old one ends the session, except for two tabs at the same moment. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSettings, type Settings } from '../../infra/config.ts';
import { connectOwnRedis } from '../../tests/support/redis.ts';
import { type SessionOwner, Sessions } from './sessions.ts';

const GRACE_MS = 10_000;

let redis: Redis;
let sessions: Sessions;
let settings: Settings;
beforeAll(() => {
  settings = readSettings();
  redis = connectOwnRedis();
  sessions = new Sessions(redis, settings);
});
afterAll(() => redis?.disconnect());

async function started() {
  const owner: SessionOwner = { userId: randomUUID(), role: 'customer' };
  const { refreshToken } = await sessions.start(owner);
  const { sessionId } = jwt.decode(refreshToken) as { sessionId: string };
  const refresh = async (token: string) => (await sessions.refresh(token, async () => owner)).refreshToken;
  /** Moves the token's last rotation into the past. */
  const wait = async (ms: number) => {
    const at = Number(await redis.hget(`session:${sessionId}`, 'rotatedAt'));
    await redis.hset(`session:${sessionId}`, 'rotatedAt', at - ms);
  };
  const idOf = (token: string) => (jwt.decode(token) as { jti: string }).jti;
  return { first: refreshToken, refresh, wait, idOf, key: `session:${sessionId}` };
}

it('returns the same new token to two tabs that refresh at the same moment', async () => {
  const { first, refresh, wait, idOf, key } = await started();
  const [one, two] = await Promise.all([refresh(first), refresh(first)]);
  expect(idOf(one!)).toBe(idOf(two!));
  expect(idOf(one!)).not.toBe(idOf(first));
  await wait(GRACE_MS - 5_000);
  expect(idOf(await refresh(first))).toBe(idOf(one!));
  expect(await redis.hget(key, 'current')).toBe(idOf(one!));
});

it('ends the session, also for its owner, when a replaced token is used after the grace period', async () => {
  const { first, refresh, wait, key } = await started();
  const second = await refresh(first);
  await wait(GRACE_MS + 1);
  await expect(refresh(first)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringMatching(/already used/),
  });
  expect(await redis.exists(key)).toBe(0);
  await expect(refresh(second)).rejects.toMatchObject({ code: 'unauthenticated' });
});

it('ends the session immediately when a token that was replaced twice is used', async () => {
  const { first, refresh, key } = await started();
  const second = await refresh(first);
  await refresh(second);
  await expect(refresh(first)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(await redis.exists(key)).toBe(0);
});

it('can’t be refreshed after the session was ended', async () => {
  const { first, refresh, key } = await started();
  await sessions.end(first);
  await expect(refresh(first)).rejects.toMatchObject({
    code: 'unauthenticated',
    message: expect.stringMatching(/has ended/),
  });
  expect(await redis.exists(key)).toBe(0);
});

it('extends the session at each use', async () => {
  const { first, refresh, key } = await started();
  await redis.expire(key, 5);
  await refresh(first);
  expect(await redis.ttl(key)).toBeGreaterThan(settings.REFRESH_TOKEN_SECONDS - 60);
});
