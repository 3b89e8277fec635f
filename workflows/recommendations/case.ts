import { CancellationScope } from '@temporalio/workflow';
import type { Exported, ModelsNow } from '../../activities/recommendations/retraining/activities.ts';
import type { Evaluated, Trained } from '../../activities/recommendations/retraining/job-messages.ts';
import type { StaffRequest } from '../shared/staff.ts';
import type {
  CarriedState,
  LastRetraining,
  RetrainingAnswer,
  RetrainingProgress,
  RetrainingRequest,
  RetrainingStage,
  RetrainingView,
} from './messages.ts';

/** Number of requests whose results are kept, so that one sent twice takes effect once. */
const ANSWERS_KEPT = 50;

/** A retraining in progress, with the results of its completed stages. */
export interface CurrentRetraining {
  readonly retrainingId: string;
  readonly modelId: string;
  readonly request: RetrainingRequest;
  stage: RetrainingStage;
  fraction: number;
  detail: string | undefined;
  exported?: Exported;
  trained?: Trained;
  evaluated?: Evaluated;
}

/** The state of models and retrainings, which staff see in the workflow's details. */
export class RetrainingCase {
  models: ModelsNow | undefined;
  current: CurrentRetraining | undefined;
  last: LastRetraining | undefined;
  /** The requested retraining that has not started. */
  request: RetrainingRequest | undefined;
  /** The request that canceled the retraining in progress. */
  canceledBy: StaffRequest | undefined;
  /** Number of requests accepted in this run. */
  accepted = 0;
  readonly #answers = new Map<string, Promise<RetrainingAnswer>>();
  readonly #settled = new Map<string, RetrainingAnswer>();
  #scope: CancellationScope | undefined;

  constructor({ last, answers = [] }: CarriedState = {}) {
    this.last = last;
    for (const [requestId, answer] of answers) this.#settled.set(requestId, answer);
  }

  get isBusy(): boolean {
    return this.current !== undefined || this.request !== undefined;
  }

  setModels(models: ModelsNow): void {
    this.models = models;
  }

  markBegun(current: CurrentRetraining): void {
    this.current = current;
    this.request = undefined;
    this.canceledBy = undefined;
  }

  /** Runs one stage of the retraining in progress. */
  stage<Result>(stage: RetrainingStage, run: () => Promise<Result>): Promise<Result> {
    Object.assign(this.current!, { stage, fraction: 0, detail: undefined });
    return run();
  }

  /** @param progress of the retraining in progress; anything else is ignored, since anyone may send a signal */
  updateProgress(progress: Partial<RetrainingProgress> | null | undefined): void {
    const { current } = this;
    if (!current || progress?.retrainingId !== current.retrainingId || progress.stage !== current.stage) return;
    if (typeof progress.fraction !== 'number') return;
    Object.assign(current, { fraction: progress.fraction, detail: progress.detail });
  }

  markEnded(last: LastRetraining): void {
    this.last = last;
    this.current = undefined;
  }

  /** Runs `run` in a scope that `cancel` cancels. */
  cancelable<Result>(run: () => Promise<Result>): Promise<Result> {
    return CancellationScope.cancellable(() => {
      this.#scope = CancellationScope.current();
      return run();
    });
  }

  cancel(request: StaffRequest): void {
    this.canceledBy = request;
    this.#scope?.cancel();
  }

  isAnswered(requestId: string): boolean {
    return this.#settled.has(requestId) || this.#answers.has(requestId);
  }

  /** Carries out a request once; if it is sent again, it gets the first result. */
  async once<Answer extends RetrainingAnswer>(requestId: string, work: () => Promise<Answer>): Promise<Answer> {
    const settled = this.#settled.get(requestId) ?? this.#answers.get(requestId);
    if (settled) return (await settled) as Answer;
    this.accepted += 1;
    const answer = work();
    this.#answers.set(requestId, answer);
    try {
      const result = await answer;
      this.#settled.set(requestId, result);
      return result;
    } finally {
      this.#answers.delete(requestId);
    }
  }

  /** The state that the next run needs. */
  carried(): CarriedState {
    return { ...(this.last && { last: this.last }), answers: [...this.#settled].slice(-ANSWERS_KEPT) };
  }

  view(): RetrainingView {
    return {
      stage: this.current?.stage ?? (this.request ? 'export' : 'idle'),
      fraction: this.current?.fraction ?? 0,
      last: this.last ?? null,
    };
  }
}
