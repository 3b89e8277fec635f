import { WorkflowNotFoundError } from '@temporalio/client';
import { refundChangedSignal, refundWorkflowId } from '../../workflows/refund/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** Has a refund's workflow read its record again. One that has ended needs no notice. */
export async function notifyRefund(
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
