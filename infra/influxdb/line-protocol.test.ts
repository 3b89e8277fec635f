import { expect, it } from 'vitest';
import { toLine } from './line-protocol.ts';

it('formats a point as a line', () => {
  const line = toLine({
    measurement: 'events',
    tags: { event: 'page_view', slot: '3' },
    fields: { id: 'a', quantity: 2, price: 12.5, whole: 3 },
    integers: new Set(['quantity']),
    timeNs: 1_700_000_000_000_000_123n,
  });
  expect(line).toBe('events,event=page_view,slot=3 id="a",quantity=2i,price=12.5,whole=3 1700000000000000123');
});

it('escapes text that could end a field', () => {
  const line = toLine({
    measurement: 'e',
    tags: { where: 'a b,c=d\ne' },
    fields: { path: 'say "hi"\\' },
    timeNs: 1n,
  });
  expect(line).toBe('e,where=a\\ b\\,c\\=d\\ e path="say \\"hi\\"\\\\" 1');
});

it('rejects numbers that InfluxDB can’t represent', () => {
  const point = { measurement: 'e', tags: {}, timeNs: 1n, integers: new Set(['n']) };
  for (const n of [Number.NaN, Number.POSITIVE_INFINITY, 1.5])
    expect(() => toLine({ ...point, fields: { n } })).toThrow(RangeError);
  expect(() => toLine({ ...point, fields: {} })).toThrow('needs a field');
});
