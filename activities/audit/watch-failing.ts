/** Looks again at workflows whose task kept failing, and at those that should have acted by now. */
import {
  type FailingWorkflow,
  forgetFailingWorkflow,
  listFailingWorkflows,
  recordFailingWorkflow,
} from '../../infra/postgres/failing-workflows.ts';
import { pendingTaskAttempts } from '../../infra/temporal/workflow-task.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Failures } from './failures.ts';

export type WatchDependencies = Pick<ActivityDependencies, 'db' | 'temporal' | 'log'>;

/**
 * Forgets those that go on again, or are over; counts the failures of the others.
 * @param steps.failures collects those that could not be looked at, so that the others are
 */
export async function watchFailing(
  deps: WatchDependencies,
  { failures, onProgress }: { failures: Failures; onProgress: () => void },
): Promise<void> {
  for (const failing of await listFailingWorkflows(deps.db)) {
    onProgress();
    await failures.attempt(`workflow ${failing.workflowId}`, () => lookAgain(deps, failing));
  }
}

async function lookAgain({ db, temporal, log }: WatchDependencies, failing: FailingWorkflow): Promise<void> {
  const { workflowId, runId } = failing;
  const failures = await pendingTaskAttempts(temporal, workflowId, runId);
  if (failures > 1) await recordFailingWorkflow(db, { ...failing, failures });
  else {
    await forgetFailingWorkflow(db, runId);
    log.info({ workflowId, runId }, 'a failing workflow has recovered or completed');
  }
}

/**
 * Writes down a workflow that runs and yet let its time pass, when its task is why: a worker that saw it fail may have been killed
 * before it could say so.
 */
export async function recordIfFailing({ db, temporal }: WatchDependencies, workflowId: string): Promise<void> {
  const { runId, type, raw } = await temporal.workflow.getHandle(workflowId).describe();
  const failures = raw.pendingWorkflowTask?.attempt ?? 0;
  if (failures <= 1) return;
  const cause = 'it is overdue and its workflow task keeps failing';
  await recordFailingWorkflow(db, { workflowId, runId, workflowType: type, failures, cause });
}
