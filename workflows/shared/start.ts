/** Start options of a workflow. Each workflow type has one function in its `start.ts` that creates them for every caller. */
import type { SearchAttributePair } from '@temporalio/common';

export interface WorkflowStart<Input> {
  readonly workflowType: string;
  readonly workflowId: string;
  readonly taskQueue: string;
  readonly args: [Input];
  /** Whether a closed workflow may be started again with the same ID. */
  readonly workflowIdReusePolicy: 'ALLOW_DUPLICATE' | 'REJECT_DUPLICATE';
  readonly staticSummary: string;
  readonly typedSearchAttributes?: SearchAttributePair[];
}
