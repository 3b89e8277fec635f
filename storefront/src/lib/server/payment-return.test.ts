import { expect, it } from 'vitest';
import { readPaymentReturn } from './payment-return.ts';

const read = (query: string) => readPaymentReturn(new URLSearchParams(query));

it('tells the ways back from paying apart', () => {
  expect(read('')).toBeUndefined();
  expect(read('redirect_status=succeeded')).toEqual({ kind: 'confirming' });
  expect(read('redirect_status=failed&decline_code=insufficient_funds&error_code=card_declined')).toEqual({
    kind: 'failed',
    message: 'Your card has insufficient funds.',
  });
});

it('says nothing that an address made up', () => {
  expect(read('redirect_status=failed&error_code=constructor&error_message=Call+555-0100')).toEqual({
    kind: 'failed',
    message: 'Your card was declined.',
  });
});
