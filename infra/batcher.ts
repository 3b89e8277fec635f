/**
 * Combines many small jobs of the same kind: jobs that arrive while a batch is running form the next one. A single job starts
 * without delay; under load a hundred of them share one transaction, and one lock of a row that all of them need.
 */
export interface BatcherOptions {
  /** Maximum number of jobs per batch. */
  maxSize: number;
  /** Maximum number of concurrent batches. */
  maxInFlight: number;
}

interface Waiting<Job, Result> {
  job: Job;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

export class Batcher<Job, Result> {
  readonly #run: (jobs: Job[]) => Promise<Result[]>;
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting<Job, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;

  /** @param run processes a batch and returns one result for each job, in order. If it throws, every job of the batch is run by itself. */
  constructor(run: (jobs: Job[]) => Promise<Result[]>, options: BatcherOptions) {
    this.#run = run;
    this.#options = options;
  }

  add(job: Job): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      // Starts after the current turn, so that jobs that arrive together share a batch.
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#start();
      });
    });
  }

  #start(): void {
    while (this.#waiting.length > 0 && this.#inFlight < this.#options.maxInFlight) {
      const batch = this.#waiting.splice(0, this.#options.maxSize);
      this.#inFlight += 1;
      void this.#settle(batch).finally(() => {
        this.#inFlight -= 1;
        this.#start();
      });
    }
  }

  async #settle(batch: Waiting<Job, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ job }) => job));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index]!);
      });
    } catch (error) {
      if (batch.length === 1) {
        batch[0]!.reject(error);
        return;
      }
      // One bad job must not fail the others of its batch.
      for (const each of batch) await this.#settle([each]);
    }
  }
}
