/** Ends workflows that were started on a mistyped task queue: no worker would ever run them, and support staff can't end them. */
import temporalProto from '@temporalio/proto';
import { noWorkerText, WORKFLOW_QUEUES } from '../../domain/workflow-types.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import type { Failures } from './failures.ts';

const { PendingWorkflowTaskState, TaskQueueType } = temporalProto.temporal.api.enums.v1;

/** A worker that is running picks up a new workflow much sooner. */
const MIN_AGE_MS = 20_000;
const BATCH = 200;

/**
 * Temporal's own workflows are not listed. A queue that anyone polls is left alone, and so is a workflow that has ever run.
 * @param at a test passes a later time, and takes the server's poller records, which last for minutes, for expired
 */
export async function endStrayStarts(
  { temporal, log }: Pick<ActivityDependencies, 'temporal' | 'log'>,
  { failures, onProgress }: { failures: Failures; onProgress: () => void },
  { now = new Date(), isPolled = pollersOf(temporal) }: { now?: Date; isPolled?: IsPolled } = {},
): Promise<void> {
  const ours = [...WORKFLOW_QUEUES].map((queue) => `"${queue}"`).join(', ');
  const startedBefore = new Date(now.getTime() - MIN_AGE_MS).toISOString();
  const query = `ExecutionStatus = "Running" AND TaskQueue NOT IN (${ours}) AND StartTime < "${startedBefore}"`;
  let seen = 0;
  for await (const { workflowId, runId, type, taskQueue } of temporal.workflow.list({ query, pageSize: BATCH })) {
    onProgress();
    await failures.attempt(`workflow ${workflowId}`, async () => {
      if (await isPolled(taskQueue)) return;
      const workflow = temporal.workflow.getHandle(workflowId, runId);
      if (await hasRun(workflow)) return;
      await workflow.terminate(noWorkerText(type, taskQueue));
      log.warn({ workflowId, runId, type, taskQueue }, 'sweep: ended a workflow on a task queue without workers');
    });
    seen += 1;
    if (seen === BATCH) return;
  }
}

type IsPolled = (taskQueue: string) => Promise<boolean>;
type Handle = ReturnType<ActivityDependencies['temporal']['workflow']['getHandle']>;

/** Whether a worker has ever taken a task of the workflow. */
async function hasRun(workflow: Handle): Promise<boolean> {
  const { raw } = await workflow.describe();
  const task = raw.pendingWorkflowTask;
  const isWaiting = task?.state === PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_SCHEDULED;
  if (!isWaiting || (task.attempt ?? 1) > 1) return true;
  const { events } = await workflow.fetchHistory();
  return events?.some((event) => event.workflowTaskStartedEventAttributes) ?? true;
}

/** Asks the server once for each queue whether a worker has polled it for workflows in the last minutes. */
function pollersOf(temporal: ActivityDependencies['temporal']): IsPolled {
  const known = new Map<string, Promise<boolean>>();
  const ask = async (name: string) => {
    const { pollers } = await temporal.workflowService.describeTaskQueue({
      namespace: temporal.options.namespace,
      taskQueue: { name },
      taskQueueType: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    });
    return pollers.length > 0;
  };
  return (taskQueue) => {
    const asked = known.get(taskQueue) ?? ask(taskQueue);
    known.set(taskQueue, asked);
    return asked;
  };
}
