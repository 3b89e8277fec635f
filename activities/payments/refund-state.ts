import type Stripe from 'stripe';
import type { RefundStatus } from '../../domain/order-state.ts';

/** The state of a refund at Stripe. */
export interface StripeRefundState {
  stripeRefundId: string | null;
  status: Extract<RefundStatus, 'pending' | 'succeeded' | 'failed'>;
  failureReason?: string;
}

export function refundState(refund: Stripe.Refund): StripeRefundState {
  switch (refund.status) {
    case 'succeeded':
      return { stripeRefundId: refund.id, status: 'succeeded' };
    case 'failed':
    case 'canceled':
      return { stripeRefundId: refund.id, status: 'failed', failureReason: refund.failure_reason ?? refund.status };
    default:
      return { stripeRefundId: refund.id, status: 'pending' };
  }
}
