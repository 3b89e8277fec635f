import { expect, it } from 'vitest';
import { reasonForShopper, refundInWords } from './refund-words.ts';

it.each([
  ['refund', 'customer:u-1', 'Too small'],
  ['refund', 'guest', 'Too small'],
  ['cancellation', 'customer:u-1', 'Too small'],
  ['refund', 'system', 'Too small'],
  ['refund', 'ui:Anna', 'Refund by the shop'],
  ['refund', 'support:u-2', 'Refund by the shop'],
  ['refund', 'support_lead:u-2', 'Refund by the shop'],
  ['refund', 'admin:u-2', 'Refund by the shop'],
  ['cancellation', 'support:u-2', 'Your order was canceled'],
  ['refund', 'stripe', 'Refund by the shop'],
  ['cancellation', 'ui:Anna', 'Your order was canceled'],
  ['chargeback', 'stripe', 'Chargeback by the card’s bank'],
  ['chargeback', 'customer:u-1', 'Chargeback by the card’s bank'],
])('a shopper reads of a %s requested by %s: %s', (kind, requestedBy, expected) => {
  expect(reasonForShopper({ kind, requestedBy, reason: 'Too small' })).toBe(expected);
});

it('states the amount of a refund, and its items if they are few', () => {
  const refund = { amountCents: 1250, currency: 'usd', lines: [{ name: 'Mug', quantity: 1 }] };
  expect(refundInWords(refund)).toBe('refund of $12.50 (1 × “Mug”)');
  expect(refundInWords({ ...refund, lines: [] })).toBe('refund of $12.50');
  const long = (length: number) => refundInWords({ ...refund, lines: [{ name: 'M'.repeat(length), quantity: 1 }] });
  expect(long(94)).toContain('(1 × “MMM');
  expect(long(95)).toBe('refund of $12.50');
});
