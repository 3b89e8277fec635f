import { expect, it } from 'vitest';
import { readPaymentReturn } from './payment-return.ts';

const read = (query: string) => readPaymentReturn(new URLSearchParams(query));

it('distinguishes the results of a payment', () => {
  expect(read('')).toBeUndefined();
  expect(read('redirect_status=succeeded')).toEqual({ kind: 'confirming' });
  expect(read('redirect_status=failed&decline_code=insufficient_funds&error_code=card_declined')).toEqual({
    kind: 'failed',
    message: 'Your card has insufficient funds.',
  });
});

it('shows no text from the address', () => {
  expect(read('redirect_status=failed&error_code=constructor&error_message=Call+555-0100')).toEqual({
    kind: 'failed',
    message: 'Your card was declined.',
  });
});

it.each(['succeeded', 'processing', 'pending'])('waits for a payment that is %s', (status) => {
  expect(read(`redirect_status=${status}`)).toEqual({ kind: 'confirming' });
});

it('ignores any other result', () => {
  expect(read('redirect_status=canceled')).toBeUndefined();
});

it.each([
  ['insufficient_funds', 'insufficient funds'],
  ['expired_card', 'has expired'],
  ['incorrect_cvc', 'security code is incorrect'],
  ['incomplete_cvc', 'security code is incomplete'],
  ['invalid_cvc', 'security code is incorrect'],
  ['incorrect_number', 'card number is incorrect'],
  ['incomplete_number', 'card number is incomplete'],
  ['invalid_number', 'card number is incorrect'],
  ['incomplete_expiry', 'expiration date is incomplete'],
  ['invalid_expiry_month', 'expiration month is invalid'],
  ['invalid_expiry_year', 'expiration year is invalid'],
  ['processing_error', 'couldn’t process your card'],
  ['payment_intent_authentication_failure', 'couldn’t authenticate this payment'],
  ['payment_intent_unexpected_state', 'can no longer be completed'],
])('explains %s as: %s', (code, words) => {
  for (const name of ['decline_code', 'error_code'])
    expect(read(`redirect_status=failed&${name}=${code}`)).toHaveProperty('message', expect.stringContaining(words));
});

it('prefers the bank’s reason over the API’s', () => {
  expect(read('redirect_status=failed&error_code=incorrect_number&decline_code=expired_card')).toEqual({
    kind: 'failed',
    message: 'Your card has expired.',
  });
});
