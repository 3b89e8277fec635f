/** Sums of decimal amounts, exact: added up in the currency's smallest unit. */

function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat('en-US', { style: 'currency', currency: currency.toUpperCase() });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

/** What so many units of each price cost together: 3 × 0.1 is 0.3. */
export function costOf(lines: readonly { price: number; quantity: number }[], currency: string): number {
  const unit = 10 ** digitsOf(currency);
  return lines.reduce((sum, { price, quantity }) => sum + Math.round(price * unit) * quantity, 0) / unit;
}
