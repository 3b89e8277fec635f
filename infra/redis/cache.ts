/**
 * Read-through cache in Redis. At most one loader per key runs at a time across all processes. A value loaded before an invalidation is
 * never stored after it, because storing requires the loader's own lock and an invalidation removes that too. A failed load is stored for a
 * second, so that a missing item, or one that can't be loaded, costs at most one lookup per second.
 */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { DomainError, type ErrorCode } from '../../domain/errors.ts';
import { isStoreUnavailable, STORE_UNAVAILABLE } from '../unavailable.ts';
import { defineScript, type Script } from './script.ts';

/** Channel that publishes every invalidated key, for the in-memory caches of processes. A message is a space-separated list of keys. */
export const INVALIDATED_CHANNEL = 'cache:invalidated';

const LOCK_MS = 5_000;
const WAIT_MS = 25;
/** Lifetimes vary by this share, so that entries stored together don't expire and reload together. */
const JITTER = 0.1;
/** First byte of an entry that stands for a failed load. No value starts with it. */
const FAILED = 0;
const FAILURE_SECONDS = 1;

/** KEYS entry lock; ARGV token value ttl-seconds */
const STORE = `
if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('del', KEYS[2])
return 1`;

/** KEYS lock; ARGV token */
const UNLOCK = `
if redis.call('get', KEYS[1]) == ARGV[1] then redis.call('del', KEYS[1]) end
return 1`;

export class Cache {
  readonly #redis: Redis;
  readonly #store: Script;
  readonly #unlock: Script;
  #onInvalidated: ((keys: readonly string[]) => void) | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#store = defineScript(redis, 'cacheStore', STORE, 2);
    this.#unlock = defineScript(redis, 'cacheUnlock', UNLOCK, 1);
  }

  /**
   * The cached text, or else the result of `load`, as UTF-8 bytes ready to send. If Redis is unavailable, it loads without caching.
   * @param seconds lifetime of the entry, randomly shortened by up to a tenth
   */
  async getOrSet(key: string, seconds: number, load: () => Promise<string>): Promise<Buffer> {
    const entry = `cache:${key}`;
    const lock = `cache-lock:${key}`;
    const token = randomUUID();
    const giveUpAt = Date.now() + LOCK_MS;
    for (;;) {
      let cached: Buffer | null;
      let locked: string | null = null;
      try {
        cached = await this.#redis.getBuffer(entry);
        if (cached === null) locked = await this.#redis.set(lock, token, 'PX', LOCK_MS, 'NX');
      } catch {
        return Buffer.from(await load());
      }
      if (cached?.[0] === FAILED) throw failureOf(cached);
      if (cached !== null) return cached;
      if (locked === 'OK') {
        const value = await load().catch(async (error: unknown) => {
          const failure = toFailure(error);
          // Without one of these, the next caller would wait until the lock expires.
          if (failure === undefined) await this.#unlock(lock, token).catch(() => undefined);
          else await this.#store(entry, lock, token, failure, FAILURE_SECONDS).catch(() => undefined);
          throw error;
        });
        const ttl = Math.max(1, Math.round(seconds * (1 - Math.random() * JITTER)));
        await this.#store(entry, lock, token, value, ttl).catch(() => undefined);
        return Buffer.from(value);
      }
      if (Date.now() > giveUpAt) return Buffer.from(await load());
      await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
    }
  }

  /** A number that changes whenever `tag` is invalidated; part of the keys of lists. */
  async generation(tag: string): Promise<string> {
    return (await this.#redis.get(`cache-generation:${tag}`).catch(() => null)) ?? '0';
  }

  /** Notifies this process of its own invalidations at once, before Redis publishes them. @param listener undefined removes it */
  notifyLocally(listener: ((keys: readonly string[]) => void) | undefined): void {
    this.#onInvalidated = listener;
  }

  async invalidate(keys: readonly string[], tags: readonly string[] = []): Promise<void> {
    const pipeline = this.#redis.pipeline();
    if (keys.length > 0) pipeline.publish(INVALIDATED_CHANNEL, keys.join(' '));
    for (const key of keys) pipeline.del(`cache:${key}`, `cache-lock:${key}`);
    for (const tag of tags) pipeline.incr(`cache-generation:${tag}`);
    const results = await pipeline.exec();
    this.#onInvalidated?.(keys);
    const failed = results?.find(([error]) => error);
    if (failed?.[0]) throw failed[0];
  }
}

/** A failed load as an entry; undefined for an error of the code, which must not hide its cause. */
function toFailure(error: unknown): string | undefined {
  const marker = String.fromCharCode(FAILED);
  if (error instanceof DomainError)
    return marker + JSON.stringify([error.code, error.message, error.details, error.retryable]);
  if (!isStoreUnavailable(error)) return undefined;
  return marker + JSON.stringify(['unavailable', STORE_UNAVAILABLE, {}, true]);
}

function failureOf(entry: Buffer): DomainError {
  const failure = JSON.parse(entry.toString('utf8', 1)) as [ErrorCode, string, Record<string, unknown>, boolean];
  const [code, message, details, retryable] = failure;
  return new DomainError(code, message, { details, retryable });
}
