import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import {
  type ExportFacts,
  heldOutFromMs,
  missingFrom,
  strangenessOf,
} from '../../../domain/recommendations/publication-check.ts';
import { progressSignal } from '../../../workflows/recommendations/messages.ts';
import type { ActivityDependencies } from '../../dependencies.ts';
import type { Evaluated, EvaluateInput, JobName, Jobs, Trained, TrainInput } from './job-messages.ts';
import { runJob } from './job-process.ts';
import {
  discard,
  keptModels,
  type Published,
  type PublishRequest,
  publishModel,
  type RefusedModel,
  type RollBackRequest,
  type RolledBack,
  readServing,
  removeStrays,
  rollBack,
  type Serving,
} from './model-store.ts';

/** Far below the heartbeat timeout of workflows/recommendations. */
const HEARTBEAT_EVERY_MS = 2_000;
/** A signal is an event of the workflow's history for good: at most twenty a stage. */
const REPORT_EVERY_MS = 5_000;
const TELL_STEP = 0.05;

export interface Exported {
  facts: ExportFacts;
  heldOutFromMs: number;
  /** Why nothing can be trained on it. */
  missing?: string;
  /** Why it does not look like the shop's purchases. */
  strange?: string;
}

export interface ModelsNow {
  serving: Serving | null;
  /** Ids of those that can be served, the newest first. */
  kept: string[];
}

type RetrainingDependencies = Pick<ActivityDependencies, 'db' | 'settings' | 'temporal' | 'log'>;

export function createRetrainingActivities(deps: RetrainingDependencies) {
  const { db } = deps;
  return {
    /** Safe to retry: the snapshot that a killed worker stored, or half stored, is replaced by one taken now. */
    exportHistory: async (input: { retrainingId: string }): Promise<Exported> => {
      await removeStrays(db, input.retrainingId);
      const facts = await inProcess(deps, 'export', input);
      const serving = await readServing(db);
      const missing = missingFrom(facts);
      const strange = strangenessOf(facts, serving?.report.facts?.lines);
      return { facts, heldOutFromMs: heldOutFromMs(facts), ...(missing && { missing }), ...(strange && { strange }) };
    },
    /** Safe to retry: a model that is stored whole is not trained again. */
    trainModels: (input: TrainInput): Promise<Trained> => inProcess(deps, 'train', input),
    /** Safe to retry: it only reads. */
    evaluateModels: (input: EvaluateInput): Promise<Evaluated> => inProcess(deps, 'evaluate', input),
    /** Safe to retry: one transaction, and a model that is published is left alone. */
    publishModel: (request: PublishRequest): Promise<Published> => beating(() => publishModel(db, request)),
    /** Safe to retry: what is served already is served. */
    rollBackModel: (request: RollBackRequest): Promise<RolledBack> => rollBack(db, request),
    /** Safe to retry: what is gone stays gone, and a report is kept once. */
    discardRetraining: (request: { retrainingId: string; refused?: RefusedModel }): Promise<void> =>
      discard(db, request.retrainingId, request.refused),
    /** Safe to retry: it only reads. */
    readModels: async (): Promise<ModelsNow> => ({
      serving: (await readServing(db)) ?? null,
      kept: await keptModels(db),
    }),
  };
}

/** Runs a stage in a process of its own and tells the workflow how far it is. */
async function inProcess<Name extends JobName>(
  { settings, temporal, log }: RetrainingDependencies,
  name: Name,
  input: Jobs[Name]['input'],
): Promise<Jobs[Name]['result']> {
  const { workflowExecution, attempt } = activityInfo();
  const report = throttledProgress((progress) => {
    const workflow = temporal.workflow.getHandle(workflowExecution!.workflowId, workflowExecution!.runId);
    return workflow.signal(progressSignal, { retrainingId: input.retrainingId, stage: name, ...progress });
  });
  log.info({ stage: name, retrainingId: input.retrainingId, attempt }, 'retraining: stage started');
  try {
    return await beating(() => runJob(name, input, { settings, signal: cancellationSignal(), onProgress: report }));
  } catch (error) {
    if (isWorkerStopping(error))
      throw ApplicationFailure.create({
        type: 'worker_stopping',
        message: 'The worker is shutting down. Another worker will resume this stage.',
        nextRetryDelay: '1 second',
      });
    throw error;
  }
}

/** A worker that is killed is noticed by the heartbeats that no longer come; a cancellation is heard of by them. */
async function beating<Result>(work: () => Promise<Result>): Promise<Result> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/** A cancellation that comes from the worker is none of the retraining. */
function isWorkerStopping(error: unknown): boolean {
  return cancellationSignal().aborted && error instanceof Error && error.message === 'WORKER_SHUTDOWN';
}

/** At most one report in five seconds, and only of five percent or more. One that can’t be sent is superseded by the next. */
function throttledProgress(
  send: (progress: { fraction: number; detail?: string }) => Promise<void>,
): (fraction: number, detail?: string) => void {
  let last = { atMs: 0, fraction: -1 };
  return (fraction, detail) => {
    const nowMs = Date.now();
    if (nowMs - last.atMs < REPORT_EVERY_MS || Math.abs(fraction - last.fraction) < TELL_STEP) return;
    last = { atMs: nowMs, fraction };
    send({ fraction, ...(detail !== undefined && { detail }) }).catch(() => {});
  };
}
