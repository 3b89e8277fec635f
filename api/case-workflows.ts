/** Updates to the workflow of an order or a refund, which is taken up from the database where it is not running (any more). */
import { type UpdateDefinition, WithStartWorkflowOperation } from '@temporalio/client';
import { type CheckoutInput, checkoutWorkflowId } from '../workflows/checkout/messages.ts';
import { type RefundInput, refundWorkflowId } from '../workflows/refund/messages.ts';
import { caseAttributes } from '../workflows/shared/search-attributes.ts';
import type { ApiDependencies } from './context.ts';
import { answerDeadline, callWorkflow } from './temporal-call.ts';

type Deps = Pick<ApiDependencies, 'temporal'>;

/** @throws DomainError with the workflow's refusal */
export function updateOrder<Result, Request>(
  { temporal }: Deps,
  orderId: string,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  const input: CheckoutInput = { orderId, resume: true };
  return callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation('checkout', {
          workflowId: checkoutWorkflowId(orderId),
          taskQueue: 'checkout',
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: 'Order, taken up for a request',
          typedSearchAttributes: caseAttributes({ orderId, createdAt: new Date() }),
        }),
      }),
    ),
  );
}

/** @throws DomainError with the workflow's refusal */
export function updateRefund<Result, Request>(
  { temporal }: Deps,
  refund: { refundId: string; orderId: string; requestId: string },
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  const { orderId, refundId, requestId } = refund;
  const input: RefundInput = { orderId, refundId, resume: true };
  return callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation('refund', {
          workflowId: refundWorkflowId(orderId, requestId),
          taskQueue: 'checkout',
          args: [input],
          workflowIdConflictPolicy: 'USE_EXISTING',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: 'Refund, taken up for a decision',
          typedSearchAttributes: caseAttributes({ orderId, createdAt: new Date() }),
        }),
      }),
    ),
  );
}
