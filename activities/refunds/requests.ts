import type { RefundRequest } from '../../domain/refund.ts';
import type { Sender } from '../../infra/actor-proof.ts';

export interface SentRefundRequest extends Sender, Omit<RefundRequest, 'refundId'> {
  /** Defaults to an ID derived from the order ID and the request ID. */
  refundId?: string;
}

export interface SentDecision extends Sender {
  refundId: string;
  decision: 'approve' | 'reject';
  reason: string;
}

export interface SentWithdrawal extends Sender {
  refundId: string;
  reason: string;
}
