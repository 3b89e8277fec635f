import { WorkflowNotFoundError } from '@temporalio/client';
import { orderChangedSignal, orderWorkflowId } from '../../workflows/order/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * Signals the order workflow that the order's records changed, so that its details stay current. PostgreSQL is the source of truth: a
 * completed workflow needs no signal, and one that can't be reached now reloads the records at its next step.
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
