import type Stripe from 'stripe';
import { expect, it } from 'vitest';
import { refundState } from './refund-state.ts';

const stateOf = (refund: Partial<Stripe.Refund>) => refundState({ id: 're_1', ...refund } as Stripe.Refund);

it('a refund at Stripe has succeeded, has failed with a reason, or is pending', () => {
  expect(stateOf({ status: 'succeeded' })).toEqual({ stripeRefundId: 're_1', status: 'succeeded' });
  expect(stateOf({ status: 'failed', failure_reason: 'lost_or_stolen_card' })).toEqual({
    stripeRefundId: 're_1',
    status: 'failed',
    failureReason: 'lost_or_stolen_card',
  });
  expect(stateOf({ status: 'failed' }).failureReason).toBe('failed');
  expect(stateOf({ status: 'canceled' })).toEqual({
    stripeRefundId: 're_1',
    status: 'failed',
    failureReason: 'canceled',
  });
  for (const status of ['pending', 'requires_action', null])
    expect(stateOf({ status })).toEqual({ stripeRefundId: 're_1', status: 'pending' });
});
