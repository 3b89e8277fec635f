import { Command, Redis } from 'ioredis';

/** The message of ioredis for a command that timed out. */
const TIMED_OUT = 'Command timed out';
/** Commands that open a connection, which are sent even while Redis is unavailable. */
const HANDSHAKE = new Set(['auth', 'hello', 'client', 'info', 'select', 'readonly']);
const PROBE_MS = 250;

/** Redis timed out recently, so the command was not sent. */
export class RedisAwayError extends Error {
  override name = 'RedisAwayError';
  constructor() {
    super('Redis is unavailable');
  }
}

/**
 * Waits for an unavailable Redis once, not with every command: after a timeout, all commands fail immediately until a PING is answered.
 * A hanging server keeps its connections open, so only a timeout reveals it.
 */
class GuardedRedis extends Redis {
  #isAway = false;

  override sendCommand(...[command, stream]: Parameters<Redis['sendCommand']>): unknown {
    // A pipeline (which has its own stream) is sent only when all of its commands are queued, so none of them may be exempt.
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
 * Connects to Redis. Commands fail fast while it is unreachable (they are not queued) or hangs. Callers then work without it, respond
 * with 503, or are retried by Temporal.
 * @param options.timeoutMs maximum wait for the reply to a command
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

/** Connects for commands that block by design: a subscription, or a blocking read. */
export function connectWaitingRedis(url: string): Redis {
  return connect(new Redis(url, { ...COMMON, maxRetriesPerRequest: null }));
}

const COMMON = {
  connectTimeout: 3_000,
  retryStrategy: (attempt: number) => Math.min(attempt * 100, 1_000),
};

function connect(redis: Redis): Redis {
  // Without a listener, a lost connection would end the process; each command still reports its own failure.
  redis.on('error', () => {});
  return redis;
}
