import { Command, Redis } from 'ioredis';

/** What ioredis says of a command that had no answer in time. */
const TIMED_OUT = 'Command timed out';
/** What opens a connection is sent even while Redis is away. */
const HANDSHAKE = new Set(['auth', 'hello', 'client', 'info', 'select', 'readonly']);
const PROBE_MS = 250;

/** Redis did not answer in time lately, so it was not asked. */
export class RedisAwayError extends Error {
  override name = 'RedisAwayError';
  constructor() {
    super('Redis is unavailable');
  }
}

/**
 * Waits for Redis once, not with every command: after a command timed out, all fail at once until a PING is answered. A server that
 * hangs keeps its connections open, so nothing else would say that it is away.
 */
class GuardedRedis extends Redis {
  #isAway = false;

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    // A pipeline (it has a stream of its own) is written once all of its commands are: none of them may be an exception.
    if (this.#isAway && (stream || !HANDSHAKE.has(command.name))) {
      command.reject(new RedisAwayError());
      return command.promise;
    }
    command.promise.catch((error: Error) => {
      if (error.message === TIMED_OUT) this.#waitUntilBack();
    });
    return super.sendCommand(command, stream);
  }

  #waitUntilBack(): void {
    if (this.#isAway) return;
    this.#isAway = true;
    const probe = async (): Promise<void> => {
      const ping = new Command('ping', [], { replyEncoding: 'utf8' });
      const isBack = await Promise.resolve(super.sendCommand(ping)).then(
        () => true,
        () => this.status === 'end',
      );
      if (isBack) this.#isAway = false;
      else setTimeout(probe, PROBE_MS).unref();
    };
    void probe();
  }
}

/**
 * Connects to Redis. Commands fail fast while it is away (no endless queue) or hangs: callers do without it, answer 503, or are
 * retried by Temporal.
 * @param options.timeoutMs longest wait for the answer to a command
 */
export function connectRedis(url: string, options: { timeoutMs: number }): Redis {
  return connect(
    new GuardedRedis(url, {
      ...COMMON,
      enableAutoPipelining: true,
      maxRetriesPerRequest: 1,
      commandTimeout: options.timeoutMs,
    }),
  );
}

/** Connects for commands that wait by design: a subscription, or a blocking read. */
export function connectWaitingRedis(url: string): Redis {
  return connect(new Redis(url, { ...COMMON, maxRetriesPerRequest: null }));
}

const COMMON = {
  connectTimeout: 3_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
};

function connect(redis: Redis): Redis {
  // Without a listener a lost connection would end the process; each command still reports its own failure.
  redis.on('error', () => {});
  return redis;
}
