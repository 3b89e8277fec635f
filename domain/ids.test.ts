import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ID_NAMESPACES, isUuid, uuidV5 } from './ids.ts';

const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest();

describe('a derived ID', () => {
  it('is the version 5 UUID of RFC 9562', () => {
    // The example of RFC 9562, in the DNS namespace.
    expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com', sha1)).toBe(
      '2ed6657d-e927-568b-95e1-2665a8aea6a2',
    );
  });

  it('never changes, so that records created by an earlier release are found', () => {
    const ids = Object.entries(ID_NAMESPACES).map(([name, namespace]) => [name, uuidV5(namespace, 'ünï', sha1)]);
    expect(Object.fromEntries(ids)).toMatchObject({
      reservation: '341692f5-81d2-54ce-8894-c6b6bb07874b',
      order: 'ddb32c5f-4655-51e5-a872-3d01162605a3',
      product: '38abae21-7e41-52ec-aedd-a2d34d08a0cb',
      refund: '23b33528-6184-5f7a-8795-7e5d855b48f8',
      event: 'f2ed2a86-57d7-533f-8232-da5bd3006311',
    });
  });
});

describe('a UUID', () => {
  const ID = '0b7f2b9e-5d1c-4a3e-9f60-2f1c8d7e6a55';

  it('is recognized in lower and upper case', () => {
    expect([ID, ID.toUpperCase()].every(isUuid)).toBe(true);
  });

  it.each([`x${ID}`, `${ID}x`, ID.replaceAll('-', ''), ID.replace('0', 'g'), ID.slice(1), ID.slice(0, -1), ''])(
    'is not %s',
    (text) => {
      expect(isUuid(text)).toBe(false);
    },
  );
});
