/** Start options of the workflow that refunds an unmatched payment: its ID, queue, policies, and search attributes. */
import { caseAttributes, type OrderTraits } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type UnmatchedPaymentInput, unmatchedPaymentWorkflowId } from './messages.ts';

export interface StartedUnmatchedPayment extends OrderTraits {
  paymentIntentId: string;
  /** Amount received, in the currency's major unit. If it is left out, the workflow adds it to its search attributes itself. */
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
