/**
 * A step that fails must not fail its workflow and leave a payment unfinished. Instead the workflow waits, staff see since when and why it
 * is stuck and what they can do, and the step is retried until it succeeds.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  TemporalFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ErrorCode } from '../../domain/errors.ts';
import type { DurableStep } from './described-steps.ts';
import { stuckSinceKey } from './search-attributes.ts';
import { showAttributes } from './show-attributes.ts';

/** Waits between the attempts of a step that Temporal does not retry, or no longer retries, in turn; the last wait repeats. */
const RETRY_AFTER = ['5 minutes', '15 minutes', '1 hour', '6 hours'] as const;

type Attempt<Result> = { value: Result } | { error: unknown };

/** A step that stopped. */
export interface Stuck {
  since: string;
  what: string;
  why: string;
  tries: number;
  /** Whether Stripe or the bank refused what was requested, so that it needs a decision and not only a retry. */
  isRefused: boolean;
}

export class StuckSteps {
  /** Several can be stuck at the same time: a staff update may read the records while the order waits for Stripe. */
  readonly #stuck = new Set<Stuck>();
  /** How often staff requested an immediate retry. */
  #retryRequests = 0;

  /** The step that has been stuck longest; undefined while no step is stuck. */
  get current(): Stuck | undefined {
    return [...this.#stuck].reduce<Stuck | undefined>(
      (oldest, each) => (oldest && oldest.since <= each.since ? oldest : each),
      undefined,
    );
  }

  /** Whether a step is stuck that can succeed once an outage is over. */
  get isOutage(): boolean {
    return [...this.#stuck].some(({ isRefused }) => !isRefused);
  }

  /** Retries stuck steps immediately; staff request this once the cause is fixed. */
  retryNow(): void {
    this.#retryRequests += 1;
  }

  /**
   * Marks a step as stuck until `end` is called.
   * @param since when it stopped
   * @param isRefused whether Stripe or the bank refused what was requested
   * @returns the argument of `end`
   */
  begin(what: string, why: string, since: Date, isRefused = false): Stuck {
    const stuck = { since: since.toISOString(), what, why, tries: 1, isRefused };
    this.#stuck.add(stuck);
    this.#show();
    return stuck;
  }

  end(stuck: Stuck): void {
    if (this.#stuck.delete(stuck)) this.#show();
  }

  #failedAgain(stuck: Stuck | undefined, why: string): Stuck | undefined {
    if (!stuck) return undefined;
    stuck.why = why;
    stuck.tries += 1;
    return stuck;
  }

  #show(): void {
    const since = this.current?.since;
    showAttributes([{ key: stuckSinceKey, value: since ? new Date(since) : null }]);
  }

  /**
   * Runs a step until it succeeds. Once its short attempts are exhausted, staff see it, and Temporal retries it without adding to the
   * history until it succeeds or staff request an immediate retry.
   * @param what the failure as a sentence without its period: "The refund could not be sent"
   */
  retry<Result>(what: string, step: DurableStep<Result>): Promise<Result>;
  /** @param isOvertaken whether the step is no longer needed; when it becomes true, the result is undefined */
  retry<Result>(what: string, step: DurableStep<Result>, isOvertaken: () => boolean): Promise<Result | undefined>;
  async retry<Result>(
    what: string,
    step: DurableStep<Result>,
    isOvertaken?: () => boolean,
  ): Promise<Result | undefined> {
    const startedAt = new Date();
    const { patient } = step;
    let run = step.short;
    let waits = 0;
    let stuck: Stuck | undefined;
    const finish = () => stuck && this.end(stuck);
    for (let failures = 0; ; ) {
      const requestsBefore = this.#retryRequests;
      const isRetryRequested = () => this.#retryRequests !== requestsBefore;
      const mayStop = () => (isOvertaken?.() ?? false) || (failures > 0 && isRetryRequested());
      const done = isOvertaken || failures > 0 ? await attemptUnless(run, mayStop) : await attempt(run);
      if (done === undefined) {
        if (!isOvertaken?.()) continue;
        finish();
        return undefined;
      }
      if ('value' in done) {
        finish();
        return done.value;
      }
      const { error } = done;
      if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
      stuck = this.#failedAgain(stuck, reasonOf(error)) ?? this.begin(what, reasonOf(error), startedAt);
      if (run === patient) {
        const wait = RETRY_AFTER[Math.min(waits, RETRY_AFTER.length - 1)]!;
        waits += 1;
        await condition(() => isRetryRequested() || (isOvertaken?.() ?? false), wait, {
          summary: 'until the next retry',
        });
        if (isOvertaken?.()) {
          finish();
          return undefined;
        }
      }
      run = patient;
      failures += 1;
    }
  }
}

function attempt<Result>(run: () => Promise<Result>): Promise<Attempt<Result>> {
  return run().then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** @returns undefined when the attempt was stopped. Its result is discarded, so the step must be safe to run again. */
async function attemptUnless<Result>(
  run: () => Promise<Result>,
  mayStop: () => boolean,
): Promise<Attempt<Result> | undefined> {
  const scope = new CancellationScope();
  let done: Attempt<Result> | undefined;
  void scope
    .run(() => attempt(run))
    .then((result) => {
      done = result;
    });
  await condition(() => done !== undefined || mayStop());
  if (done === undefined) scope.cancel();
  return done;
}

/**
 * Runs a step whose caller waits for it. Once its short attempts are exhausted, staff see that it is stuck, and it is retried for as long as
 * `long` retries it.
 * @param what the failure as a sentence without its period
 * @throws TemporalFailure when it did not succeed
 */
export async function untilDone<Result>(
  stuckSteps: StuckSteps,
  what: string,
  { short, long }: { short: () => Promise<Result>; long: () => Promise<Result> },
): Promise<Result> {
  const startedAt = new Date();
  try {
    return await short();
  } catch (error) {
    if (!(error instanceof TemporalFailure) || isCancellation(error) || isFinal(error)) throw error;
    const stuck = stuckSteps.begin(what, reasonOf(error), startedAt);
    return await long().finally(() => stuckSteps.end(stuck));
  }
}

/** Whether no retry can change the result. */
function isFinal(error: Error): boolean {
  const cause = innermost(error);
  return cause instanceof ApplicationFailure && (cause.nonRetryable ?? false);
}

function innermost(error: Error): Error {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return cause;
}

/** The message of the innermost cause, since the outer ones are about the activity. */
function reasonOf(error: Error): string {
  const cause = innermost(error);
  if (cause instanceof ActivityFailure || cause instanceof TimeoutFailure) return 'It did not respond in time.';
  // The activity's own message asks an API client to send its request again.
  if (cause instanceof ApplicationFailure && cause.type === ('unavailable' satisfies ErrorCode))
    return 'PostgreSQL or Redis can’t be reached.';
  return cause.message;
}
