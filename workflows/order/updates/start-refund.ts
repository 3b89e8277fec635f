import { ParentClosePolicy, startChild, WorkflowIdReusePolicy } from '@temporalio/workflow';
import type { RefundFacts } from '../../../activities/refunds/refund-reader.ts';
import { toDecimal } from '../../../domain/money.ts';
import { refundWorkflowId } from '../../refund/messages.ts';
import { refund } from '../../refund/workflow.ts';
import { caseAttributes } from '../../shared/search-attributes.ts';
import { unlessRunning } from '../../shared/unless-running.ts';
import type { OrderCase } from '../case.ts';

/** The refund is in the records already; its workflow sends it, or waits for whoever has to agree. */
export async function startRefund(
  order: OrderCase,
  { refundId, requestId, amountCents, currency }: RefundFacts,
): Promise<void> {
  await unlessRunning(() =>
    startChild(refund, {
      workflowId: refundWorkflowId(order.orderId, requestId),
      args: [{ orderId: order.orderId, refundId, resume: true }],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: 'Refund requested by support',
      typedSearchAttributes: caseAttributes({
        orderId: order.orderId,
        customerId: order.record?.customer.userId,
        amount: toDecimal(amountCents, currency),
        createdAt: new Date(),
      }),
    }),
  );
}
