/** How the workflow that refunds an unmatched payment is started: its ID, queue, policies and search attributes. */
import { caseAttributes } from '../shared/search-attributes.ts';
import { type UnmatchedPaymentInput, unmatchedPaymentWorkflowId } from './messages.ts';

export interface OpenUnmatchedPayment {
  orderId: string;
  paymentIntentId: string;
  /** Received, in the currency's major unit. Where it is not known, the workflow adds it to its search attributes itself. */
  amount?: number;
  createdAt?: Date;
}

export function startedUnmatchedPayment(payment: OpenUnmatchedPayment, summary: string) {
  const { orderId, paymentIntentId } = payment;
  return {
    workflowId: unmatchedPaymentWorkflowId(paymentIntentId),
    taskQueue: 'orders',
    args: [{ orderId, paymentIntentId }] as [UnmatchedPaymentInput],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(payment),
  } as const;
}
