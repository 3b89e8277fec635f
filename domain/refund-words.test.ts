import { expect, it } from 'vitest';
import { reasonForShopper } from './refund-words.ts';

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
