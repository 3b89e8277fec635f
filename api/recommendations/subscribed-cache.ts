/**
 * What this process keeps in memory of what PostgreSQL knows, each record dropped in the moment in which any process says that it
 * changed. Those who miss something at the same time share a query.
 */
import { LRUCache } from 'lru-cache';

const DEFAULT_DISCONNECTED_MS = 1_000;
/** Under load, whoever comes while so many queries are under way waits for the next one. */
const MAX_QUERIES = 2;
const MAX_PER_QUERY = 1_000;

export interface SubscribedCacheOptions<Value> {
  /** The id that a key of the cache in Redis is about, if it is about one of these. */
  idOfKey(key: string): string | undefined;
  /** Reads records; what there is not is left out. The answer may hold more than was asked for. */
  load(ids: readonly string[]): Promise<ReadonlyMap<string, Value>>;
  /** Records kept; the oldest give way. */
  max: number;
  /** Also without any change. */
  lifeMs: number;
  /** While changes can't be heard of, nothing is believed for longer. */
  disconnectedMs?: number;
  /** All ids under which a record stands: when one of them changes, it goes under all. */
  idsOf?(value: Value): readonly string[];
}

interface Kept<Value> {
  /** undefined: there is none. */
  value: Value | undefined;
  /** Epoch seconds: a small integer lies in the record itself, where milliseconds would lie elsewhere. */
  untilSeconds: number;
}

interface Batch<Value> {
  ids: Set<string>;
  found: Promise<ReadonlyMap<string, Value>>;
}

export class SubscribedCache<Value> {
  readonly #options: SubscribedCacheOptions<Value>;
  readonly #kept: LRUCache<string, Kept<Value>>;
  /** Ids that changed while something is being loaded: what was read of them may be of before. */
  readonly #changedMeanwhile = new Set<Set<string>>();
  #isSubscribed = false;
  #queries = 0;
  #gathering: Batch<Value> | undefined;
  #startGathered: (() => void) | undefined;

  constructor(options: SubscribedCacheOptions<Value>) {
    this.#options = options;
    this.#kept = new LRUCache({ max: options.max });
  }

  /** @param keys of the cache in Redis */
  onInvalidated(keys: readonly string[]): void {
    for (const key of keys) {
      const id = this.#options.idOfKey(key);
      if (id) this.#drop(id);
    }
  }

  /** Changes can't be heard of from now on. */
  onDisconnected(): void {
    this.#isSubscribed = false;
    this.#kept.clear();
  }

  /** They can, and some may have been missed. */
  onSubscribed(): void {
    this.#kept.clear();
    this.#isSubscribed = true;
  }

  /** A record for each id, in order; undefined where there is none. */
  async find(ids: readonly string[]): Promise<(Value | undefined)[]> {
    const found: (Value | undefined)[] = [];
    const missing: number[] = [];
    const nowSeconds = Date.now() / 1_000;
    for (const id of ids) {
      const kept = this.#kept.get(id);
      if (!kept || kept.untilSeconds <= nowSeconds) missing.push(found.length);
      found.push(kept?.value);
    }
    if (missing.length > 0) {
      const loaded = await this.#loadTogether(missing.map((at) => ids[at]!));
      for (const at of missing) found[at] = loaded.get(ids[at]!);
    }
    return found;
  }

  #drop(id: string): void {
    for (const changed of this.#changedMeanwhile) changed.add(id);
    for (const other of this.#idsOf(this.#kept.get(id)?.value)) this.#kept.delete(other);
    this.#kept.delete(id);
  }

  #idsOf(value: Value | undefined): readonly string[] {
    return value !== undefined && this.#options.idsOf ? this.#options.idsOf(value) : [];
  }

  #loadTogether(ids: readonly string[]): Promise<ReadonlyMap<string, Value>> {
    this.#gathering ??= this.#gather();
    for (const id of ids) this.#gathering.ids.add(id);
    return this.#gathering.found;
  }

  #gather(): Batch<Value> {
    const ids = new Set<string>();
    const load = async () => {
      this.#gathering = undefined;
      this.#queries += 1;
      try {
        return await this.#load([...ids]);
      } finally {
        this.#queries -= 1;
        const next = this.#startGathered;
        this.#startGathered = undefined;
        next?.();
      }
    };
    const turn =
      this.#queries < MAX_QUERIES
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            this.#startGathered = resolve;
          });
    return { ids, found: turn.then(load) };
  }

  async #load(ids: readonly string[]): Promise<ReadonlyMap<string, Value>> {
    const changed = new Set<string>();
    const wasSubscribed = this.#isSubscribed;
    this.#changedMeanwhile.add(changed);
    try {
      const found = new Map<string, Value>();
      for (let at = 0; at < ids.length; at += MAX_PER_QUERY)
        for (const [id, value] of await this.#options.load(ids.slice(at, at + MAX_PER_QUERY))) found.set(id, value);
      const { lifeMs, disconnectedMs = DEFAULT_DISCONNECTED_MS } = this.#options;
      // Spread, so that what was loaded together is not loaded together again.
      const livesMs = this.#isSubscribed && wasSubscribed ? lifeMs * (0.9 + Math.random() * 0.1) : disconnectedMs;
      const untilSeconds = Math.floor((Date.now() + livesMs) / 1_000);
      for (const id of new Set([...ids, ...found.keys()])) {
        const value = found.get(id);
        if (!changed.has(id) && !this.#idsOf(value).some((other) => changed.has(other)))
          this.#kept.set(id, { value, untilSeconds });
      }
      return found;
    } finally {
      this.#changedMeanwhile.delete(changed);
    }
  }
}
