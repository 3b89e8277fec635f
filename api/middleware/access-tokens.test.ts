import { randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { afterEach, expect, it, vi } from 'vitest';
import { AccessTokens } from './access-tokens.ts';

const JWT_SECRET = 'a secret of the test, long enough for HS256';
const identity = { userId: randomUUID(), role: 'customer' as const, sessionId: randomUUID() };
const bearer = (options: jwt.SignOptions = { expiresIn: '15m' }, claims: object = identity, secret = JWT_SECRET) =>
  `Bearer ${jwt.sign(claims, secret, options)}`;
const refused = { code: 'unauthenticated' };

afterEach(() => {
  vi.useRealTimers();
});

it('accepts a token repeatedly until it expires', () => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  const tokens = new AccessTokens({ JWT_SECRET }, () => false);
  const authorization = bearer();
  expect(tokens.read(authorization)).toEqual(identity);
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 14, 59));
  expect(tokens.read(authorization)).toEqual(identity);
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 15, 0));
  expect(() => tokens.read(authorization)).toThrow(expect.objectContaining(refused));
});

it('rejects a token that differs in any character from a known one', () => {
  const tokens = new AccessTokens({ JWT_SECRET }, () => false);
  const authorization = bearer();
  tokens.read(authorization);
  for (let at = 'Bearer '.length; at < authorization.length - 1; at += 1) {
    const letter = authorization[at] === 'A' ? 'B' : 'A';
    const altered = authorization.slice(0, at) + letter + authorization.slice(at + 1);
    expect(() => tokens.read(altered)).toThrow(expect.objectContaining(refused));
  }
});

it('rejects tokens with another secret, of another type, without required claims, or expired', () => {
  const tokens = new AccessTokens({ JWT_SECRET }, () => false);
  const unsigned = `Bearer ${jwt.sign(identity, null as never, { algorithm: 'none' })}`;
  for (const authorization of [
    bearer({}, identity, `${JWT_SECRET}!`),
    bearer({ algorithm: 'HS512' }),
    bearer({}, { ...identity, role: 'emperor' }),
    bearer({}, { userId: identity.userId }),
    bearer({ expiresIn: -1 }),
    unsigned,
    bearer().replace('Bearer', 'Basic'),
    'Bearer',
    '',
  ])
    for (let times = 0; times < 2; times += 1)
      expect(() => tokens.read(authorization)).toThrow(expect.objectContaining(refused));
});
