/** Start options of a refund's workflow: its ID, queue, policies, and search attributes. */
import { caseAttributes, type OrderTraits } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type RefundInput, refundWorkflowId } from './messages.ts';

export interface StartedRefund extends OrderTraits {
  refundId: string;
  requestId: string;
  /** In the currency's major unit; undefined for a refund of everything that remains, whose amount the workflow adds itself. */
  amount: number | undefined;
  createdAt: Date;
}

/** Start options of the workflow of a new refund, once per request ID. */
export function refundStart(refund: StartedRefund): WorkflowStart<RefundInput> {
  return { ...startOf(refund, 'Refund', {}), workflowIdReusePolicy: 'REJECT_DUPLICATE' };
}

/**
 * Start options of the workflow of a refund that is already in the database.
 * @param summary shown in the list of workflows
 */
export function recordedRefundStart(refund: StartedRefund, summary: string): WorkflowStart<RefundInput> {
  return startOf(refund, summary, { resume: true });
}

function startOf(
  refund: StartedRefund,
  summary: string,
  input: Pick<RefundInput, 'resume'>,
): WorkflowStart<RefundInput> {
  const { orderId, refundId, requestId } = refund;
  return {
    workflowType: 'refund',
    workflowId: refundWorkflowId(orderId, requestId),
    taskQueue: 'orders',
    args: [{ orderId, refundId, ...input }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(refund),
  };
}
