/** Amounts as Stripe's API writes them, which for some currencies is not how people do. */
import { chargeStep, fromStripeAmount, toStripeAmount } from '../../domain/currencies.ts';
import { formatMoney } from '../../domain/money.ts';
import { invalidParameter } from './errors.ts';

/** Amounts of a currency that can be charged are multiples of this: 100 for ISK, whose two decimals are always 00, 10 for KWD. */
function stripeStep(currency: string): number {
  return toStripeAmount(chargeStep(currency), currency);
}

/** For people; what is not a whole amount is cut. */
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
