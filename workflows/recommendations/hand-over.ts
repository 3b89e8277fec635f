import { ApplicationFailure, getExternalWorkflowHandle, isCancellation, TemporalFailure } from '@temporalio/workflow';
import { showDetails } from '../shared/details.ts';
import { plain, workflowLink } from '../shared/markdown.ts';
import { aFlag, checkRequest, optional, requiredText } from '../shared/staff.ts';
import type { StartForm } from '../shared/start-form.ts';
import { startUnlessRunning } from '../shared/start-unless-running.ts';
import { RETRAINING_ID, type RetrainingEnd, type RetrainingRequest, retrainSignal } from './messages.ts';
import { retrainingStart } from './start.ts';

const EXAMPLE = { requestedBy: 'Anna', reason: 'New product line' };
const FIELDS = {
  requestId: optional(requiredText('“requestId”', 100)),
  requestedBy: optional(requiredText('“requestedBy”', 100)),
  reason: optional(requiredText('“reason”', 500)),
  publishAnyway: optional(aFlag('publishAnyway')),
  train: optional(aFlag('train')),
  carried: () => undefined,
};

export const RETRAINING_FORM: StartForm = { example: EXAMPLE, fields: FIELDS };

/** The retraining that a signal requests; undefined when its input is invalid, since a signal can't be refused. */
export function requestOf(asked: unknown): RetrainingRequest | undefined {
  if (asked === undefined || asked === null) return {};
  try {
    checkRequest(asked, EXAMPLE, FIELDS);
    return asked;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return undefined;
  }
}

/** Signals the one workflow that runs all retrainings, or starts it if it is not running. */
export async function handOver(request: RetrainingRequest): Promise<RetrainingEnd> {
  const report = (what: string) =>
    showDetails(
      () =>
        `### Retraining requested\n\nThe workflow ${workflowLink(RETRAINING_ID, plain(RETRAINING_ID))} runs all retrainings. ${what}`,
    );
  report('It is being notified.');
  for (;;) {
    if (await signaled(request)) break;
    if (await startUnlessRunning(retrainingStart(request))) break;
    // It was started between the two calls, so it can be signaled now.
  }
  report('See its details for the result.');
  return 'handed_over';
}

async function signaled(request: RetrainingRequest): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(RETRAINING_ID).signal(retrainSignal, request);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    // The workflow is not running.
    return false;
  }
}
