import { WorkflowNotFoundError } from '@temporalio/client';
import { orderChangedSignal, orderWorkflowId } from '../../workflows/order/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * Tells an order's workflow that its records changed, so that its details stay current. What is true stands in PostgreSQL:
 * a workflow that is over needs no telling, and one that can't be reached now reads all of it at its next step.
 */
export async function signalOrder(
  { temporal, log }: Pick<ActivityDependencies, 'temporal' | 'log'>,
  orderId: string,
): Promise<void> {
  try {
    await temporal.workflow.getHandle(orderWorkflowId(orderId)).signal(orderChangedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError))
      log.warn({ err: error, orderId }, 'the order workflow could not be signaled');
  }
}
