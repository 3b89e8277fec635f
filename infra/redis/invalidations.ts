/** Hears of what is invalidated in the cache, for a process that keeps some of it in its own memory. */
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { INVALIDATED_CHANNEL } from './cache.ts';
import { connectRedis } from './client.ts';

export interface InvalidationListener {
  /** Keys of the cache. */
  onInvalidated(keys: readonly string[]): void;
  /** Nothing is heard from now on: what is kept may be out of date at any moment. */
  onDeaf(): void;
  /** Everything is heard from now on; what happened before may have been missed. */
  onHearing(): void;
}

/** @returns how to stop */
export function listenForInvalidations(url: string, listener: InvalidationListener, log: Logger): () => void {
  // Of its own: a connection that subscribes can do nothing else.
  const redis: Redis = connectRedis(url, { subscriber: true });
  redis.on('message', (_channel, keys) => listener.onInvalidated(keys.split(' ')));
  redis.on('close', () => listener.onDeaf());
  redis.on('ready', () => {
    redis.subscribe(INVALIDATED_CHANNEL).then(
      () => listener.onHearing(),
      (error: unknown) => {
        log.warn({ err: error }, 'cache: could not listen for invalidations; trying again');
        redis.disconnect(true);
      },
    );
  });
  return () => redis.disconnect();
}
