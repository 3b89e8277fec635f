import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { WorkflowStart } from './start.ts';

/**
 * Starts a workflow that outlives this one. Several messages at once may ask for the same one, and one that runs is as good.
 * @returns false when it was running already
 */
export async function startUnlessRunning<Input>({ workflowType, ...start }: WorkflowStart<Input>): Promise<boolean> {
  try {
    await startChild(workflowType, { ...start, parentClosePolicy: ParentClosePolicy.ABANDON });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
