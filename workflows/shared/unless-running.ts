import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';

/** Starts a child workflow; several messages at once may ask for the same one, and one that runs is as good. */
export async function unlessRunning(start: () => Promise<unknown>): Promise<void> {
  try {
    await start();
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
