import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeModel, encodeModel, type ServedModel } from './served-model.ts';

const model: fc.Arbitrary<ServedModel> = fc.integer({ min: 1, max: 6 }).chain((count) => {
  const place = fc.nat(count - 1);
  const number = fc.float({ noNaN: true, noDefaultInfinity: true });
  const list = <Value>(of: fc.Arbitrary<Value>, length: number) =>
    fc.array(of, { minLength: length, maxLength: length });
  return fc
    .tuple(
      list(fc.array(fc.tuple(place, number), { maxLength: 3 }), count),
      list(place, count * 2),
      list(number, count * 4),
    )
    .map(([rows, companions, numbers]) => ({
      trainedUntilMs: 1_700_000_000_000,
      items: Array.from({ length: count }, (_, item) => `product ü ${item}`),
      influence: {
        starts: Int32Array.from({ length: count + 1 }, (_, row) => rows.slice(0, row).flat().length),
        indices: Int32Array.from(rows.flat(), ([item]) => item),
        values: Float32Array.from(rows.flat(), ([, value]) => value),
      },
      companions: {
        count: 2,
        indices: Int32Array.from(companions),
        scores: Float32Array.from(numbers.slice(0, count * 2)),
      },
      novelty: Float32Array.from(numbers.slice(count * 2, count * 3)),
      sellingNow: Float32Array.from(numbers.slice(count * 3)),
      popular: Int32Array.from({ length: count }, (_, item) => item),
    }));
});

function bytesOf(of: ServedModel): Uint8Array<ArrayBuffer> {
  const parts = [...encodeModel(of)];
  const bytes = new Uint8Array(parts.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

it('decodes an encoded model', () => {
  fc.assert(
    fc.property(model, (written) => {
      expect(decodeModel(bytesOf(written).buffer)).toEqual(written);
    }),
  );
});

it('refuses truncated bytes', () => {
  fc.assert(
    fc.property(model, fc.nat(), (written, place) => {
      const bytes = bytesOf(written);
      // Up to seven bytes of padding may follow the last list.
      expect(() => decodeModel(bytes.slice(0, place % (bytes.length - 7)).buffer)).toThrow(RangeError);
    }),
  );
});

it('refuses lists of a wrong length, places outside its lists, and values that are not numbers', () => {
  fc.assert(
    fc.property(model, (written) => {
      const count = written.items.length;
      const spoilt = (change: Partial<ServedModel>) => () => decodeModel(bytesOf({ ...written, ...change }).buffer);
      const { influence, companions } = written;
      expect(spoilt({ popular: written.popular.with(0, count) })).toThrow(RangeError);
      expect(spoilt({ popular: written.popular.with(0, -1) })).toThrow(RangeError);
      expect(spoilt({ novelty: written.novelty.with(0, Number.NaN) })).toThrow(RangeError);
      expect(spoilt({ sellingNow: written.sellingNow.with(0, Number.POSITIVE_INFINITY) })).toThrow(RangeError);
      expect(spoilt({ items: [...written.items, 'one more'] })).toThrow(RangeError);
      expect(spoilt({ influence: { ...influence, starts: influence.starts.with(0, -1) } })).toThrow(RangeError);
      expect(spoilt({ influence: { ...influence, starts: influence.starts.with(count, 99) } })).toThrow(RangeError);
      expect(spoilt({ companions: { ...companions, indices: companions.indices.with(0, count) } })).toThrow(RangeError);
      expect(spoilt({ companions: { ...companions, indices: companions.indices.with(0, -2) } })).toThrow(RangeError);
    }),
  );
});

it('refuses a header with a flipped byte in its shape', () => {
  fc.assert(
    fc.property(model, (written) => {
      const bytes = bytesOf(written);
      const text = new TextDecoder('latin1').decode(bytes);
      for (const name of ['"novelty":', '"popular":', '"companionCount":', '"influence.starts":']) {
        const flipped = bytes.slice();
        flipped[text.indexOf(name) + name.length]! ^= 1;
        expect(() => decodeModel(flipped.buffer)).toThrow(RangeError);
      }
    }),
  );
});

describe('the bytes of a model', () => {
  const SMALL: ServedModel = {
    trainedUntilMs: 1_700_000_000_000,
    items: ['tea', 'pot'],
    influence: {
      starts: Int32Array.of(0, 1, 2),
      indices: Int32Array.of(1, 0),
      values: Float32Array.of(0.5, 0.25),
    },
    companions: { count: 1, indices: Int32Array.of(1, -1), scores: Float32Array.of(0.5, 0) },
    novelty: Float32Array.of(1, 0.5),
    sellingNow: Float32Array.of(2, 3),
    popular: Int32Array.of(1, 0),
  };
  const NO_MODEL = 'the data is not a recommendation model';
  const CUT_OFF = 'the model is truncated';
  const CONTRADICTS = 'the model is inconsistent';

  const headerLength = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(20, true);
  const headerOf = (bytes: Uint8Array) =>
    JSON.parse(new TextDecoder().decode(bytes.subarray(24, 24 + headerLength(bytes)))) as Record<string, unknown>;

  /** The same model with another header. */
  function behind(header: unknown): Uint8Array<ArrayBuffer> {
    const bytes = bytesOf(SMALL);
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const lists = Math.ceil((24 + headerLength(bytes)) / 8) * 8;
    const start = Math.ceil((24 + text.length) / 8) * 8;
    const changed = new Uint8Array(start + bytes.length - lists);
    changed.set(bytes.subarray(0, 24));
    changed.set(text, 24);
    changed.set(bytes.subarray(lists), start);
    new DataView(changed.buffer).setUint32(20, text.length, true);
    return changed;
  }

  it('begin with a name, a version and the length of the header', () => {
    const bytes = bytesOf(SMALL);
    expect(new TextDecoder().decode(bytes.subarray(0, 12))).toBe('HOLDFAST-REC');
    expect(new DataView(bytes.buffer).getUint32(16, true)).toBe(1);
    expect(headerOf(bytes)).toEqual({
      trainedUntilMs: 1_700_000_000_000,
      items: ['tea', 'pot'],
      companionCount: 1,
      lengths: {
        'influence.starts': 3,
        'influence.indices': 2,
        'influence.values': 2,
        'companions.indices': 2,
        'companions.scores': 2,
        novelty: 2,
        sellingNow: 2,
        popular: 2,
      },
    });
    expect(decodeModel(behind(headerOf(bytes)).buffer)).toEqual(SMALL);
  });

  it('have each list at an offset that is a multiple of eight, in the order of the header', () => {
    const parts = [...encodeModel(SMALL)];
    let at = 0;
    const lists = parts.map((part) => {
      at += part.length;
      return [at - part.length, part.length];
    });
    expect(lists.slice(3).filter((_, place) => place % 2 === 0)).toEqual(
      [12, 8, 8, 8, 8, 8, 8, 8].map((length) => [expect.any(Number), length]),
    );
    for (const [start] of lists.slice(3).filter((_, place) => place % 2 === 0)) expect(start! % 8).toBe(0);
    expect(at % 8).toBe(0);
  });

  it('are correct for a list that is a view of a larger buffer', () => {
    const whole = Int32Array.of(9, 1, 0, 9);
    expect(decodeModel(bytesOf({ ...SMALL, popular: whole.subarray(1, 3) }).buffer)).toEqual(SMALL);
  });

  it.each([
    ['nothing', () => new Uint8Array(0), NO_MODEL],
    ['too few', () => bytesOf(SMALL).slice(0, 23), NO_MODEL],
    ['of another name', () => bytesOf(SMALL).with(11, 0), NO_MODEL],
    [
      'of another version',
      () => bytesOf(SMALL).with(16, 2),
      'the model has format version 2; this build reads version 1',
    ],
    ['without a header', () => bytesOf(SMALL).slice(0, 24), CUT_OFF],
    ['without the end of the header', () => bytesOf(SMALL).slice(0, 24 + headerLength(bytesOf(SMALL)) - 1), CUT_OFF],
    ['without the last number', () => bytesOf(SMALL).slice(0, -1), CUT_OFF],
    ['with a header that can’t be read', () => behind('{'), CONTRADICTS],
  ])('that are %s are refused', (_title, bytes, message) => {
    expect(() => decodeModel(new Uint8Array(bytes()).buffer)).toThrow(new RangeError(message));
  });

  it.each([
    ['null', () => null],
    ['no time', (header: object) => ({ ...header, trainedUntilMs: null })],
    ['no items', (header: object) => ({ ...header, items: undefined })],
    ['items that are no list', (header: object) => ({ ...header, items: 'ab' })],
    ['an item that is no text', (header: object) => ({ ...header, items: ['tea', 1] })],
    ['half a companion', (header: object) => ({ ...header, companionCount: 0.5 })],
    ['less than no companion', (header: object) => ({ ...header, companionCount: -1 })],
    ['no lengths', (header: object) => ({ ...header, lengths: undefined })],
    ['half a length', (header: { lengths?: object }) => ({ ...header, lengths: { ...header.lengths, popular: 0.5 } })],
    [
      'a length below 0',
      (header: { lengths?: object }) => ({ ...header, lengths: { ...header.lengths, popular: -1 } }),
    ],
    ['a length too few', (header: object) => ({ ...header, lengths: { 'influence.starts': 3 } })],
  ])('with a header that has %s contradict themselves', (_title, change) => {
    expect(() => decodeModel(behind(change(headerOf(bytesOf(SMALL)))).buffer)).toThrow(new RangeError(CONTRADICTS));
  });

  it.each([
    ['rows that begin after 0', { influence: { ...SMALL.influence, starts: Int32Array.of(1, 1, 2) } }],
    ['rows that go back', { influence: { ...SMALL.influence, starts: Int32Array.of(0, 3, 2) } }],
    ['a row too many', { influence: { ...SMALL.influence, starts: Int32Array.of(0, 1, 2, 2) } }],
    ['rows that end early', { influence: { ...SMALL.influence, starts: Int32Array.of(0, 1, 1) } }],
    ['a value too few', { influence: { ...SMALL.influence, values: Float32Array.of(1) } }],
    ['a source below 0', { influence: { ...SMALL.influence, indices: Int32Array.of(-1, 0) } }],
    ['a source beyond the items', { influence: { ...SMALL.influence, indices: Int32Array.of(2, 0) } }],
    ['an influence that is no number', { influence: { ...SMALL.influence, values: Float32Array.of(Number.NaN, 0) } }],
    ['a companion too few', { companions: { ...SMALL.companions, indices: Int32Array.of(1) } }],
    ['a score of companions too few', { companions: { ...SMALL.companions, scores: Float32Array.of(1) } }],
    [
      'a score of companions that is not a number',
      { companions: { ...SMALL.companions, scores: Float32Array.of(0, Number.NaN) } },
    ],
    ['another count of companions', { companions: { ...SMALL.companions, count: 2 } }],
    ['a novelty too few', { novelty: Float32Array.of(1) }],
    ['a sale too few', { sellingNow: Float32Array.of(1) }],
    ['a popular item too few', { popular: Int32Array.of(1) }],
  ])('with %s contradict themselves', (_title, change: Partial<ServedModel>) => {
    expect(() => decodeModel(bytesOf({ ...SMALL, ...change }).buffer)).toThrow(new RangeError(CONTRADICTS));
  });
});
