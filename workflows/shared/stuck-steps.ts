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

/** Something that stopped. */
export interface Stuck {
  since: string;
  what: string;
  why: string;
  tries: number;
}

export class StuckSteps {
  /** Several can be stuck at the same time: a staff update may read the records while the order waits for Stripe. */
  readonly #stuck = new Set<Stuck>();
  #shownSince: string | undefined;
  /** How often staff asked for an attempt at once. */
  #retriesAsked = 0;

  /** What has been stuck longest; undefined while all is well. */
  get current(): Stuck | undefined {
    return [...this.#stuck].reduce<Stuck | undefined>(
      (oldest, each) => (oldest && oldest.since <= each.since ? oldest : each),
      undefined,
    );
  }

  /** Staff say that the cause is gone: the next attempt comes at once. */
  retryNow(): void {
    this.#retriesAsked += 1;
  }

  /**
   * Something stopped that only a person can resume.
   * @param since when it stopped
   * @returns what `end` takes
   */
  begin(what: string, why: string, since: Date): Stuck {
    const stuck = { since: since.toISOString(), what, why, tries: 1 };
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
    if (since === this.#shownSince) return;
    this.#shownSince = since;
    upsertSearchAttributes([{ key: stuckSinceKey, value: since ? new Date(since) : null }]);
  }

  /**
   * Runs a step until it succeeds. When its short attempts are used up, staff see it; from then on Temporal retries it, without adding
   * to the history, until it succeeds or staff ask for an attempt at once.
   * @param what the step, as a sentence begins: "The refund could not be sent"
   */
  retry<Result>(what: string, step: DurableStep<Result>): Promise<Result>;
  /** @param isOvertaken ends the wait, with undefined, as soon as the step is no longer wanted */
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
      const askedBefore = this.#retriesAsked;
      const isRetryAsked = () => this.#retriesAsked !== askedBefore;
      const mayStop = () => (isOvertaken?.() ?? false) || (failures > 0 && isRetryAsked());
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
        await condition(() => isRetryAsked() || (isOvertaken?.() ?? false), wait, {
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
  if (cause instanceof ActivityFailure) return 'It did not respond in time.';
  return cause.message;
}
