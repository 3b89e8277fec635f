import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

/** How a case's workflow is started that may be running, or be over. */
export const START_MISSING = {
  taskQueue: 'orders',
  workflowIdConflictPolicy: 'FAIL',
  workflowIdReusePolicy: 'ALLOW_DUPLICATE',
} as const;

/** @returns whether the workflow was missing, and so was started */
export function wasMissing(start: Promise<unknown>): Promise<boolean> {
  return start.then(
    () => true,
    (error: unknown) => {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    },
  );
}
