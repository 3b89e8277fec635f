import { randomBytes } from 'node:crypto';
import type { Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSome } from '../config.ts';
import { ENCRYPTED, EncryptingCodec, KEY_ID, PayloadUnreadableError } from './payload-codec.ts';
import { type PayloadKey, parsePayloadKeys } from './payload-keys.ts';

const keys = (...ids: string[]) =>
  parsePayloadKeys(ids.map((id) => `${id}:${randomBytes(32).toString('base64')}`).join());
const codecOf = (...reserved: PayloadKey[]) => new EncryptingCodec(reserved);
const [older, newer] = keys('2026-01', '2026-07') as [PayloadKey, PayloadKey];

const bytes = fc.uint8Array({ maxLength: 2_000 });
const payload: fc.Arbitrary<Payload> = fc.record({
  metadata: fc.dictionary(fc.string({ minLength: 1 }), bytes, { noNullPrototype: true }),
  data: bytes,
});
const plain = (value: unknown): Payload => ({
  metadata: { encoding: Buffer.from('json/plain') },
  data: Buffer.from(JSON.stringify(value)),
});
const facts = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(Object.entries(metadata ?? {}).map(([name, value]) => [name, [...value]])),
  data: [...(data ?? [])],
});
const one = async (payloads: Promise<Payload[]>) => (await payloads)[0]!;
const text = (bytesOrNone: Uint8Array | null | undefined) => Buffer.from(bytesOrNone ?? []).toString();

describe('the codec', () => {
  it('decodes to the original payloads, in order', async () => {
    const codec = codecOf(newer);
    await fc.assert(
      fc.asyncProperty(fc.array(payload, { maxLength: 5 }), async (payloads) => {
        const decoded = await codec.decode(await codec.encode(payloads));
        expect(decoded.map(facts)).toEqual(payloads.map(facts));
      }),
    );
  });

  it('reveals the key’s ID but no content, and never produces the same output twice', async () => {
    const codec = codecOf(newer);
    const written = plain({ email: 'ada@example.test' });
    const [first, second] = (await codec.encode([written, written])) as [Payload, Payload];
    expect(text(first.metadata?.encoding)).toBe(ENCRYPTED);
    expect(text(first.metadata?.[KEY_ID])).toBe('2026-07');
    expect(Object.keys(first.metadata!)).toHaveLength(2);
    expect(text(first.data)).not.toContain('ada');
    expect(first.data).not.toEqual(second.data);
    expect(first.data!.subarray(0, 12)).not.toEqual(second.data!.subarray(0, 12));
  });

  it('rejects payloads with any changed bit, and truncated ones', async () => {
    const codec = codecOf(newer);
    await fc.assert(
      fc.asyncProperty(payload, fc.nat(), fc.integer({ min: 1, max: 255 }), async (written, at, change) => {
        const sealed = await one(codec.encode([written]));
        const data = Uint8Array.from(sealed.data!);
        data[at % data.length]! ^= change;
        await expect(codec.decode([{ ...sealed, data }])).rejects.toThrow(PayloadUnreadableError);
        await expect(codec.decode([{ ...sealed, data: data.subarray(0, at % data.length) }])).rejects.toThrow(
          "can't be decrypted",
        );
      }),
    );
  });

  it('rejects a payload with another key ID, even if that key is known and has the same bytes', async () => {
    const twin = { id: 'twin', secret: newer.secret };
    const sealed = await one(codecOf(newer).encode([plain(1)]));
    const renamed = { ...sealed, metadata: { ...sealed.metadata, [KEY_ID]: Buffer.from('twin') } };
    await expect(codecOf(newer, twin).decode([renamed])).rejects.toThrow('can\'t be decrypted with key "twin"');
  });

  it('decrypts with old keys, encrypts with the first, and names a missing key', async () => {
    const before = await codecOf(older).encode([plain('old')]);
    const rotated = codecOf(newer, older);
    expect(text((await one(rotated.decode(before))).data)).toBe('"old"');
    const after = await rotated.encode([plain('new')]);
    expect(text(after[0]!.metadata![KEY_ID])).toBe('2026-07');
    await expect(codecOf(older).decode(after)).rejects.toThrow('"2026-07", which is not in PAYLOAD_KEYS');
  });

  it('leaves plain payloads unchanged, because the Web UI sends them', async () => {
    const codec = codecOf(newer);
    const written = [plain({ a: 1 }), {}, { metadata: null, data: null }];
    expect(await codec.decode(written)).toEqual(written);
    const mixed = await codec.decode([written[0]!, ...(await codec.encode([plain(2)]))]);
    expect(mixed.map(({ data }) => text(data))).toEqual(['{"a":1}', '2']);
  });
});

describe('PAYLOAD_KEYS', () => {
  const key = randomBytes(32).toString('base64');
  const read = (value?: string) => () => readSome(['PAYLOAD_KEYS'], { PAYLOAD_KEYS: value });

  it('can list several keys in order', () => {
    expect(read(`b:${key}, a:${key}`)().PAYLOAD_KEYS.map(({ id }) => id)).toEqual(['b', 'a']);
  });

  it('reports the problem without printing a key', () => {
    expect(read()).toThrow('PAYLOAD_KEYS');
    expect(read(key)).toThrow('entry 1 is not a key');
    expect(read(`a:${key},b:${randomBytes(16).toString('base64')}`)).toThrow('entry 2 is not a key');
    expect(read(`a:${key},a:${key}`)).toThrow('the key ID "a" is used twice');
    for (const wrong of [key, `a:${key}x`, `a:${key},a:${key}`])
      expect(read(wrong)).not.toThrow(expect.objectContaining({ message: expect.stringContaining(key) }));
    expect(JSON.stringify(read(`a:${key}`)())).not.toContain(key);
  });
});
