/** Writes down workflows whose task keeps failing, so that an operator hears of them within a minute. */
import { setTimeout as delay } from 'node:timers/promises';
import { recordFailingWorkflow } from '../infra/postgres/failing-workflows.ts';
import type { Services } from '../infra/services.ts';
import { pendingTaskAttempts } from '../infra/temporal/workflow-task.ts';
import { taskFailures } from './runtime.ts';
import type { TaskFailure } from './task-failure.ts';

/** One that failed once, such as by a worker's shutdown, has succeeded by then. */
const CONFIRM_AFTER_MS = 5_000;
/** A task that failed goes on failing for as long as nobody acts: a lost look is made good by the next one. */
const MAX_LOOKS = 3;

/** @returns stops watching */
export function watchTaskFailures(services: Pick<Services, 'db' | 'temporal' | 'log'>): () => void {
  const { log } = services;
  const stopping = new AbortController();
  const looking = new Set<string>();
  const look = async ({ runId, cause }: TaskFailure) => {
    if (looking.has(runId)) return;
    looking.add(runId);
    try {
      for (let count = 1; count <= MAX_LOOKS; count += 1) {
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
      // Stopped.
    } finally {
      looking.delete(runId);
    }
  };
  const listen = (failure: TaskFailure) => void look(failure);
  taskFailures.on('failed', listen);
  return () => {
    taskFailures.off('failed', listen);
    stopping.abort();
  };
}

/** Core knows a run's ID alone; the rest is asked for. @returns whether it keeps failing */
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
