/**
 * A step that does not succeed must not fail its workflow with money in between: the workflow waits, staff see since when, why
 * and what they can do, and it tries again by itself until it is through.
 */
import {
  ActivityFailure,
  condition,
  isCancellation,
  TemporalFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { stuckSinceKey } from './search-attributes.ts';

/** Waits between two tries, in turn; the last one stays. */
const RETRY_AFTER = ['5 minutes', '15 minutes', '1 hour'] as const;

export class Trouble {
  readonly #tell: () => void;
  #current: { since: string; what: string; why: string; tries: number } | undefined;
  #retryAsked = false;

  /** @param tell shows the workflow's case anew */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** What has stopped; undefined while all is well. */
  get current(): { since: string; what: string; why: string; tries: number } | undefined {
    return this.#current;
  }

  /** Staff say that the cause is gone: the next try comes at once. */
  retryNow(): void {
    this.#retryAsked = true;
  }

  /** Something stopped that only a person can take up again. @param since when it stopped */
  begin(what: string, why: string, since: Date): void {
    if (this.#current) {
      this.#current = { ...this.#current, what, why, tries: this.#current.tries + 1 };
    } else {
      this.#current = { since: since.toISOString(), what, why, tries: 1 };
      upsertSearchAttributes([{ key: stuckSinceKey, value: since }]);
    }
    this.#tell();
  }

  end(): void {
    if (!this.#current) return;
    this.#current = undefined;
    upsertSearchAttributes([{ key: stuckSinceKey, value: null }]);
    this.#tell();
  }

  /**
   * Runs a step until it succeeds. When the step's own retries are used up, the trouble is shown, and the step is tried again
   * after minutes, or at once when staff ask.
   * @param what the step, as a sentence begins: "The refund could not be sent"
   */
  async persevere<Result>(what: string, step: () => Promise<Result>): Promise<Result> {
    const startedAt = new Date();
    for (let tries = 0; ; tries += 1) {
      try {
        const result = await step();
        this.end();
        return result;
      } catch (error) {
        if (!(error instanceof TemporalFailure) || isCancellation(error)) throw error;
        this.#retryAsked = false;
        this.begin(what, reasonOf(error), startedAt);
        const wait = RETRY_AFTER[Math.min(tries, RETRY_AFTER.length - 1)]!;
        await condition(() => this.#retryAsked, wait, { summary: 'until it is tried again' });
      }
    }
  }
}

/** The innermost cause says most: the outer ones are about the activity. */
function reasonOf(error: Error): string {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  if (cause instanceof ActivityFailure) return 'It did not answer in time.';
  return cause.message;
}
