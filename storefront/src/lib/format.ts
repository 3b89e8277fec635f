/** Formats amounts, counts, and times for shoppers. */
import { minorDigits } from '../../../domain/currencies.ts';

/**
 * Formats a decimal amount of a currency, such as 19.99 and `usd` as "$19.99".
 * @param options.short leaves out decimals that are all zero: "$20"
 */
export function formatMoney(amount: number, currency: string, options: { short?: boolean } = {}): string {
  // Set explicitly, since Intl rounds some currencies to fewer digits than Stripe uses.
  const digits = minorDigits(currency);
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency,
    minimumFractionDigits: options.short && Number.isInteger(amount) ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amount);
}

/** "1 item", "3 items". */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${new Intl.NumberFormat('en-US').format(count)} ${count === 1 ? one : many}`;
}

/** "United States". @param code ISO 3166 code; returned unchanged if it has no name */
export function countryName(code: string): string {
  return new Intl.DisplayNames('en-US', { type: 'region' }).of(code) ?? code;
}

/** "9:05", or "1:02:03" from an hour on; rounds up to whole seconds. @param milliseconds negative values count as zero */
export function formatRemaining(milliseconds: number): string {
  const total = Math.max(0, Math.ceil(milliseconds / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}
