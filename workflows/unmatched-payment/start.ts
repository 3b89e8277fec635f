/** How the workflow that refunds an unmatched payment is started: its ID, queue, policies, and search attributes. */
import { caseAttributes } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type UnmatchedPaymentInput, unmatchedPaymentWorkflowId } from './messages.ts';

export interface StartedUnmatchedPayment {
  orderId: string;
  paymentIntentId: string;
  /** Received, in the currency's major unit. Where it is not known, the workflow adds it to its search attributes itself. */
  amount?: number;
  createdAt?: Date;
}

/** @param summary shown in the list of workflows */
export function unmatchedPaymentStart(
  payment: StartedUnmatchedPayment,
  summary: string,
): WorkflowStart<UnmatchedPaymentInput> {
  const { orderId, paymentIntentId } = payment;
  return {
    workflowType: 'unmatchedPayment',
    workflowId: unmatchedPaymentWorkflowId(paymentIntentId),
    taskQueue: 'orders',
    args: [{ orderId, paymentIntentId }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(payment),
  };
}
