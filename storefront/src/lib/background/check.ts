/**
 * A request that a page repeats in the background: silently, one at a time, and later after each failure. It pauses while the page is
 * hidden or offline. Whatever happens to it, the page stays as it is.
 */

const TIMEOUT_MS = 15_000;
const FIRST_RETRY_MS = 2_000;
const MAX_RETRY_MS = 60_000;
/** A single failure is often over before a shopper has read about it. */
const FAILURES_UNTIL_UNKNOWN = 2;
/** A server that asks to wait longer leaves the shopper without news. */
const LONG_WAIT_MS = 10_000;

/** The server refused for now, and says when to try again. */
export class TryLater extends Error {
  override name = 'TryLater';
  readonly afterMs: number;

  constructor(afterMs: number) {
    super(`Try again in ${afterMs} ms.`);
    this.afterMs = afterMs;
  }
}

export interface CheckOptions {
  /** Makes the request. Anything that it throws is a failure; `TryLater` also sets the earliest time of the next attempt. */
  request: (signal: AbortSignal) => Promise<void>;
  /** Milliseconds until the next request after a success. */
  intervalMs: () => number;
  /** Receives whether the result of the check is unknown, after each attempt and when the browser goes offline. */
  onstate: (isUnknown: boolean) => void;
}

export class BackgroundCheck {
  readonly #options: CheckOptions;
  readonly #listening = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #isRequested = false;
  #failures = 0;
  #notBefore = 0;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Starts repeating, with the first request after one interval. */
  start(): void {
    const { signal } = this.#listening;
    document.addEventListener('visibilitychange', () => this.#resume(), { signal });
    addEventListener('online', () => this.#resume(), { signal });
    addEventListener('offline', () => this.#options.onstate(true), { signal });
    this.#schedule(this.#options.intervalMs());
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#listening.abort();
    this.#running?.abort();
  }

  /** Requests as soon as the server accepts it. */
  now(): void {
    this.#schedule(0);
  }

  /** Phones suspend hidden pages, so whatever they show may be outdated. */
  #resume(): void {
    if (document.visibilityState === 'visible') this.now();
  }

  #schedule(afterMs: number): void {
    if (this.#listening.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#attempt(), Math.max(afterMs, this.#notBefore - performance.now()));
  }

  async #attempt(): Promise<void> {
    // The page checks again as soon as it is visible or online.
    if (document.visibilityState === 'hidden') return;
    if (navigator.onLine === false) return this.#options.onstate(true);
    if (this.#running) {
      this.#isRequested = true;
      return;
    }
    const running = new AbortController();
    this.#running = running;
    const waitMs = await this.#waitAfter(running.signal);
    this.#running = undefined;
    if (running.signal.aborted) return;
    this.#options.onstate(this.#failures >= FAILURES_UNTIL_UNKNOWN || (this.#failures > 0 && waitMs > LONG_WAIT_MS));
    const isRequested = this.#isRequested && this.#failures === 0;
    this.#isRequested = false;
    this.#schedule(isRequested ? 0 : waitMs);
  }

  /** Makes the request. @returns milliseconds to wait for the next one */
  async #waitAfter(signal: AbortSignal): Promise<number> {
    try {
      await this.#options.request(AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
      this.#failures = 0;
      this.#notBefore = 0;
      return this.#options.intervalMs();
    } catch (error) {
      this.#failures += 1;
      if (error instanceof TryLater) this.#notBefore = performance.now() + error.afterMs;
      return Math.max(retryMs(this.#failures), error instanceof TryLater ? error.afterMs : 0);
    }
  }
}

/** Doubles with each failure, at random between half and all of it, so that shoppers do not return to a failed shop at the same time. */
function retryMs(failures: number): number {
  const most = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
  return most / 2 + (Math.random() * most) / 2;
}
