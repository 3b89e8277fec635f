/** The details of the workflow of an unmatched payment. */
import { expect, it, vi } from 'vitest';
import type { UnmatchedPayment } from '../../activities/payments/unmatched-payments.ts';
import { describeUnmatchedPayment } from './case-details.ts';

// Links contain the namespace, which is available only inside a workflow.
vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ namespace: 'default' }),
}));

const PAYMENT: UnmatchedPayment = {
  paymentIntentId: 'pi_1',
  orderId: 'o1',
  orderNumber: '482-913-077',
  customerId: null,
  emailHash: null,
  amountCents: 2500,
  currency: 'usd',
  reason: 'wrong_amount',
  receivedAt: '2026-11-01T10:00:00.000Z',
  refundStatus: null,
  stripeRefundId: null,
  refundFailure: null,
  attempt: 1,
};
const STUCK = {
  since: '2026-11-02T08:30:00.000Z',
  what: 'The refund failed at Stripe',
  why: 'It said *no*.',
  isRefused: false,
  tries: 3,
};
type Facts = Parameters<typeof describeUnmatchedPayment>[0];

const pageOf = (facts: Partial<Facts>): string[] =>
  describeUnmatchedPayment({
    orderId: 'o1',
    paymentIntentId: 'pi_1',
    payment: undefined,
    outcome: undefined,
    stopped: undefined,
    ...facts,
  }).split('\n\n');

it('a payment that is being refunded', () => {
  expect(pageOf({ payment: PAYMENT })).toEqual([
    '### Unmatched payment pi_1',
    'The payment is being refunded in full. No action is needed unless it stops.',
    [
      '- Received: **$25.00**, 2026-11-01 10:00 UTC',
      '- Order: [482-913-077](/namespaces/default/workflows/order-o1)',
      '- Why it is unmatched: its amount differs from the amount due',
      '- Refund at Stripe: not made yet',
    ].join('\n'),
  ]);
});

it('a payment whose refund was retried and stopped', () => {
  const payment: UnmatchedPayment = { ...PAYMENT, stripeRefundId: 're_1', refundStatus: 'pending', attempt: 2 };
  const page = pageOf({ payment, stopped: STUCK });
  expect(page.slice(1, 3)).toEqual([
    '**Stopped since 2026-11-02 08:30 UTC**: The refund failed at Stripe. It said \\*no\\*.',
    'It is retried automatically. Once the cause is fixed, send the update `retry` to retry now, or refund the payment in the Stripe Dashboard.',
  ]);
  expect(page[4]!.split('\n').slice(3)).toEqual(['- Refund at Stripe: `re_1`, pending', '- Attempt: 2']);
});

it('a payment that is settled', () => {
  expect(pageOf({ outcome: 'refunded' }).slice(1)).toEqual(['Done: the payment was refunded in full.']);
  expect(pageOf({ outcome: 'settled' }).slice(1)).toEqual(['Done: no refund is owed.']);
});
