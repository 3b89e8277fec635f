import { expect, it } from 'vitest';
import { disputeMessage } from './found-ledger.ts';

const message = (status: string) =>
  disputeMessage({ amountCents: 2500, currency: 'usd', reason: 'product_not_received', status });

it.each([
  [
    'needs_response',
    'The card’s bank opened a chargeback of $25.00 (product not received). Respond in the Stripe Dashboard.',
  ],
  ['under_review', 'The bank is reviewing the chargeback of $25.00.'],
  ['won', 'The chargeback of $25.00 was won; the money was returned.'],
  ['lost', 'The chargeback of $25.00 was lost.'],
  ['prevented', 'Stripe prevented a chargeback of $25.00; no money has moved.'],
  [
    'warning_needs_response',
    'The card’s bank opened an inquiry about $25.00 (product not received); no money has moved.',
  ],
  ['warning_under_review', 'The bank is reviewing the inquiry about $25.00.'],
  ['warning_closed', 'The bank’s inquiry about $25.00 is closed.'],
])('the history entry of a dispute that is %s says where the money is', (status, text) => {
  expect(message(status)).toBe(text);
});
