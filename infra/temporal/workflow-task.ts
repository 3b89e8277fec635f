/** How a workflow's current task fares, as the server tells it. */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';

/** @returns attempts of the task that is pending; 0 when none is, the run is closed or gone */
export async function pendingTaskAttempts(client: Client, workflowId: string, runId?: string): Promise<number> {
  try {
    const { status, raw } = await client.workflow.getHandle(workflowId, runId).describe();
    return status.name === 'RUNNING' ? (raw.pendingWorkflowTask?.attempt ?? 0) : 0;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 0;
    throw error;
  }
}
