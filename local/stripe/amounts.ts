/** Amounts in the format of Stripe's API, which differs from the usual one for some currencies. */
import { chargeStep, fromStripeAmount, toStripeAmount } from '../../domain/currencies.ts';
import { formatMoney } from '../../domain/money.ts';
import { invalidParameter } from './errors.ts';

/** Chargeable amounts of a currency are multiples of this: 100 for ISK, whose two decimals are always 00, and 10 for KWD. */
function stripeStep(currency: string): number {
  return toStripeAmount(chargeStep(currency), currency);
}

/** Formats an amount for display; fractions are cut off. */
export function formatStripeAmount(amount: number, currency: string): string {
  const whole = amount - (amount % stripeStep(currency));
  return formatMoney(fromStripeAmount(whole, currency), currency);
}

/** @throws ApiError when Stripe could not charge or refund exactly this amount */
export function checkStep(amount: number, currency: string): void {
  const step = stripeStep(currency);
  if (amount % step === 0) return;
  throw invalidParameter(
    'amount',
    `Amounts in ${currency.toUpperCase()} must be divisible by ${step}: see https://docs.stripe.com/currencies#special-cases`,
    'parameter_invalid_integer',
  );
}
