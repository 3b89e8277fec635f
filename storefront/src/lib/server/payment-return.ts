/** Reads the result in the address when the shopper returns from paying. It decides what to show; only the order confirms a payment. */

export type PaymentReturn = { kind: 'confirming' } | { kind: 'failed'; message: string };

/** Anyone can write an address, so it only selects one of these messages by its code. */
const DECLINE_MESSAGES: ReadonlyMap<string | null, string> = new Map(
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

/** Reads the parameters of Stripe's redirect; undefined when the shopper did not come from paying. */
export function readPaymentReturn(parameters: URLSearchParams): PaymentReturn | undefined {
  switch (parameters.get('redirect_status')) {
    case 'succeeded':
    case 'processing':
    case 'pending':
      return { kind: 'confirming' };
    case 'failed':
      return { kind: 'failed', message: declineMessage(parameters) };
    default:
      return undefined;
  }
}

function declineMessage(parameters: URLSearchParams): string {
  const [declined, failed] = ['decline_code', 'error_code'].map((name) => DECLINE_MESSAGES.get(parameters.get(name)));
  return declined ?? failed ?? 'Your card was declined.';
}
