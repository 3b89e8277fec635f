import { CancellationScope } from '@temporalio/workflow';
import type { Exported, ModelsNow } from '../../activities/recommendations/retraining/activities.ts';
import type { Evaluated, Trained } from '../../activities/recommendations/retraining/job-messages.ts';
import type { StaffRequest } from '../shared/staff.ts';
import type {
  CarriedState,
  LastRetraining,
  RetrainingAnswer,
  RetrainingProgress,
  RetrainingStage,
  RetrainingView,
  RetrainingWish,
} from './messages.ts';

/** Requests whose answers are remembered, so that one sent twice is done once. */
const ANSWERS_KEPT = 50;

/** A retraining under way, with what its finished stages found. */
export interface CurrentRetraining {
  readonly retrainingId: string;
  readonly modelId: string;
  readonly wish: RetrainingWish;
  stage: RetrainingStage;
  fraction: number;
  detail: string | undefined;
  exported?: Exported;
  trained?: Trained;
  evaluated?: Evaluated;
}

/** What is known of models and retrainings; staff read it in the workflow's details. */
export class RetrainingCase {
  models: ModelsNow | undefined;
  current: CurrentRetraining | undefined;
  last: LastRetraining | undefined;
  /** Asked for, and not begun. */
  wish: RetrainingWish | undefined;
  /** Who canceled what is under way. */
  canceledBy: StaffRequest | undefined;
  /** Requests taken in this run. */
  taken = 0;
  readonly #answers = new Map<string, Promise<RetrainingAnswer>>();
  readonly #settled = new Map<string, RetrainingAnswer>();
  #scope: CancellationScope | undefined;

  constructor({ last, answers = [] }: CarriedState = {}) {
    this.last = last;
    for (const [requestId, answer] of answers) this.#settled.set(requestId, answer);
  }

  get isBusy(): boolean {
    return this.current !== undefined || this.wish !== undefined;
  }

  knows(models: ModelsNow): void {
    this.models = models;
  }

  began(current: CurrentRetraining): void {
    this.current = current;
    this.wish = undefined;
    this.canceledBy = undefined;
  }

  /** Runs one stage of what is under way. */
  stage<Result>(stage: RetrainingStage, run: () => Promise<Result>): Promise<Result> {
    Object.assign(this.current!, { stage, fraction: 0, detail: undefined });
    return run();
  }

  /** @param progress of what is under way; anyone may send a signal, so anything else is ignored */
  progressed(progress: Partial<RetrainingProgress> | null | undefined): void {
    const { current } = this;
    if (!current || progress?.retrainingId !== current.retrainingId || progress.stage !== current.stage) return;
    if (typeof progress.fraction !== 'number') return;
    Object.assign(current, { fraction: progress.fraction, detail: progress.detail });
  }

  ended(last: LastRetraining): void {
    this.last = last;
    this.current = undefined;
  }

  /** Runs what `cancel` ends. */
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

  /** Does what a request asks for, once: sent again, it gets the first answer. */
  async once<Answer extends RetrainingAnswer>(requestId: string, work: () => Promise<Answer>): Promise<Answer> {
    const settled = this.#settled.get(requestId) ?? this.#answers.get(requestId);
    if (settled) return (await settled) as Answer;
    this.taken += 1;
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

  /** What the next run has to know. */
  carried(): CarriedState {
    return { ...(this.last && { last: this.last }), answers: [...this.#settled].slice(-ANSWERS_KEPT) };
  }

  view(): RetrainingView {
    return {
      stage: this.current?.stage ?? (this.wish ? 'export' : 'idle'),
      fraction: this.current?.fraction ?? 0,
      last: this.last ?? null,
    };
  }
}
