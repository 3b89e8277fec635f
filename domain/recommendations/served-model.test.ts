import fc from 'fast-check';
import { expect, it } from 'vitest';
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

it('reads what was written', () => {
  fc.assert(
    fc.property(model, (written) => {
      expect(decodeModel(bytesOf(written).buffer)).toEqual(written);
    }),
  );
});

it('refuses what is cut off', () => {
  fc.assert(
    fc.property(model, fc.nat(), (written, place) => {
      const bytes = bytesOf(written);
      // The last list may be followed by up to seven bytes that mean nothing.
      expect(() => decodeModel(bytes.slice(0, place % (bytes.length - 7)).buffer)).toThrow(RangeError);
    }),
  );
});

it('refuses another length in its shape, a place outside its lists, and what is no number', () => {
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

it('refuses a header with a flipped byte where its shape is told', () => {
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
