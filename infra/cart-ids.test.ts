import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { isIssuedCartId, issueCartId } from './cart-ids.ts';

const SECRET = 'a secret of the test, long enough to sign';

it('issues different UUIDs that only its secret recognizes', () => {
  const ids = Array.from({ length: 100 }, () => issueCartId(SECRET));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) {
    expect(z.uuid().safeParse(id).success).toBe(true);
    expect(isIssuedCartId(SECRET, id)).toBe(true);
    expect(isIssuedCartId(`${SECRET}!`, id)).toBe(false);
  }
});

it('does not recognize an ID that differs in any digit, or that someone made up', () => {
  const id = issueCartId(SECRET);
  for (let at = 0; at < id.length; at += 1) {
    if (id[at] === '-') continue;
    const digit = id[at] === '9' ? '8' : '9';
    expect(isIssuedCartId(SECRET, id.slice(0, at) + digit + id.slice(at + 1))).toBe(false);
  }
  for (const made of [randomUUID(), '', 'cart-1', id.slice(0, -1)]) expect(isIssuedCartId(SECRET, made)).toBe(false);
});
