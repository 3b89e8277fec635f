/** The data of a page that updates in the background. A failed update changes nothing but `isUnknown`. */
import { createContext } from 'svelte';
import { BackgroundCheck, TryLater } from './check.ts';

/** Without a number of seconds from the server. */
const DEFAULT_WAIT_MS = 5_000;

export interface LiveOptions<Data> {
  /** Address of the data as JSON. */
  path: () => string;
  /** The data with which the page was loaded. */
  loaded: () => Data;
  /** Milliseconds until the next background update. */
  intervalMs: () => number;
}

/** @template Data with the server's time before it was read, in milliseconds, so that a delayed response never replaces a later one */
export class LiveData<Data extends { now: number }> {
  readonly #options: LiveOptions<Data>;
  #received = $state.raw<{ path: string; data: Data }>();
  #check: BackgroundCheck | undefined;
  /** Whether the page may be outdated, because the shop could not be asked. */
  isUnknown = $state(false);

  constructor(options: LiveOptions<Data>) {
    this.#options = options;
  }

  get current(): Data {
    const loaded = this.#options.loaded();
    const received = this.#received;
    return received?.path === this.#options.path() && received.data.now > loaded.now ? received.data : loaded;
  }

  /** Updates in the background, for an effect. @returns stops */
  follow(): () => void {
    const path = this.#options.path();
    const check = new BackgroundCheck({
      request: (signal) => this.#read(path, signal),
      intervalMs: this.#options.intervalMs,
      onstate: (isUnknown) => {
        this.isUnknown = isUnknown;
      },
    });
    this.#check = check;
    check.start();
    return () => check.stop();
  }

  /** Updates as soon as possible, and retries in the background. */
  update(): void {
    this.#check?.now();
  }

  /** Updates now, for something that the shopper did on the page. @returns false when the shop did not respond */
  async load(): Promise<boolean> {
    try {
      await this.#read(this.#options.path(), AbortSignal.timeout(15_000));
      this.isUnknown = false;
      return true;
    } catch {
      this.isUnknown = true;
      this.update();
      return false;
    }
  }

  /** @throws TryLater, or any error, when there is no new data */
  async #read(path: string, signal: AbortSignal): Promise<void> {
    const response = await fetch(path, { signal, headers: { accept: 'application/json' } });
    if (response.status === 429 || response.status === 503) {
      const seconds = Number(response.headers.get('retry-after'));
      throw new TryLater(seconds > 0 ? seconds * 1000 : DEFAULT_WAIT_MS);
    }
    if (!response.ok) throw new Error(`${response.status}`);
    const data = (await response.json()) as Data;
    if (data.now > this.current.now) this.#received = { path, data };
  }
}

/** The live data of the page around a component; forms on the page use it to show their result. */
export const [liveDataAround, provideLiveData, hasLiveData] = createContext<{ load(): Promise<boolean> }>();
