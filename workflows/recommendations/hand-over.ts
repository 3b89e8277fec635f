/** What becomes of a retraining that was started under an id of its own, or with something at the form that is not known. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  TemporalFailure,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import { showDetails } from '../shared/details.ts';
import { plain, withExample, workflowLink } from '../shared/markdown.ts';
import { aFlag, checkRequest, optional, requiredText } from '../shared/staff.ts';
import {
  RETRAINING_ID,
  RETRAINING_QUEUE,
  type RetrainingEnd,
  type RetrainingInput,
  type RetrainingWish,
  type RetrainingWorkflow,
  retrainSignal,
} from './messages.ts';

const EXAMPLE = { requestedBy: 'Anna', reason: 'New product line' };
const FIELDS = {
  requestId: optional(requiredText('“requestId”', 100)),
  requestedBy: optional(requiredText('“requestedBy”', 100)),
  reason: optional(requiredText('“reason”', 500)),
  publishAnyway: optional(aFlag('publishAnyway')),
  train: optional(aFlag('train')),
  carried: () => undefined,
};

/** Whoever starts it from the form reads there what is wrong with what they gave. */
export function refusalOfForm(input: RetrainingInput | null | undefined): 'refused' | undefined {
  if (input === undefined || input === null) return undefined;
  try {
    checkRequest(input, EXAMPLE, FIELDS);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    const { message } = error;
    showDetails(() => `Refused: ${withExample(message)}`);
    return 'refused';
  }
}

/** What a signal asks for; undefined when it carries something else, since a signal can't be refused. */
export function wishOf(asked: unknown): RetrainingWish | undefined {
  if (asked === undefined || asked === null) return {};
  try {
    checkRequest(asked, EXAMPLE, FIELDS);
    return asked;
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) throw error;
    return undefined;
  }
}

/** Asks the one workflow that trains, and starts it when it does not run. */
export async function handOver(wish: RetrainingWish): Promise<RetrainingEnd> {
  const report = (what: string) =>
    showDetails(
      () =>
        `### Retraining requested\n\nThe workflow ${workflowLink(RETRAINING_ID, plain(RETRAINING_ID))} runs all retrainings. ${what}`,
    );
  report('It is being notified.');
  while (!(await signalled(wish)) && !(await started(wish)));
  report('See its details for the result.');
  return 'handed_over';
}

async function signalled(wish: RetrainingWish): Promise<boolean> {
  try {
    await getExternalWorkflowHandle(RETRAINING_ID).signal(retrainSignal, wish);
    return true;
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
    // It does not run.
    return false;
  }
}

async function started(wish: RetrainingWish): Promise<boolean> {
  try {
    await startChild<RetrainingWorkflow>('recommendationRetraining', {
      workflowId: RETRAINING_ID,
      taskQueue: RETRAINING_QUEUE,
      args: [wish],
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: 'Recommendation model',
    });
    return true;
  } catch (error) {
    // Somebody else was faster.
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}
