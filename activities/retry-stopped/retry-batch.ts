/** Retries the cases that an outage stopped, one page of their list at a time. */
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import {
  type BatchRequest,
  NEEDS_DECISION,
  NOTHING_STOPPED,
  type RetriedBatch,
  type RetryRequest,
} from '../../workflows/retry-stopped/messages.ts';
import type { ActivityDependencies } from '../dependencies.ts';

export type RetryDependencies = Pick<ActivityDependencies, 'temporal' | 'log'>;
type Outcome = 'retried' | 'done' | 'refused' | 'unreachable';

const BATCH = 100;
/** Concurrent retries, so that one slow case does not delay the others. */
const AT_ONCE = 10;
const TIMEOUT_MS = 15_000;

/** The workflow types that accept the update `retry`. */
const TYPES = ['order', 'refund', 'reservation', 'unmatchedPayment'];
const QUERY = `StuckSince IS NOT NULL AND ExecutionStatus = "Running" AND WorkflowType IN (${TYPES.map((type) => `"${type}"`).join(', ')})`;

/** @param onProgress called often, for heartbeats */
export async function retryBatch(
  deps: RetryDependencies,
  request: BatchRequest,
  onProgress: () => void,
): Promise<RetriedBatch> {
  const { temporal } = deps;
  const { pageToken } = request;
  const total = pageToken === undefined ? (await temporal.workflow.count(QUERY)).count : undefined;
  const page = await temporal.workflowService.listWorkflowExecutions({
    namespace: temporal.options.namespace,
    query: QUERY,
    pageSize: BATCH,
    ...(pageToken !== undefined && { nextPageToken: Buffer.from(pageToken, 'base64') }),
  });
  const waiting = page.executions.map(({ execution }) => execution!);
  const counts = { retried: 0, done: 0, refused: 0, unreachable: 0 };
  const unreachableIds: string[] = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const outcome = await retryOne(deps, next.workflowId!, next.runId!, request);
      counts[outcome] += 1;
      if (outcome === 'unreachable') unreachableIds.push(next.workflowId!);
      onProgress();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const { nextPageToken } = page;
  return {
    ...counts,
    unreachableIds,
    total,
    nextPageToken: nextPageToken?.length ? Buffer.from(nextPageToken).toString('base64') : undefined,
  };
}

async function retryOne(
  { temporal, log }: RetryDependencies,
  workflowId: string,
  runId: string,
  { requestId, requestedBy, reason }: BatchRequest,
): Promise<Outcome> {
  try {
    await temporal.withDeadline(Date.now() + TIMEOUT_MS, () =>
      temporal.workflow.getHandle(workflowId, runId).executeUpdate('retry', {
        // The same ID makes the server answer a repeated request with the first result.
        updateId: requestId,
        args: [{ requestId, requestedBy, reason, onlyOutages: true } satisfies RetryRequest],
      }),
    );
    return 'retried';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'done';
    const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
    if (cause instanceof ApplicationFailure && cause.type === NOTHING_STOPPED) return 'done';
    if (cause instanceof ApplicationFailure && cause.type === NEEDS_DECISION) return 'refused';
    log.warn({ err: error, workflowId }, 'a stopped case could not be retried');
    return 'unreachable';
  }
}
