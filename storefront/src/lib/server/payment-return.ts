/** What the address says when the shopper comes back from paying. It chooses what to show; what was paid, the order says. */

export type PaymentReturn = { kind: 'confirming' } | { kind: 'failed'; message: string };

/** An address can be written by anyone, so it only names a code: the words are ours. */
const REFUSALS: ReadonlyMap<string | null, string> = new Map(
  Object.entries({
    insufficient_funds: 'Your card has insufficient funds.',
    expired_card: 'Your card has expired.',
    incorrect_cvc: 'The security code is not right.',
    incomplete_cvc: 'The security code is missing.',
    invalid_cvc: 'The security code is not right.',
    incorrect_number: 'That card number is not right.',
    incomplete_number: 'The card number is missing.',
    invalid_number: 'That card number is not right.',
    incomplete_expiry: 'The expiration date is missing.',
    invalid_expiry_month: 'The expiration month is not right.',
    invalid_expiry_year: 'The expiration year is not right.',
    processing_error: 'The bank could not process your card just now.',
    payment_intent_authentication_failure: 'Your bank could not confirm that it is you.',
    payment_intent_unexpected_state: 'This payment can no longer be made.',
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
