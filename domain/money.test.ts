import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMoney, fromDecimal, lineTotalCents, sumCents, toDecimal, toDecimalString } from './money.ts';

const cents = fc.integer({ min: -99_999_999_999, max: 99_999_999_999 });
const currency = fc.constantFrom('usd', 'eur', 'jpy', 'kwd');

describe('money', () => {
  it('survives the round trip to the wire and to a table in every currency', () => {
    fc.assert(
      fc.property(cents, currency, (amountCents, code) => {
        expect(fromDecimal(toDecimalString(amountCents, code), code)).toBe(amountCents);
        expect(fromDecimal(toDecimal(amountCents, code), code)).toBe(amountCents);
        expect(fromDecimal(JSON.parse(JSON.stringify(toDecimal(amountCents, code))) as number, code)).toBe(amountCents);
      }),
    );
  });

  it('has as many decimals as the currency', () => {
    expect(toDecimalString(5, 'usd')).toBe('0.05');
    expect(toDecimalString(-1999, 'usd')).toBe('-19.99');
    expect(toDecimalString(100, 'jpy')).toBe('100');
    expect(fromDecimal('19.9', 'usd')).toBe(1990);
    expect(fromDecimal('100.00', 'jpy')).toBe(100);
    expect(Object.is(fromDecimal('-0.00', 'usd'), 0)).toBe(true);
  });

  it('is never rounded: more decimals than the currency has are refused', () => {
    for (const text of ['0.001', '1e3', '', '12.', '.5', 'NaN', '1,5', '0x10'])
      expect(() => fromDecimal(text, 'usd')).toThrow(RangeError);
    expect(() => fromDecimal('1.5', 'jpy')).toThrow(RangeError);
    expect(() => toDecimalString(1.5, 'usd')).toThrow(RangeError);
    expect(() => fromDecimal('99999999999999999999', 'usd')).toThrow(RangeError);
  });

  it('adds up exactly in any order of lines', () => {
    const line = fc.record({
      unitPriceCents: fc.integer({ min: 1, max: 99_999_999 }),
      quantity: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 50 }), (lines) => {
        const totals = lines.map((each) => lineTotalCents(each.unitPriceCents, each.quantity));
        const exact = lines.reduce((sum, each) => sum + BigInt(each.unitPriceCents) * BigInt(each.quantity), 0n);
        expect(BigInt(sumCents(totals))).toBe(exact);
        expect(sumCents([...totals].reverse())).toBe(sumCents(totals));
      }),
    );
    expect(() => lineTotalCents(Number.MAX_SAFE_INTEGER, 2)).toThrow(RangeError);
  });

  it('is formatted for display', () => {
    expect(formatMoney(123456, 'usd')).toBe('$1,234.56');
    expect(formatMoney(1200, 'jpy')).toBe('¥1,200');
    expect(formatMoney(1050, 'afn')).toContain('10.50');
  });
});
