/** Start options of the order workflow: its ID, queue, policies, and search attributes. */
import { type CaseTraits, caseAttributes } from '../shared/search-attributes.ts';
import type { WorkflowStart } from '../shared/start.ts';
import { type OrderInput, orderWorkflowId } from './messages.ts';

export type StartedOrder = Required<CaseTraits>;

/** Start options of the workflow of a new order. */
export function orderStart(order: StartedOrder): WorkflowStart<OrderInput> {
  return startOf(order, 'Checkout', { orderId: order.orderId });
}

/**
 * Start options of the workflow of an order that is already in the database: its workflow was terminated, or had completed before an event arrived.
 * @param cause why it is resumed, such as `for a payment`; shown in the list of workflows
 */
export function resumedOrderStart(order: StartedOrder, cause: string): WorkflowStart<OrderInput> {
  return startOf(order, `Order, resumed ${cause}`, { orderId: order.orderId, resume: true });
}

function startOf(order: StartedOrder, summary: string, input: OrderInput): WorkflowStart<OrderInput> {
  return {
    workflowType: 'order',
    workflowId: orderWorkflowId(order.orderId),
    taskQueue: 'orders',
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(order),
  };
}
