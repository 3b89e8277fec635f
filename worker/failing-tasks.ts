/** Records workflows whose task keeps failing, so that operators are alerted within a minute. */
import { setTimeout as delay } from 'node:timers/promises';
import { recordFailingWorkflow } from '../infra/postgres/failing-workflows.ts';
import type { Services } from '../infra/services.ts';
import { pendingTaskAttempts } from '../infra/temporal/workflow-task.ts';
import { taskFailures } from './runtime.ts';
import type { TaskFailure } from './task-failure.ts';

/** A task that failed only once, for example during a worker's shutdown, has succeeded after this wait. */
const CONFIRM_AFTER_MS = 5_000;
/** A blocked task keeps failing until somebody acts, so a missed check is repeated at its next failure. */
const MAX_CHECKS = 3;

/** @returns a function that stops watching */
export function watchTaskFailures(services: Pick<Services, 'db' | 'temporal' | 'log'>): () => void {
  const { log } = services;
  const stopping = new AbortController();
  const checking = new Set<string>();
  const check = async ({ runId, cause }: TaskFailure) => {
    if (checking.has(runId)) return;
    checking.add(runId);
    try {
      for (let count = 1; count <= MAX_CHECKS; count += 1) {
        await delay(CONFIRM_AFTER_MS, undefined, { signal: stopping.signal });
        try {
          if (await confirm(services, { runId, cause }))
            log.error({ runId, cause }, 'workflow is blocked: its workflow task keeps failing');
          return;
        } catch (error) {
          log.warn({ err: error, runId }, 'a failing workflow task could not be inspected');
        }
      }
    } catch {
      // The watch was stopped.
    } finally {
      checking.delete(runId);
    }
  };
  const listen = (failure: TaskFailure) => void check(failure);
  taskFailures.on('failed', listen);
  return () => {
    taskFailures.off('failed', listen);
    stopping.abort();
  };
}

/** Core reports only the run ID, so the workflow is looked up. @returns whether its task keeps failing */
async function confirm(
  { db, temporal }: Pick<Services, 'db' | 'temporal'>,
  { runId, cause }: TaskFailure,
): Promise<boolean> {
  for await (const { workflowId, type } of temporal.workflow.list({ query: `RunId = "${runId}"` })) {
    const failures = await pendingTaskAttempts(temporal, workflowId, runId);
    if (failures <= 1) return false;
    await recordFailingWorkflow(db, { workflowId, runId, workflowType: type, failures, cause });
    return true;
  }
  throw new Error(`run ${runId} is not visible yet`);
}
