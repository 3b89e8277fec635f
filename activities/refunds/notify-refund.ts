import { WorkflowNotFoundError } from '@temporalio/client';
import { refundChangedSignal, refundWorkflowId } from '../../workflows/refund/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/**
 * Signals refund workflows to reload their records. A workflow that misses the signal would wait for a decision that can't come, so this
 * is part of the activity that changed the records, and is retried with it. A completed workflow needs no signal.
 * @param requestIds request IDs of refunds of this order
 */
export async function notifyRefunds(
  deps: Pick<ActivityDependencies, 'temporal'>,
  orderId: string,
  requestIds: readonly string[],
): Promise<void> {
  await Promise.all(requestIds.map((requestId) => notifyRefund(deps, orderId, requestId)));
}

async function notifyRefund(
  { temporal }: Pick<ActivityDependencies, 'temporal'>,
  orderId: string,
  requestId: string,
): Promise<void> {
  try {
    await temporal.workflow.getHandle(refundWorkflowId(orderId, requestId)).signal(refundChangedSignal);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
