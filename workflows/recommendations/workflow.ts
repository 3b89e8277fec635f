import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setHandler,
  TemporalFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { ModelReport } from '../../activities/recommendations/retraining/model-store.ts';
import { quickSteps } from '../shared/activity-options.ts';
import { localSteps, queuedSteps } from '../shared/described-steps.ts';
import { showDetails } from '../shared/details.ts';
import { uncancelable } from '../shared/failures.ts';
import { untilQuiet } from '../shared/quiet.ts';
import { requireForm } from '../shared/start-form.ts';
import { RetrainingCase } from './case.ts';
import { describeRetraining } from './case-details.ts';
import { handOver, RETRAINING_FORM, requestOf } from './hand-over.ts';
import {
  type LastRetraining,
  progressSignal,
  RETRAINING_ID,
  RETRAINING_QUEUE,
  type RetrainingEnd,
  type RetrainingInput,
  type RetrainingRequest,
  retrainingQuery,
  retrainSignal,
} from './messages.ts';
import { handleStaffUpdates } from './staff-updates.ts';

const quick = localSteps(quickSteps, ['discardRetraining', 'readModels', 'rollBackModel']);
const STAGES = ['exportHistory', 'trainModels', 'evaluateModels', 'publishModel'] as const;
const stages = queuedSteps(
  {
    taskQueue: RETRAINING_QUEUE,
    // Five million lines take minutes, so a stage that takes hours is hanging.
    startToCloseTimeout: '3 hours',
    // Stages send a heartbeat every two seconds, so a killed worker is noticed soon and another one runs the stage again.
    heartbeatTimeout: '10 seconds',
    // A canceled stage must have stopped before its files are removed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // Enough for 15 minutes without PostgreSQL, or a few killed workers. The nightly schedule retries anyway.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 20 },
  },
  STAGES,
);

/** Requests accepted in one run before the workflow continues as new. */
const MAX_ACCEPTED = 200;

/**
 * Trains the recommendation model, publishes it unless it scores worse than the served one, and then waits for requests to retrain or to
 * roll back. One workflow with a fixed ID does this; a workflow started under another ID passes its request to that one.
 */
export async function recommendationRetraining(input?: RetrainingInput | null): Promise<RetrainingEnd> {
  requireForm(input ?? {}, RETRAINING_FORM);
  const { train = true, carried, ...request } = input ?? {};
  if (workflowInfo().workflowId !== RETRAINING_ID) return handOver(request);

  const retraining = new RetrainingCase(carried);
  showDetails(() => describeRetraining(retraining));
  if (train) retraining.request = request;
  setHandler(
    retrainSignal,
    (asked) => {
      if (!retraining.isBusy) retraining.request = requestOf(asked);
    },
    { description: 'Requests a retraining, as the nightly schedule does. Safe to send.' },
  );
  setHandler(progressSignal, (progress) => retraining.updateProgress(progress), {
    description: 'Reports the progress of a stage. Sent by the worker; do not send it yourself.',
  });
  setHandler(retrainingQuery, () => retraining.view(), {
    description: 'The retraining in progress and the result of the last one',
  });
  handleStaffUpdates(retraining, quick);

  retraining.setModels(await quick.readModels());
  await condition(
    () =>
      retraining.request !== undefined || retraining.accepted >= MAX_ACCEPTED || workflowInfo().continueAsNewSuggested,
  );
  if (retraining.request) await retrain(retraining, retraining.request);
  await uncancelable(untilQuiet);
  return continueAsNew<typeof recommendationRetraining>({
    ...retraining.request,
    train: retraining.request !== undefined,
    carried: retraining.carried(),
  });
}

/** Runs one retraining from its export to its outcome. @throws CancelledFailure when the workflow itself was canceled */
async function retrain(retraining: RetrainingCase, request: RetrainingRequest): Promise<void> {
  const name = `${timestamp(new Date())}-${uuid4().slice(0, 4)}`;
  const retrainingId = `retraining-${name}`;
  retraining.markBegun({
    retrainingId,
    modelId: `m-${name}`,
    request,
    stage: 'export',
    fraction: 0,
    detail: undefined,
  });
  try {
    retraining.markEnded(await retraining.cancelable(() => followStages(retraining)));
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const { stage } = retraining.current!;
    await uncancelable(() => quick.discardRetraining({ retrainingId }));
    retraining.markEnded(isCancellation(error) ? canceled(retraining) : failed(stage, error));
    if (CancellationScope.current().consideredCancelled) {
      await uncancelable(untilQuiet);
      throw error;
    }
  }
  retraining.setModels(await uncancelable(() => quick.readModels()));
}

async function followStages(retraining: RetrainingCase): Promise<LastRetraining> {
  const { retrainingId, modelId, request } = retraining.current!;
  const publishAnyway = request.publishAnyway ?? false;

  const exported = await retraining.stage('export', () => stages.exportHistory({ retrainingId }));
  retraining.current!.exported = exported;
  const { facts, heldOutFromMs } = exported;
  const report = (because: string): ModelReport => {
    const { scores, against, opponentScores } = retraining.current!.evaluated ?? {};
    return {
      facts,
      heldOutFromMs,
      because,
      ...(scores && { scores, opponentScores, against: against ?? 'bestsellers' }),
      ...(publishAnyway && { publishAnyway }),
    };
  };
  const keep = async (because: string): Promise<LastRetraining> => {
    const refused = { modelId, trainedUntilMs: facts.takenMs, report: report(because) };
    await quick.discardRetraining({ retrainingId, refused });
    const serving = retraining.models?.serving;
    return last(
      'kept',
      `not published: ${serving ? `${serving.modelId} is still served` : 'no model is served yet'}, because ${because}`,
    );
  };
  if (exported.missing) return keep(exported.missing);
  if (exported.strange && !publishAnyway) return keep(exported.strange);

  retraining.current!.trained = await retraining.stage('train', () =>
    stages.trainModels({ retrainingId, takenMs: facts.takenMs, heldOutFromMs }),
  );
  for (;;) {
    const evaluated = await retraining.stage('evaluate', () =>
      stages.evaluateModels({ retrainingId, heldOutFromMs, publishAnyway }),
    );
    retraining.current!.evaluated = evaluated;
    const { isGood, because } = evaluated.verdict;
    if (!isGood && !publishAnyway) return keep(because);

    const objections = [...(exported.strange ? [exported.strange] : []), ...(isGood ? [] : [because])];
    const why = objections.length > 0 ? `publishing was forced, although ${objections.join('; ')}` : because;
    // Publishing is one transaction of milliseconds and can't be undone midway, so it is not cancelable.
    const published = await retraining.stage('publish', () =>
      uncancelable(() =>
        stages.publishModel({
          retrainingId,
          modelId,
          trainedUntilMs: facts.takenMs,
          report: report(why),
          against: evaluated.served,
        }),
      ),
    );
    // Otherwise a rollback changed the served model, so the new model has to be compared with that one.
    if (published.outcome === 'published') return last('published', `published: ${modelId} is served, because ${why}`);
  }
}

function canceled({ canceledBy, models: now }: RetrainingCase): LastRetraining {
  const who = canceledBy ? `by ${canceledBy.requestedBy} (${canceledBy.reason})` : 'because its workflow was canceled';
  return last(
    'canceled',
    `canceled ${who}: ${now?.serving ? `${now.serving.modelId} is still served` : 'no model is served yet'}`,
  );
}

/** Reports the message of the innermost cause, since the outer ones are about the activity. */
function failed(stage: string, error: Error): LastRetraining {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return last(
    'failed',
    `failed in the stage ${stage}; the served model did not change: ${cause.message.replace(/\.$/, '')}`,
  );
}

function last(outcome: LastRetraining['outcome'], sentence: string): LastRetraining {
  return { outcome, sentence, at: new Date().toISOString() };
}

/** 2026-11-24T19:30:00.000Z → "20261124-193000". */
function timestamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
