import type { Logger } from '../../infra/logger.ts';

/** Maximum number of failures in the error's message; all are logged. */
const MAX_NAMED = 10;

/** Collects failures of independent steps, so that one failure does not prevent the other steps. */
export class Failures {
  readonly #job: string;
  readonly #log: Logger;
  readonly #named: string[] = [];
  #first: unknown;
  #count = 0;

  /** @param job name of the job, with which every message begins */
  constructor(job: string, log: Logger) {
    this.#job = job;
    this.#log = log;
  }

  /** @returns the step's result; undefined when it failed, which is logged and counted */
  async attempt<Result>(what: string, step: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await step();
    } catch (error) {
      this.#log.error({ err: error }, `${this.#job}: ${what} failed`);
      this.#first ??= error;
      this.#count += 1;
      if (this.#count <= MAX_NAMED) this.#named.push(`${what} (${error instanceof Error ? error.message : error})`);
      return undefined;
    }
  }

  /** @throws Error that names the failed steps, with the first failure as its cause */
  throwIfAny(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#named.length;
    const named = this.#named.join(', ') + (more > 0 ? `, and ${more} more` : '');
    throw new Error(`${this.#job}: ${this.#count} failed: ${named}`, { cause: this.#first });
  }
}
