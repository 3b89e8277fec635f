/** Exact sums of decimal amounts, calculated in the currency's smallest unit. */
import { minorDigits } from '../../../domain/currencies.ts';

/** The total of prices and quantities, such as 0.3 for 3 × 0.1. */
export function costOf(lines: readonly { price: number; quantity: number }[], currency: string): number {
  const unit = 10 ** minorDigits(currency);
  return lines.reduce((sum, { price, quantity }) => sum + Math.round(price * unit) * quantity, 0) / unit;
}
