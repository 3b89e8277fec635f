/** Rechecks workflows whose task kept failing, and checks those that are overdue. */
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
 * Removes workflows that have recovered or completed, and counts the failures of the others.
 * @param steps.failures collects workflows that could not be checked, so that the others still are
 */
export async function watchFailing(
  deps: WatchDependencies,
  { failures, onProgress }: { failures: Failures; onProgress: () => void },
): Promise<void> {
  for (const failing of await listFailingWorkflows(deps.db)) {
    onProgress();
    await failures.attempt(`workflow ${failing.workflowId}`, () => recheck(deps, failing));
  }
}

async function recheck({ db, temporal, log }: WatchDependencies, failing: FailingWorkflow): Promise<void> {
  const { workflowId, runId } = failing;
  const failures = await pendingTaskAttempts(temporal, workflowId, runId);
  if (failures > 1) await recordFailingWorkflow(db, { ...failing, failures });
  else {
    await forgetFailingWorkflow(db, runId);
    log.info({ workflowId, runId }, 'a failing workflow has recovered or completed');
  }
}

/**
 * Records a running workflow that is overdue because its task keeps failing, since the worker that saw the failure may have been killed
 * before it recorded it.
 */
export async function recordIfFailing({ db, temporal }: WatchDependencies, workflowId: string): Promise<void> {
  const { runId, type, raw } = await temporal.workflow.getHandle(workflowId).describe();
  const failures = raw.pendingWorkflowTask?.attempt ?? 0;
  if (failures <= 1) return;
  const cause = 'it is overdue and its workflow task keeps failing';
  await recordFailingWorkflow(db, { workflowId, runId, workflowType: type, failures, cause });
}
