/** What the address says when the shopper comes back from paying. It chooses what to show; what was paid, the order says. */

export type PaymentReturn = { kind: 'confirming' } | { kind: 'failed'; message: string };

/** An address can be written by anyone, so it only names a code: the words are ours. */
const REFUSALS: ReadonlyMap<string | null, string> = new Map(
  Object.entries({
    insufficient_funds: 'Your card has insufficient funds.',
    expired_card: 'Your card has expired.',
    incorrect_cvc: 'Your card’s security code is incorrect.',
    incomplete_cvc: 'Your card’s security code is incomplete.',
    invalid_cvc: 'Your card’s security code is incorrect.',
    incorrect_number: 'Your card number is incorrect.',
    incomplete_number: 'Your card number is incomplete.',
    invalid_number: 'Your card number is incorrect.',
    incomplete_expiry: 'Your card’s expiration date is incomplete.',
    invalid_expiry_month: 'Your card’s expiration month is invalid.',
    invalid_expiry_year: 'Your card’s expiration year is invalid.',
    processing_error: 'We couldn’t process your card. Please try again.',
    payment_intent_authentication_failure: 'Your bank couldn’t authenticate this payment.',
    payment_intent_unexpected_state: 'This payment can no longer be completed.',
  }),
);

/** Reads the parameters of Stripe's redirect; undefined when the shopper does not come from paying. */
export function readPaymentReturn(parameters: URLSearchParams): PaymentReturn | undefined {
  switch (parameters.get('redirect_status')) {
    case 'succeeded':
    case 'processing':
    case 'pending':
      return { kind: 'confirming' };
    case 'failed':
      return { kind: 'failed', message: refusalOf(parameters) };
    default:
      return undefined;
  }
}

function refusalOf(parameters: URLSearchParams): string {
  const [declined, failed] = ['decline_code', 'error_code'].map((name) => REFUSALS.get(parameters.get(name)));
  return declined ?? failed ?? 'Your card was declined.';
}
