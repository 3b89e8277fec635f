import type { RefundLine } from '../../domain/refund.ts';
import type { Sender } from '../../infra/actor-proof.ts';

export interface RefundRequest extends Sender {
  /** Defaults to an ID derived from the order ID and the request ID. */
  refundId?: string;
  orderId: string;
  requestId: string;
  amountCents?: number;
  lines?: RefundLine[];
  reason: string;
  restock: boolean;
  awaitReturn?: boolean;
}

export interface DecisionRequest extends Sender {
  refundId: string;
  decision: 'approve' | 'reject';
  reason: string;
}
