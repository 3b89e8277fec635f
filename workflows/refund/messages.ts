import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';
import type { RequestedRefund } from '../../activities/refunds/refund-ledger.ts';
import type { SentDecision, SentRefundRequest } from '../../activities/refunds/requests.ts';
import type { StaffRequest } from '../shared/staff.ts';
import type { NamedLine, RefundPart } from './form.ts';

export const refundWorkflowId = (orderId: string, requestId: string): string => `refund-${orderId}-${requestId}`;

/**
 * The API and the order workflow pass the IDs of the order and the refund. In the Temporal UI's start form, staff pass the order ID and
 * what to refund; the other fields are optional there.
 */
export interface RefundInput extends RefundPart {
  orderId: string;
  refundId?: string;
  /** Whether the refund is already in the database. */
  resume?: boolean;
  restock?: boolean;
  awaitReturn?: boolean;
  requestId?: string;
  requestedBy?: string;
  reason?: string;
}

/** Sent by staff in the Temporal UI, or by the API with a proof of who withdraws. */
export interface WithdrawalRequest extends StaffRequest {
  proof?: string;
}

export type RefundOutcome = 'not_requested' | 'refused' | 'rejected' | 'withdrawn' | 'succeeded' | 'failed';

/** What arrived of a return. */
export interface ReturnReceived extends StaffRequest {
  restock?: boolean;
  /** Units that arrived; undefined means all. */
  lines?: NamedLine[];
  /** Decimal, in the order's currency; undefined means their price. */
  amount?: number;
}

export interface RefundState {
  refundId: string;
  status: RefundFacts['status'];
}

export const requestRefundUpdate = defineUpdate<RequestedRefund, [SentRefundRequest]>('request');
/** The refund's record has changed, or Stripe sent an event of it, so the workflow reads both again. */
export const refundChangedSignal = defineSignal('refundChanged');
export const refundCaseQuery = defineQuery<Record<string, unknown>>('case');
export const decideRefundUpdate = defineUpdate<RefundFacts, [SentDecision]>('decide');
export const returnReceivedUpdate = defineUpdate<RefundState, [ReturnReceived]>('returnReceived');
export const declineReturnUpdate = defineUpdate<RefundState, [StaffRequest]>('declineReturn');
export const retryRefundUpdate = defineUpdate<RefundState, [StaffRequest]>('retry');
export const withdrawRefundUpdate = defineUpdate<RefundState, [WithdrawalRequest]>('withdraw');
export const giveUpRefundUpdate = defineUpdate<RefundState, [StaffRequest]>('giveUp');
export const addRefundNoteUpdate = defineUpdate<RefundState, [StaffRequest & { note: string }]>('addNote');
export type { RefundFacts, RequestedRefund, SentDecision, SentRefundRequest };
