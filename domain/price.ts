/** What a product may cost: the one rule for the API, the import, and whoever else sets a price. */
import { chargeStep, isChargeable, isCurrency, minorDigits } from './currencies.ts';
import { fromDecimal, toDecimalString } from './money.ts';

/** In major units of any currency, as the column holds it. */
export const MAX_PRICE = 999_999.99;

/**
 * Reads a price, exact.
 * @param currency ISO 4217, lower case
 * @returns minor units, or what is wrong with it and how to write it
 */
export function readPrice(value: string | number, currency: string): number | string {
  const name = currency.toUpperCase();
  if (!isCurrency(currency)) return `${name} is not a currency that Stripe supports`;
  const digits = minorDigits(currency);
  const example = toDecimalString(20 * 10 ** digits - chargeStep(currency), currency);
  let cents: number;
  try {
    cents = fromDecimal(value, currency);
  } catch {
    return `must be a number such as ${example}, with at most ${digits} decimals in ${name} (it is ${value})`;
  }
  if (cents <= 0) return 'must be more than 0';
  if (cents > Math.floor(MAX_PRICE * 10 ** digits)) return `must be at most ${MAX_PRICE}`;
  if (!isChargeable(cents, currency)) {
    return `must be a multiple of ${toDecimalString(chargeStep(currency), currency)} in ${name}, such as ${example}, because cards can be charged only in these increments (it is ${value})`;
  }
  return cents;
}
