/** How an order's workflow is started without a shopper waiting: its ID, queue, policies and search attributes, in one place. */
import { caseAttributes } from '../shared/search-attributes.ts';
import { type OrderInput, orderWorkflowId } from './messages.ts';

export interface ResumedOrder {
  orderId: string;
  customerId: string | null;
  /** Total, in the currency's major unit. */
  amount: number;
  status: string;
  createdAt: Date;
}

/** Options that resume an order from the database: where its workflow was terminated, or had ended before something happened. */
export function resumedOrder(order: ResumedOrder, summary: string) {
  const input: OrderInput = { orderId: order.orderId, resume: true };
  return {
    workflowId: orderWorkflowId(order.orderId),
    taskQueue: 'orders',
    args: [input] as [OrderInput],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: summary,
    typedSearchAttributes: caseAttributes(order),
  } as const;
}
