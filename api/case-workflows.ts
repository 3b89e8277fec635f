/** Updates to the workflow of an order or a refund, which is resumed from the database where it is not running (any more). */
import { type UpdateDefinition, WithStartWorkflowOperation } from '@temporalio/client';
import { type ResumedOrder, resumedOrder } from '../workflows/order/start.ts';
import { type ResumedRefund, resumedRefund } from '../workflows/refund/start.ts';
import type { ApiDependencies } from './context.ts';
import { answerDeadline, callWorkflow } from './temporal-call.ts';

type Deps = Pick<ApiDependencies, 'temporal'>;

/** @throws DomainError with the workflow's refusal */
export function updateOrder<Result, Request>(
  { temporal }: Deps,
  order: ResumedOrder,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  return callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation('order', {
          ...resumedOrder(order, 'Order, resumed for a request'),
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    ),
  );
}

/** @throws DomainError with the workflow's refusal */
export function updateRefund<Result, Request>(
  { temporal }: Deps,
  refund: ResumedRefund,
  update: UpdateDefinition<Result, [Request]>,
  request: Request,
): Promise<Result> {
  return callWorkflow(() =>
    temporal.withDeadline(answerDeadline(), () =>
      temporal.workflow.executeUpdateWithStart(update, {
        args: [request],
        startWorkflowOperation: new WithStartWorkflowOperation('refund', {
          ...resumedRefund(refund, 'Refund, resumed for a decision'),
          workflowIdConflictPolicy: 'USE_EXISTING',
        }),
      }),
    ),
  );
}
