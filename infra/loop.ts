/** Repeats work in the background until it is stopped. */
export class Loop {
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #isWoken = false;
  #endPause = () => {};

  /**
   * @param turn one piece of work; returns the pause before the next one, in milliseconds. Its signal is aborted by `stop`.
   * @param onError reports an error of a turn, unless the loop is being stopped; returns the pause in milliseconds
   */
  constructor(turn: (signal: AbortSignal) => Promise<number>, onError: (error: unknown) => number) {
    this.#ended = this.#run(turn, onError);
  }

  /** Repeats work with the same pause after each turn, also after one that failed. */
  static every(pauseMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Loop {
    return new Loop(
      async () => {
        await work();
        return pauseMs;
      },
      (error) => {
        onError(error);
        return pauseMs;
      },
    );
  }

  /** Ends the current pause, or the next one. */
  wake(): void {
    this.#isWoken = true;
    this.#endPause();
  }

  /** Resolves when the current turn has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#ended;
  }

  async #run(turn: (signal: AbortSignal) => Promise<number>, onError: (error: unknown) => number): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let pauseMs: number;
      try {
        pauseMs = await turn(signal);
      } catch (error) {
        if (signal.aborted) return;
        pauseMs = onError(error);
      }
      if (pauseMs > 0) await this.#pause(pauseMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#isWoken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#isWoken = false;
  }
}
