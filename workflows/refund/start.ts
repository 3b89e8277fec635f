/** Start options of a refund's workflow: its ID, queue, policies, and search attributes. */
import { caseAttributes } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type RefundInput, refundWorkflowId } from './messages.ts';

export interface StartedRefund {
  refundId: string;
  orderId: string;
  requestId: string;
  customerId: string | null;
  /** In the currency's major unit; undefined for a refund of everything that remains, whose amount the workflow adds itself. */
  amount: number | undefined;
  createdAt: Date;
}

/**
 * @param summary shown in the list of workflows
 * @param resume whether the refund is already in the database; the workflow of a new refund starts once per request ID
 */
export function refundStart(refund: StartedRefund, summary: string, resume: boolean): WorkflowStart<RefundInput> {
  const { orderId, refundId, requestId } = refund;
  return {
    workflowType: 'refund',
    workflowId: refundWorkflowId(orderId, requestId),
    taskQueue: 'orders',
    args: [resume ? { orderId, refundId, resume } : { orderId, refundId }],
    workflowIdReusePolicy: resume ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(refund),
  };
}
