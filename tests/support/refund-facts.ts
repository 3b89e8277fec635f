import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';

/** A pending refund of $25.00, with the given changes. */
export const refundFacts = (change: Partial<RefundFacts> = {}): RefundFacts => ({
  refundId: 'r1',
  orderId: 'o1',
  requestId: 'ticket 1',
  kind: 'refund',
  amountCents: 2500,
  currency: 'usd',
  lines: [],
  reason: 'Broken',
  status: 'pending',
  restock: false,
  cancelsUnits: false,
  isGivenUp: false,
  isFromStripe: false,
  isRestocked: false,
  requestedBy: 'ui:Anna',
  decidedBy: null,
  decisionReason: null,
  paymentIntentId: 'pi_1',
  stripeRefundId: null,
  failureReason: null,
  attempt: 1,
  createdAt: '2026-11-01T10:00:00.000Z',
  updatedAt: '2026-11-01T10:00:00.000Z',
  ...change,
});
