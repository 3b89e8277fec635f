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
import { RetrainingCase } from './case.ts';
import { describeRetraining } from './case-details.ts';
import { handOver, refusalOfForm, wishOf } from './hand-over.ts';
import {
  type LastRetraining,
  progressSignal,
  RETRAINING_ID,
  RETRAINING_QUEUE,
  type RetrainingEnd,
  type RetrainingInput,
  type RetrainingWish,
  retrainingQuery,
  retrainSignal,
} from './messages.ts';
import { handleStaffUpdates } from './staff-updates.ts';

const quick = localSteps(quickSteps, ['discardRetraining', 'readModels', 'rollBackModel']);
const STAGES = ['exportHistory', 'trainModels', 'evaluateModels', 'publishModel'] as const;
const stages = queuedSteps(
  {
    taskQueue: RETRAINING_QUEUE,
    // Five million lines take minutes; what takes hours hangs.
    startToCloseTimeout: '3 hours',
    // It beats every two seconds: a worker that was killed is noticed soon, and another one takes the stage over.
    heartbeatTimeout: '10 seconds',
    // What is canceled has to be gone before its artefacts are removed.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    // A quarter of an hour without PostgreSQL, or a few killed workers. The next night tries again anyway.
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 20 },
  },
  STAGES,
);

/** Updates and rollbacks in one run, after which it goes on as a new one. */
const MAX_TAKEN = 200;

/**
 * Trains the recommendation model when it is started, publishes it when it is not worse than the one served, and stays, idle, for
 * whoever wants to train anew or to go back. There is one, under one id: started under another, it hands over to that one.
 */
export async function recommendationRetraining(input?: RetrainingInput | null): Promise<RetrainingEnd> {
  const refusal = refusalOfForm(input);
  if (refusal) return refusal;
  const { train = true, carried, ...wish } = input ?? {};
  if (workflowInfo().workflowId !== RETRAINING_ID) return handOver(wish);

  const retraining = new RetrainingCase(carried);
  showDetails(() => describeRetraining(retraining));
  if (train) retraining.wish = wish;
  setHandler(
    retrainSignal,
    (asked) => {
      if (!retraining.isBusy) retraining.wish = wishOf(asked);
    },
    { description: 'Requests a retraining, as the nightly schedule does. Safe to send.' },
  );
  setHandler(progressSignal, (progress) => retraining.progressed(progress), {
    description: 'Reports the progress of a stage. Sent by the worker; do not send it yourself.',
  });
  setHandler(retrainingQuery, () => retraining.view(), {
    description: 'The retraining in progress and the result of the last one',
  });
  handleStaffUpdates(retraining, quick);

  retraining.knows(await quick.readModels());
  await condition(
    () => retraining.wish !== undefined || retraining.taken >= MAX_TAKEN || workflowInfo().continueAsNewSuggested,
  );
  if (retraining.wish) await retrain(retraining, retraining.wish);
  await uncancelable(untilQuiet);
  return continueAsNew<typeof recommendationRetraining>({
    ...retraining.wish,
    train: retraining.wish !== undefined,
    carried: retraining.carried(),
  });
}

/** One retraining from its export to its end, whatever that is. @throws CancelledFailure when the workflow itself was canceled */
async function retrain(retraining: RetrainingCase, wish: RetrainingWish): Promise<void> {
  const name = `${stamp(new Date())}-${uuid4().slice(0, 4)}`;
  const retrainingId = `retraining-${name}`;
  retraining.began({ retrainingId, modelId: `m-${name}`, wish, stage: 'export', fraction: 0, detail: undefined });
  try {
    retraining.ended(await retraining.cancelable(() => followStages(retraining)));
  } catch (error) {
    if (!(error instanceof TemporalFailure)) throw error;
    const { stage } = retraining.current!;
    await uncancelable(() => quick.discardRetraining({ retrainingId }));
    retraining.ended(isCancellation(error) ? canceled(retraining) : failed(stage, error));
    if (CancellationScope.current().consideredCancelled) {
      await uncancelable(untilQuiet);
      throw error;
    }
  }
  retraining.knows(await uncancelable(() => quick.readModels()));
}

async function followStages(retraining: RetrainingCase): Promise<LastRetraining> {
  const { retrainingId, modelId, wish } = retraining.current!;
  const publishAnyway = wish.publishAnyway ?? false;

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
    // Half a publication can't be called back: it is one transaction, which takes milliseconds.
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
    // Somebody rolled back meanwhile: it has to be compared with what is served now.
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

/** The innermost cause says most: the outer ones are about the activity. */
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
function stamp(date: Date): string {
  return date.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
