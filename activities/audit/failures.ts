import type { Logger } from '../../infra/logger.ts';

/** Named in the error's message; all are in the log. */
const MAX_NAMED = 10;

/** Failures of independent pieces of work, each of which must not keep the others from being done. */
export class Failures {
  readonly #job: string;
  readonly #log: Logger;
  readonly #named: string[] = [];
  #first: unknown;
  #count = 0;

  /** @param job what the pieces belong to; begins every message */
  constructor(job: string, log: Logger) {
    this.#job = job;
    this.#log = log;
  }

  /** @returns what the step returned; undefined when it failed, which is noted */
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

  /** @throws one error that names what failed, caused by the first failure */
  throwIfAny(): void {
    if (this.#count === 0) return;
    const more = this.#count - this.#named.length;
    const named = this.#named.join(', ') + (more > 0 ? `, and ${more} more` : '');
    throw new Error(`${this.#job}: ${this.#count} failed: ${named}`, { cause: this.#first });
  }
}
