import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { WorkflowStart } from '../../workflows/shared/start.ts';

/** Starts a case's workflow unless it is running. @returns whether it was missing and has been started */
export async function startIfMissing<Input>(
  temporal: Client,
  { workflowType, ...start }: WorkflowStart<Input>,
): Promise<boolean> {
  try {
    await temporal.workflow.start(workflowType, {
      ...start,
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
