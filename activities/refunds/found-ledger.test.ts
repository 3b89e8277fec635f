import { expect, it } from 'vitest';
import { disputeMessage } from './found-ledger.ts';

const message = (status: string) =>
  disputeMessage({ amountCents: 2500, currency: 'usd', reason: 'product_not_received', status });

it.each([
  ['needs_response', 'The card’s bank took back $25.00 (product not received). Answer it in Stripe’s dashboard.'],
  ['under_review', 'The evidence against the chargeback of $25.00 is with the bank.'],
  ['won', 'The chargeback of $25.00 was won: the money is back.'],
  ['lost', 'The chargeback of $25.00 was lost.'],
  ['prevented', 'Stripe prevented a chargeback of $25.00; no money has moved.'],
  ['warning_needs_response', 'The card’s bank asks about $25.00 (product not received); no money has moved.'],
  ['warning_under_review', 'The card’s bank asks about $25.00 (product not received); no money has moved.'],
  ['warning_closed', 'The bank’s inquiry about $25.00 is closed.'],
])('tells of a dispute that is %s where the money is', (status, text) => {
  expect(message(status)).toBe(text);
});
