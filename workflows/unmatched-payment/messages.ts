import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { StaffRequest } from '../shared/staff.ts';

export const unmatchedPaymentWorkflowId = (paymentIntentId: string): string => `unmatched-payment-${paymentIntentId}`;

export interface UnmatchedPaymentInput {
  orderId: string;
  paymentIntentId: string;
}

/** `settled`: nothing is owed; somebody refunded it, or it is its order's own after all. */
export type UnmatchedPaymentOutcome = 'refunded' | 'settled';

/** Stripe has said something of the refund: how it stands is read at Stripe. */
export const unmatchedRefundChangedSignal = defineSignal('refundChanged');
export const retryUnmatchedRefundUpdate = defineUpdate<{ retried: string }, [StaffRequest]>('retry');
export const unmatchedPaymentCaseQuery = defineQuery<Record<string, unknown>>('case');
