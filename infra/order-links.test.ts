import { randomUUID } from 'node:crypto';
import { afterEach, expect, it, vi } from 'vitest';
import { orderKey, readOrderKey } from './order-links.ts';

const SECRET = 'a secret of the test, long enough to sign';
const ORDER = randomUUID();

afterEach(() => {
  vi.useRealTimers();
});

it.each(['change', 'view'] as const)('a key to %s an order opens it until it expires', (access) => {
  vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
  const key = orderKey(SECRET, ORDER, { access, lifeSeconds: 60 });
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 0, 59));
  expect(readOrderKey(SECRET, ORDER, key)).toEqual({ access, issuedAt: new Date(Date.UTC(2026, 0, 1)) });
  vi.setSystemTime(Date.UTC(2026, 0, 1, 0, 1, 0));
  expect(readOrderKey(SECRET, ORDER, key)).toBeUndefined();
});

it('a key opens no other order, and nobody can make or alter one', () => {
  const key = orderKey(SECRET, ORDER, { access: 'view', lifeSeconds: 60 });
  const [letter, issued, expires, signature] = key.split('.');
  expect(readOrderKey(SECRET, randomUUID(), key)).toBeUndefined();
  expect(readOrderKey(`${SECRET}!`, ORDER, key)).toBeUndefined();
  for (const forged of [
    ['c', issued, expires, signature],
    [letter, issued, `${expires}0`, signature],
    [letter, '0', expires, signature],
    [letter, issued, expires, 'A'.repeat(43)],
    [letter, issued, expires],
    [''],
  ])
    expect(readOrderKey(SECRET, ORDER, forged.join('.'))).toBeUndefined();
});
