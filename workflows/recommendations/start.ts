/** Start options of the retraining workflow: its ID, queue, and policies. The nightly schedule uses its own ID (`hand-over.ts`). */
import type { WorkflowStart } from '../shared/start.ts';
import { RETRAINING_ID, RETRAINING_QUEUE, type RetrainingInput } from './messages.ts';

export function retrainingStart(input: RetrainingInput): WorkflowStart<RetrainingInput> {
  return {
    workflowType: 'recommendationRetraining',
    workflowId: RETRAINING_ID,
    taskQueue: RETRAINING_QUEUE,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    staticSummary: 'Recommendation model',
  };
}
