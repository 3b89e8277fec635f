import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild } from '@temporalio/workflow';
import type { WorkflowStart } from './start.ts';

/**
 * Starts a workflow that outlives this one. Several messages may start the same workflow at once; one that is already running will do.
 * @returns false when it was already running
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
