import iso from 'currency-codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CURRENCY_CODES,
  chargeStep,
  fromStripeAmount,
  isChargeable,
  isCurrency,
  minorDigits,
  toStripeAmount,
} from './currencies.ts';
import { formatMoney, fromDecimal, toDecimal, toDecimalString } from './money.ts';

/** Currencies missing from the ISO 4217 data of `currency-codes`, because they are newer or withdrawn. */
const NOT_IN_ISO_DATA = {
  std: 2, // withdrawn in 2018 for STN; still on Stripe's page
  xcg: 2, // since 2025-03-31 (amendment 176), for ANG
};
/** Stripe's page: "Zero-decimal currencies". */
const STRIPE_ZERO_DECIMAL = 'bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' ');
/** Stripe's page: "Three-decimal currencies". */
const STRIPE_THREE_DECIMAL = 'bhd jod kwd omr tnd'.split(' ');
/** Stripe's page: "Special cases", for charges only. UGX is also on the zero-decimal list; this entry takes precedence. */
const STRIPE_TWO_DECIMALS_ALWAYS_00 = ['isk', 'ugx'];

function stripeDigits(code: string): number {
  if (STRIPE_TWO_DECIMALS_ALWAYS_00.includes(code)) return 2;
  if (STRIPE_ZERO_DECIMAL.includes(code)) return 0;
  return STRIPE_THREE_DECIMAL.includes(code) ? 3 : 2;
}

describe('currencies', () => {
  it('are those that Stripe charges, without duplicates, sorted', () => {
    expect(CURRENCY_CODES.length).toBeGreaterThanOrEqual(135);
    expect(new Set(CURRENCY_CODES).size).toBe(CURRENCY_CODES.length);
    expect([...CURRENCY_CODES].sort()).toEqual(CURRENCY_CODES);
    for (const code of [...STRIPE_ZERO_DECIMAL, ...STRIPE_THREE_DECIMAL, 'isk', 'huf', 'twd'])
      expect(isCurrency(code)).toBe(true);
  });

  it.each(CURRENCY_CODES)('%s has the minor unit of ISO 4217', (code) => {
    const digits = iso.code(code)?.digits ?? NOT_IN_ISO_DATA[code as keyof typeof NOT_IN_ISO_DATA];
    expect(minorDigits(code)).toBe(digits);
  });

  it('are all in the ISO 4217 data except those listed here', () => {
    const missing = CURRENCY_CODES.filter((code) => !iso.code(code));
    expect(missing).toEqual(Object.keys(NOT_IN_ISO_DATA).sort());
  });

  it('differ from ISO 4217 at Stripe in three cases', () => {
    const differing = CURRENCY_CODES.filter((code) => stripeDigits(code) !== minorDigits(code));
    expect(differing).toEqual(['isk', 'mga', 'ugx']);
  });

  it.each(CURRENCY_CODES)('%s survives the round trip to a table, to the wire, and to Stripe', (code) => {
    const step = chargeStep(code);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (steps) => {
        const cents = steps * step;
        expect(fromDecimal(toDecimalString(cents, code), code)).toBe(cents);
        expect(fromDecimal(JSON.parse(JSON.stringify(toDecimal(cents, code))) as number, code)).toBe(cents);
        const amount = toStripeAmount(cents, code);
        expect(fromStripeAmount(amount, code)).toBe(cents);
        // Stripe charges the same amount in major units as the table stores.
        expect(BigInt(amount) * 10n ** BigInt(minorDigits(code))).toBe(
          BigInt(cents) * 10n ** BigInt(stripeDigits(code)),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are converted for Stripe as its documentation specifies', () => {
    expect(toStripeAmount(1000, 'usd')).toBe(1000);
    expect(toStripeAmount(500, 'jpy')).toBe(500);
    expect([toStripeAmount(5, 'isk'), toStripeAmount(5, 'ugx')]).toEqual([500, 500]);
    expect(toStripeAmount(500, 'mga')).toBe(5);
    expect(toStripeAmount(5120, 'kwd')).toBe(5120);
    expect(toStripeAmount(1045, 'huf')).toBe(1045);
  });

  it('are charged in the steps that Stripe accepts, and never rounded', () => {
    expect([isChargeable(5124, 'kwd'), isChargeable(5120, 'kwd')]).toEqual([false, true]);
    expect(() => toStripeAmount(5124, 'kwd')).toThrow('KWD is charged in steps of 10');
    expect(() => toStripeAmount(550, 'mga')).toThrow('MGA');
    expect(() => fromStripeAmount(550, 'isk')).toThrow('ISK');
    expect(() => toStripeAmount(1.5, 'usd')).toThrow(RangeError);
  });

  it('are refused when unknown', () => {
    for (const code of ['zzz', '', 'us', 'stn', 'xau', 'constructor']) {
      expect(isCurrency(code)).toBe(false);
      expect(() => minorDigits(code)).toThrow(RangeError);
      expect(() => toStripeAmount(1, code)).toThrow(RangeError);
    }
    expect([isCurrency('USD'), minorDigits('USD')]).toEqual([false, 2]);
  });

  it.each(CURRENCY_CODES)('%s is displayed with all of its digits', (code) => {
    const shown = formatMoney(1234 * 10 ** minorDigits(code), code);
    expect(shown).toContain(minorDigits(code) === 0 ? '1,234' : `1,234.${'0'.repeat(minorDigits(code))}`);
  });
});
