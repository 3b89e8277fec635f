import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RetryRequest } from '../retry-stopped/messages.ts';

export const unmatchedPaymentWorkflowId = (paymentIntentId: string): string => `unmatched-payment-${paymentIntentId}`;

export interface UnmatchedPaymentInput {
  orderId: string;
  paymentIntentId: string;
}

/** `settled`: no refund is owed, because the payment was refunded another way or belongs to its order after all. */
export type UnmatchedPaymentOutcome = 'refunded' | 'settled';

/** Stripe sent an event of the refund; the workflow reads its state from Stripe. */
export const unmatchedRefundChangedSignal = defineSignal('refundChanged');
export const retryUnmatchedRefundUpdate = defineUpdate<{ retried: string }, [RetryRequest]>('retry');
export const unmatchedPaymentCaseQuery = defineQuery<Record<string, unknown>>('case');
