/** How a workflow is started. Each has one function that says so, in its `start.ts`, for whoever starts it. */
import type { SearchAttributePair } from '@temporalio/common';

export interface WorkflowStart<Input> {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [Input];
  /** Whether a workflow that has ended may be started again under its ID. */
  readonly workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'REJECT_DUPLICATE';
  readonly staticSummary: string;
  readonly typedSearchAttributes?: SearchAttributePair[];
}
