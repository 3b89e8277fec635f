/** The state of a workflow's current task according to the server. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** @returns attempts of the pending task; 0 when there is no pending task, or the run is closed or no longer exists */
export async function pendingTaskAttempts(client: Client, workflowId: string, runId?: string): Promise<number> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
    return status.name === 'RUNNING' ? (raw.pendingWorkflowTask?.attempt ?? 0) : 0;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 0;
    throw error;
  }
}
