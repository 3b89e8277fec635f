/** Start options of the order workflow: its ID, queue, policies, and search attributes. */
import { caseAttributes } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type OrderInput, orderWorkflowId } from './messages.ts';

export interface StartedOrder {
  orderId: string;
  customerId: string | null;
  /** Total, in the currency's major unit. */
  amount: number;
  status: string;
  createdAt: Date;
}

/**
 * @param summary shown in the list of workflows
 * @param resume whether the order is already in the database: its workflow was terminated, or had completed before an event arrived
 */
export function orderStart(order: StartedOrder, summary: string, resume: boolean): WorkflowStart<OrderInput> {
  const { orderId } = order;
  return {
    workflowType: 'order',
    workflowId: orderWorkflowId(orderId),
    taskQueue: 'orders',
    args: [resume ? { orderId, resume } : { orderId }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(order),
  };
}
