/**
 * The sessions that have ended and whose access tokens have not expired yet. Each API process holds them in memory, so that no request
 * waits for Redis: it reads the list at its start, after a reconnect, and every few seconds, and is notified of each end in between.
 */
import type { Redis } from 'ioredis';
import type { Settings } from '../../infra/config.ts';
import type { Logger } from '../../infra/logger.ts';
import { subscribe } from '../../infra/redis/subscribe.ts';
import { ENDED_CHANNEL, ENDED_KEY } from './session-scripts.ts';

/** Covers a notification that was lost without the connection noticing. */
const READ_EVERY_MS = 10_000;

interface EndedSessionsDependencies {
  redis: Redis;
  settings: Pick<Settings, 'REDIS_URL'>;
  log: Logger;
}

export class EndedSessions {
  readonly #deps: EndedSessionsDependencies;
  /** Session ID → when its last access token expires, in ms. */
  readonly #ended = new Map<string, number>();
  readonly #watchers = new Map<string, Set<() => void>>();
  #unsubscribe?: () => void;
  #timer?: NodeJS.Timeout;

  constructor(deps: EndedSessionsDependencies) {
    this.#deps = deps;
  }

  has(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /** Calls `onEnd` when the session ends. @returns a function that stops watching */
  watch(sessionId: string, onEnd: () => void): () => void {
    const watchers = this.#watchers.get(sessionId) ?? new Set();
    this.#watchers.set(sessionId, watchers.add(onEnd));
    return () => {
      watchers.delete(onEnd);
      if (watchers.size === 0) this.#watchers.delete(sessionId);
    };
  }

  /** Waits for the first reading of the list, but not for an unavailable Redis. */
  async start(): Promise<void> {
    const onMessage = {
      [ENDED_CHANNEL]: (message: string) => {
        const [sessionId = '', expiresAtMs] = message.split(':');
        this.#add(sessionId, Number(expiresAtMs));
      },
    };
    const { settings, log } = this.#deps;
    const subscriber = { onMessage, onDisconnected: () => undefined, onSubscribed: () => void this.#read() };
    this.#unsubscribe = subscribe(settings.REDIS_URL, subscriber, log);
    this.#timer = setInterval(() => void this.#read(), READ_EVERY_MS);
    await this.#read();
  }

  stop(): void {
    this.#unsubscribe?.();
    clearInterval(this.#timer);
  }

  /** Adds to what is known, since Redis may have lost its data. */
  async #read(): Promise<void> {
    for (const [sessionId, expiresAtMs] of this.#ended) if (expiresAtMs <= Date.now()) this.#ended.delete(sessionId);
    const list = await this.#deps.redis
      .zrange(ENDED_KEY, Date.now(), '+inf', 'BYSCORE', 'WITHSCORES')
      .catch((error: unknown) => {
        this.#deps.log.warn({ err: error }, 'Ended sessions could not be read; retrying');
        return [];
      });
    for (let at = 0; at < list.length; at += 2) this.#add(list[at]!, Number(list[at + 1]));
  }

  #add(sessionId: string, expiresAtMs: number): void {
    if (this.#ended.has(sessionId)) return;
    this.#ended.set(sessionId, expiresAtMs);
    for (const onEnd of [...(this.#watchers.get(sessionId) ?? [])]) onEnd();
  }
}
