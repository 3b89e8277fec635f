import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RefundFacts, RefundRequest, RequestedRefund } from '../../activities/refunds/refund-ledger.ts';

export const refundWorkflowId = (orderId: string, requestId: string): string => `refund-${orderId}-${requestId}`;

export interface RefundInput {
  orderId: string;
  refundId: string;
  /** Started for a refund that is in the database already. */
  resume?: boolean;
}

/** What Stripe said of a refund, by a signed webhook. */
export interface RefundChange {
  stripeRefundId: string;
}

export type RefundOutcome = 'not_requested' | 'refused' | 'succeeded' | 'failed';

export const requestRefundUpdate = defineUpdate<RequestedRefund, [RefundRequest]>('request');
export const refundChangedSignal = defineSignal<[RefundChange]>('refundChanged');
export const refundCaseQuery = defineQuery<Record<string, unknown>>('case');
export type { RefundFacts, RefundRequest, RequestedRefund };
