import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { requiredText } from '../shared/staff.ts';
import { requireForm, type StartForm } from '../shared/start-form.ts';
import { describeRetry, resultText } from './case-details.ts';
import type { RetriedBatch, RetriedCases, RetryStoppedInput } from './messages.ts';

const { retryStoppedBatch } = queuedSteps(
  {
    taskQueue: 'catalog',
    // A case that does not respond takes 15 seconds, and a batch has 100 of them, 10 at a time.
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '1 minute',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  },
  ['retryStoppedBatch'],
);

/** Batches in one run before the workflow continues as new; its history would otherwise grow with the number of cases. */
const MAX_BATCHES = 50;
/** Cases that are listed on the page. */
const MAX_UNREACHABLE = 20;

export const RETRY_STOPPED_FORM: StartForm = {
  example: { requestedBy: 'Anna', reason: 'Stripe is back' },
  fields: {
    requestedBy: requiredText('“requestedBy” (your name)', 100),
    reason: requiredText('“reason” (why, in a few words)', 500),
    carried: () => undefined,
  },
};

/** Retries every case that an outage stopped. Support staff start it from the Temporal UI's form, queue `catalog`. */
export async function retryStopped(input: RetryStoppedInput): Promise<string> {
  requireForm(input, RETRY_STOPPED_FORM);
  const { requestedBy, reason, carried } = input;
  const request = { requestId: `retry-stopped-${workflowInfo().firstExecutionRunId}`, requestedBy, reason };
  let { progress, pageToken, total } = {
    progress: NONE,
    pageToken: undefined as string | undefined,
    total: undefined as number | undefined,
    ...carried,
  };
  let isDone = false;
  showDetails(() => describeRetry({ requestedBy, reason, progress, total, isDone }));
  for (let batches = 0; ; batches += 1) {
    if (batches === MAX_BATCHES || workflowInfo().continueAsNewSuggested)
      return continueAsNew<typeof retryStopped>({ requestedBy, reason, carried: { progress, pageToken, total } });
    const batch = await retryStoppedBatch({ ...request, pageToken });
    progress = added(progress, batch);
    total ??= batch.total;
    pageToken = batch.nextPageToken;
    if (!pageToken) break;
  }
  isDone = true;
  return resultText(progress);
}

const NONE: RetriedCases = { retried: 0, done: 0, refused: 0, unreachable: 0, unreachableIds: [] };

function added(sum: RetriedCases, batch: RetriedBatch): RetriedCases {
  return {
    retried: sum.retried + batch.retried,
    done: sum.done + batch.done,
    refused: sum.refused + batch.refused,
    unreachable: sum.unreachable + batch.unreachable,
    unreachableIds: [...sum.unreachableIds, ...batch.unreachableIds].slice(0, MAX_UNREACHABLE),
  };
}
