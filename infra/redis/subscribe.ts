/** Hears what is said on channels of Redis, for a process that keeps in its own memory what others change. */
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { connectWaitingRedis } from './client.ts';

export interface Subscriber {
  /** By channel. */
  onMessage: Readonly<Record<string, (message: string) => void>>;
  /** Nothing is heard from now on: what is kept may be out of date at any moment. */
  onDisconnected(): void;
  /** Everything is heard from now on; what was said before may have been missed. */
  onSubscribed(): void;
}

/** @returns how to stop */
export function subscribe(url: string, subscriber: Subscriber, log: Logger): () => void {
  // Of its own: a connection that subscribes can do nothing else.
  const redis: Redis = connectWaitingRedis(url);
  redis.on('message', (channel, message) => subscriber.onMessage[channel]?.(message));
  redis.on('close', () => subscriber.onDisconnected());
  redis.on('ready', () => {
    redis.subscribe(...Object.keys(subscriber.onMessage)).then(
      () => subscriber.onSubscribed(),
      (error: unknown) => {
        log.warn({ err: error }, 'redis: subscription failed; retrying');
        redis.disconnect(true);
      },
    );
  });
  return () => redis.disconnect();
}
