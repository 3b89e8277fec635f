import type { WorkflowHandle } from '@temporalio/client';
import { workflowMetadataQuery } from '@temporalio/workflow';

/** A workflow's details as the Temporal Web UI shows them, in Markdown. */
export async function detailsOf(handle: Pick<WorkflowHandle, 'query'>): Promise<string> {
  return (await handle.query(workflowMetadataQuery)).currentDetails ?? '';
}
