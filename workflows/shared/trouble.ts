/**
 * A step that does not succeed must not fail its workflow with money in between: the workflow waits, staff see since when, why
 * and what they can do, and it is retried until it succeeds.
 */
import {
  ActivityFailure,
  CancellationScope,
  condition,
  isCancellation,
  TemporalFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { DurableStep } from './described-steps.ts';
import { stuckSinceKey } from './search-attributes.ts';

/** Waits between two attempts of a step that Temporal does not retry (any more), in turn; the last one stays. */
const RETRY_AFTER = ['5 minutes', '15 minutes', '1 hour', '6 hours'] as const;

type Attempt<Result> = { value: Result } | { error: unknown };

export class Trouble {
  readonly #render: () => void;
  #current: { since: string; what: string; why: string; tries: number } | undefined;
  /** How often staff asked for an attempt at once. */
  #retriesAsked = 0;

  /** @param render renders the workflow's case again */
  constructor(render: () => void) {
    this.#render = render;
  }

  /** What has stopped; undefined while all is well. */
  get current(): { since: string; what: string; why: string; tries: number } | undefined {
    return this.#current;
  }

  /** Staff say that the cause is gone: the next attempt comes at once. */
  retryNow(): void {
    this.#retriesAsked += 1;
  }

  /** Something stopped that only a person can resume. @param since when it stopped */
  begin(what: string, why: string, since: Date): void {
    if (this.#current) {
      this.#current = { ...this.#current, what, why, tries: this.#current.tries + 1 };
    } else {
      this.#current = { since: since.toISOString(), what, why, tries: 1 };
      upsertSearchAttributes([{ key: stuckSinceKey, value: since }]);
    }
    this.#render();
  }

  end(): void {
    if (!this.#current) return;
    this.#current = undefined;
    upsertSearchAttributes([{ key: stuckSinceKey, value: null }]);
    this.#render();
  }

  /**
   * Runs a step until it succeeds. When its short attempts are used up, staff see it; from then on Temporal retries it, without adding
   * to the history, until it succeeds or staff ask for an attempt at once.
   * @param what the step, as a sentence begins: "The refund could not be sent"
   */
  persevere<Result>(what: string, step: DurableStep<Result>): Promise<Result>;
  /** @param isOvertaken ends the wait, with undefined, as soon as the step is no longer wanted */
  persevere<Result>(what: string, step: DurableStep<Result>, isOvertaken: () => boolean): Promise<Result | undefined>;
  async persevere<Result>(
    what: string,
    step: DurableStep<Result>,
    isOvertaken?: () => boolean,
  ): Promise<Result | undefined> {
    const startedAt = new Date();
    const { patient } = step;
    let run = step.short;
    let waits = 0;
    for (let failures = 0; ; ) {
      const askedBefore = this.#retriesAsked;
      const isRetryAsked = () => this.#retriesAsked !== askedBefore;
      const mayStop = () => (isOvertaken?.() ?? false) || (failures > 0 && isRetryAsked());
      const done = isOvertaken || failures > 0 ? await attemptUnless(run, mayStop) : await attempt(run);
      // Another step may be stuck at the same time: only what this one has shown is taken away.
      const finish = () => failures > 0 && this.end();
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
      this.begin(what, reasonOf(error), startedAt);
      if (run === patient) {
        const wait = RETRY_AFTER[Math.min(waits, RETRY_AFTER.length - 1)]!;
        waits += 1;
        await condition(() => isRetryAsked() || (isOvertaken?.() ?? false), wait, {
          summary: 'until the next attempt',
        });
        if (isOvertaken?.()) {
          this.end();
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

/** @returns undefined when it was stopped: its result does not count, so it must be safe to run again */
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

/** The innermost cause says most: the outer ones are about the activity. */
function reasonOf(error: Error): string {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof ActivityFailure) return 'It did not answer in time.';
  return cause.message;
}
