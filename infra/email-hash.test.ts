import { expect, it } from 'vitest';
import { emailHash } from './email-hash.ts';

const KEY = 'k'.repeat(32);

it('is one hash for every spelling of an address, and does not contain it', () => {
  const hash = emailHash(KEY, 'ada.moss@example.test');
  expect(hash).toMatch(/^[\da-f]{32}$/);
  for (const spelling of [' Ada.Moss@Example.TEST\n', 'ADA.MOSS@EXAMPLE.TEST'])
    expect(emailHash(KEY, spelling)).toBe(hash);
  expect(emailHash(KEY, 'jos\u00e9@example.test')).toBe(emailHash(KEY, 'jose\u0301@example.test'));
});

it('differs by address and by key', () => {
  const hash = emailHash(KEY, 'ada@example.test');
  expect(emailHash(KEY, 'ada@example.tes')).not.toBe(hash);
  expect(emailHash('l'.repeat(32), 'ada@example.test')).not.toBe(hash);
});
