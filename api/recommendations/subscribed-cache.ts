/**
 * Caches records of PostgreSQL in this process. A record is dropped when any process publishes that it changed. Concurrent misses share a
 * query.
 */
import { LRUCache } from 'lru-cache';

const DEFAULT_DISCONNECTED_MS = 1_000;
/** Maximum concurrent queries; further misses are gathered for the next query. */
const MAX_QUERIES = 2;
const MAX_PER_QUERY = 1_000;

export interface SubscribedCacheOptions<Value> {
  /** The record's ID in a key of the Redis cache; undefined for keys of other records. */
  idOfKey(key: string): string | undefined;
  /** Reads records; missing ones are omitted. The result may contain additional ones. */
  load(ids: readonly string[]): Promise<ReadonlyMap<string, Value>>;
  /** Maximum number of records; the oldest are dropped. */
  max: number;
  /** Maximum age of a record. */
  lifeMs: number;
  /** Maximum age of a record while the cache receives no invalidations. */
  disconnectedMs?: number;
  /** All IDs of a record, which is dropped under all of them when one changes. */
  idsOf?(value: Value): readonly string[];
}

interface Entry<Value> {
  /** Undefined if the record does not exist. */
  value: Value | undefined;
  /** Epoch seconds, which V8 stores inside the object as a small integer, unlike milliseconds. */
  untilSeconds: number;
}

interface Batch<Value> {
  ids: Set<string>;
  found: Promise<ReadonlyMap<string, Value>>;
}

export class SubscribedCache<Value> {
  readonly #options: SubscribedCacheOptions<Value>;
  readonly #entries: LRUCache<string, Entry<Value>>;
  /** For each running load, the IDs that changed meanwhile, whose result may be outdated. */
  readonly #changedMeanwhile = new Set<Set<string>>();
  #isSubscribed = false;
  #queries = 0;
  #gathering: Batch<Value> | undefined;
  #startGathered: (() => void) | undefined;

  constructor(options: SubscribedCacheOptions<Value>) {
    this.#options = options;
    this.#entries = new LRUCache({ max: options.max });
  }

  /** @param keys of the cache in Redis */
  onInvalidated(keys: readonly string[]): void {
    for (const key of keys) {
      const id = this.#options.idOfKey(key);
      if (id) this.#drop(id);
    }
  }

  /** Called when the cache no longer receives invalidations. */
  onDisconnected(): void {
    this.#isSubscribed = false;
    this.#entries.clear();
  }

  /** Called when the cache receives invalidations again; earlier ones may have been missed. */
  onSubscribed(): void {
    this.#entries.clear();
    this.#isSubscribed = true;
  }

  /** Finds a record for each ID, in order; undefined where none exists. */
  async find(ids: readonly string[]): Promise<(Value | undefined)[]> {
    const found: (Value | undefined)[] = [];
    const missing: number[] = [];
    const nowSeconds = Date.now() / 1_000;
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (!entry || entry.untilSeconds <= nowSeconds) missing.push(found.length);
      found.push(entry?.value);
    }
    if (missing.length > 0) {
      const loaded = await this.#loadTogether(missing.map((at) => ids[at]!));
      for (const at of missing) found[at] = loaded.get(ids[at]!);
    }
    return found;
  }

  #drop(id: string): void {
    for (const changed of this.#changedMeanwhile) changed.add(id);
    for (const other of this.#idsOf(this.#entries.get(id)?.value)) this.#entries.delete(other);
    this.#entries.delete(id);
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
      // Random, so that records that were loaded together don't expire together.
      const livesMs = this.#isSubscribed && wasSubscribed ? lifeMs * (0.9 + Math.random() * 0.1) : disconnectedMs;
      const untilSeconds = Math.floor((Date.now() + livesMs) / 1_000);
      for (const id of new Set([...ids, ...found.keys()])) {
        const value = found.get(id);
        if (!changed.has(id) && !this.#idsOf(value).some((other) => changed.has(other)))
          this.#entries.set(id, { value, untilSeconds });
      }
      return found;
    } finally {
      this.#changedMeanwhile.delete(changed);
    }
  }
}
