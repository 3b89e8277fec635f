/** Sums of decimal amounts, exact: added up in the currency's smallest unit. */
import { minorDigits } from '../../../domain/currencies.ts';

/** What so many units of each price cost together: 3 × 0.1 is 0.3. */
export function costOf(lines: readonly { price: number; quantity: number }[], currency: string): number {
  const unit = 10 ** minorDigits(currency);
  return lines.reduce((sum, { price, quantity }) => sum + Math.round(price * unit) * quantity, 0) / unit;
}
