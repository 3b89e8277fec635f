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

/** Well below the heartbeat timeout in workflows/recommendations. */
const HEARTBEAT_EVERY_MS = 2_000;
/** Each signal is a permanent event of the workflow's history, so a stage sends at most twenty. */
const REPORT_EVERY_MS = 5_000;
const MIN_REPORTED_STEP = 0.05;

export interface Exported {
  facts: ExportFacts;
  heldOutFromMs: number;
  /** Why no model can be trained on it. */
  missing?: string;
  /** Why the data looks unusual for the shop. */
  strange?: string;
}

export interface ModelsNow {
  serving: Serving | null;
  /** IDs of models that can be served, newest first. */
  kept: string[];
}

type RetrainingDependencies = Pick<ActivityDependencies, 'db' | 'settings' | 'temporal' | 'log'>;

export function createRetrainingActivities(deps: RetrainingDependencies) {
  const { db } = deps;
  return {
    /** Safe to retry: a new snapshot replaces one that a killed worker stored completely or partly. */
    exportHistory: async (input: { retrainingId: string }): Promise<Exported> => {
      await removeStrays(db, input.retrainingId);
      const facts = await inProcess(deps, 'export', input);
      const serving = await readServing(db);
      const missing = missingFrom(facts);
      const strange = strangenessOf(facts, serving?.report.facts?.lines);
      return { facts, heldOutFromMs: heldOutFromMs(facts), ...(missing && { missing }), ...(strange && { strange }) };
    },
    /** Safe to retry: a completely stored model is not trained again. */
    trainModels: (input: TrainInput): Promise<Trained> => inProcess(deps, 'train', input),
    /** Safe to retry: it only reads. */
    evaluateModels: (input: EvaluateInput): Promise<Evaluated> => inProcess(deps, 'evaluate', input),
    /** Safe to retry: it is one transaction, and a published model stays unchanged. */
    publishModel: (request: PublishRequest): Promise<Published> => withHeartbeats(() => publishModel(db, request)),
    /** Safe to retry: a model that is already served stays served. */
    rollBackModel: (request: RollBackRequest): Promise<RolledBack> => rollBack(db, request),
    /** Safe to retry: deletion is idempotent, and a report is stored once. */
    discardRetraining: (request: { retrainingId: string; refused?: RefusedModel }): Promise<void> =>
      discard(db, request.retrainingId, request.refused),
    /** Safe to retry: it only reads. */
    readModels: async (): Promise<ModelsNow> => ({
      serving: (await readServing(db)) ?? null,
      kept: await keptModels(db),
    }),
  };
}

/** Runs a stage in its own process, and signals its progress to the workflow. */
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
    return await withHeartbeats(() =>
      runJob(name, input, { settings, signal: cancellationSignal(), onProgress: report }),
    );
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

/** Sends heartbeats during `work`: their absence reveals a killed worker, and they deliver a cancellation. */
async function withHeartbeats<Result>(work: () => Promise<Result>): Promise<Result> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
  }
}

/** Whether the activity is canceled by the worker's shutdown, which does not cancel the retraining. */
function isWorkerStopping(error: unknown): boolean {
  return cancellationSignal().aborted && error instanceof Error && error.message === 'WORKER_SHUTDOWN';
}

/** Sends at most one report in five seconds, and only after five percent of progress. A report that can't be sent is dropped. */
function throttledProgress(
  send: (progress: { fraction: number; detail?: string }) => Promise<void>,
): (fraction: number, detail?: string) => void {
  let last = { atMs: 0, fraction: -1 };
  return (fraction, detail) => {
    const nowMs = Date.now();
    if (nowMs - last.atMs < REPORT_EVERY_MS || Math.abs(fraction - last.fraction) < MIN_REPORTED_STEP) return;
    last = { atMs: nowMs, fraction };
    send({ fraction, ...(detail !== undefined && { detail }) }).catch(() => {});
  };
}
