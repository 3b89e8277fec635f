/** The price rule that the API, the import, and all other code that sets a price share. */
import { chargeStep, isChargeable, isCurrency, minorDigits } from './currencies.ts';
import { fromDecimal, toDecimalString } from './money.ts';

/** In major units of any currency, as the column stores it. */
export const MAX_PRICE = 999_999.99;

/**
 * Parses a price exactly.
 * @param currency ISO 4217, lower case
 * @returns minor units, or a text that names the problem and the expected format
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
