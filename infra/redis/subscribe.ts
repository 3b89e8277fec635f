/** Subscribes to Redis channels, for processes that cache in memory what other processes change. */
import type { Redis } from 'ioredis';
import type { Logger } from '../logger.ts';
import { connectWaitingRedis } from './client.ts';

export interface Subscriber {
  /** By channel. */
  onMessage: Readonly<Record<string, (message: string) => void>>;
  /** The subscription is disconnected: cached values may become outdated at any time. */
  onDisconnected(): void;
  /** The subscription is active; earlier messages may have been missed. */
  onSubscribed(): void;
}

/** @returns a function that unsubscribes */
export function subscribe(url: string, subscriber: Subscriber, log: Logger): () => void {
  // A separate connection, because a subscribed connection can't run other commands.
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
