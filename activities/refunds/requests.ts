import type { RefundLine } from '../../domain/refund.ts';
import type { Sender } from '../../infra/actor-proof.ts';

export interface RefundRequest extends Sender {
  /** Left out: it follows from the order's id and the request's. */
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
