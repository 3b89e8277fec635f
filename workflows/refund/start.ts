/** How a refund's workflow is started for a refund that is in the database: its ID, queue, policies and search attributes. */
import { caseAttributes } from '../shared/search-attributes.ts';
import { type RefundInput, refundWorkflowId } from './messages.ts';

export interface ResumedRefund {
  refundId: string;
  orderId: string;
  requestId: string;
  customerId: string | null;
  /** In the currency's major unit. */
  amount: number;
  createdAt: Date;
}

export function resumedRefund(refund: ResumedRefund, summary: string) {
  const { orderId, refundId, requestId } = refund;
  const input: RefundInput = { orderId, refundId, resume: true };
  return {
    workflowId: refundWorkflowId(orderId, requestId),
    taskQueue: 'orders',
    args: [input] as [RefundInput],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(refund),
  } as const;
}
