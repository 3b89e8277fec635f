/** Money arithmetic: integer minor units (`amountCents`) in code, decimals only on the wire and in tables. */
import { minorDigits } from './currencies.ts';

function assertCents(amountCents: number): void {
  if (!Number.isSafeInteger(amountCents)) throw new RangeError(`not an amount in minor units: ${amountCents}`);
}

/**
 * Minor units → the exact decimal text that tables store: 1999 → "19.99".
 * @throws RangeError when the amount is not a safe integer, or the currency is unknown
 */
export function toDecimalString(amountCents: number, currency: string): string {
  assertCents(amountCents);
  const digits = minorDigits(currency);
  const sign = amountCents < 0 ? '-' : '';
  const text = String(Math.abs(amountCents)).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Minor units → the JSON number on the wire: 1999 → 19.99. Exact up to 2^53 minor units because JSON prints the shortest form. */
export function toDecimal(amountCents: number, currency: string): number {
  return Number(toDecimalString(amountCents, currency));
}

/**
 * Decimal text or number → minor units; exact, never rounded.
 * @throws RangeError when the value is not a decimal, has more decimals than the currency, or the currency is unknown
 */
export function fromDecimal(value: string | number, currency: string): number {
  const digits = minorDigits(currency);
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value).trim());
  if (!match) throw new RangeError(`not a decimal amount: ${value}`);
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > digits) throw new RangeError(`${currency.toUpperCase()} has ${digits} decimals: ${value}`);
  const cents = Number(match[2]! + fraction.padEnd(digits, '0'));
  assertCents(cents);
  return match[1] && cents !== 0 ? -cents : cents;
}

/** Price × quantity. @throws RangeError when the result is not a safe integer */
export function lineTotalCents(unitPriceCents: number, quantity: number): number {
  const total = unitPriceCents * quantity;
  assertCents(total);
  return total;
}

export function sumCents(amounts: Iterable<number>): number {
  let total = 0;
  for (const amount of amounts) total += amount;
  assertCents(total);
  return total;
}

/** Sets the number of decimals because Intl has fewer than ISO 4217 for some currencies (AFN, LBP, MMK, …) and would round. */
function moneyFormat(currency: string, locale: string): Intl.NumberFormat {
  const digits = minorDigits(currency);
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

const formats = new Map<string, Intl.NumberFormat>();

/** Formats an amount for display: 1999, "usd" → "$19.99". */
export function formatMoney(amountCents: number, currency: string, locale = 'en-US'): string {
  // Creating a formatter takes about a hundred times as long as using one.
  const key = `${locale} ${currency}`;
  let format = formats.get(key);
  if (!format) {
    format = moneyFormat(currency, locale);
    formats.set(key, format);
  }
  return format.format(toDecimal(amountCents, currency));
}
