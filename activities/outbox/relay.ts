/**
 * Carries the outbox to where its messages belong. Rows are locked with SKIP LOCKED, so several workers share the work; a
 * message is deleted in the transaction that holds its lock, after its effect, so a crash in between repeats it: every
 * handler is safe to repeat.
 */
import type { PoolClient } from 'pg';
import type { Logger } from '../../infra/logger.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';

export interface OutboxMessage {
  id: number;
  topic: string;
  key: string;
  payload: Record<string, unknown>;
}

/** A message that is to be tried again. */
export interface FailedMessage {
  id: number;
  /** For the log and the outbox; holds no personal data. */
  reason: string;
}

/**
 * Does what the messages of one topic ask for, in the order given. Throwing leaves all of them for later; returning some
 * leaves those alone.
 */
export type OutboxHandler = (
  messages: readonly OutboxMessage[],
  sql: Sql,
) => Promise<readonly FailedMessage[] | undefined>;

/** For effects outside our own stores, where a crash in the middle of a batch repeats what others notice. */
export interface CautiousHandler {
  /** Messages of one batch. */
  maxMessages: number;
  handle: OutboxHandler;
}

export type OutboxHandlers = Readonly<Record<string, OutboxHandler | CautiousHandler>>;

const BATCH = 500;
/** Without a notification the outbox is looked at this often: for messages put off after a failure. */
const IDLE_MS = 2_000;
const MAX_WAIT_SECONDS = 300;

export class OutboxRelay {
  readonly #db: Database;
  readonly #handlers: OutboxHandlers;
  readonly #log: Logger;
  #stopped = false;
  readonly #sleepers = new Map<string, Sleeper>();
  #loops: Promise<void>[] = [];
  #listener: PoolClient | undefined;
  #listening: Promise<void> | undefined;

  constructor(db: Database, handlers: OutboxHandlers, log: Logger) {
    this.#db = db;
    this.#handlers = handlers;
    this.#log = log;
  }

  /** Starts a loop for each topic, so that a slow one holds up no other. */
  start(): void {
    this.#loops = Object.keys(this.#handlers).map((topic) => this.#run(topic));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#nudge();
    await Promise.all(this.#loops);
    this.#listener?.release(true);
    this.#listener = undefined;
  }

  #nudge(): void {
    for (const sleeper of this.#sleepers.values()) sleeper.wake();
  }

  async #run(topic: string): Promise<void> {
    const sleeper = new Sleeper();
    this.#sleepers.set(topic, sleeper);
    while (!this.#stopped) {
      let carried = 0;
      try {
        this.#listening ??= this.#listen().finally(() => {
          this.#listening = undefined;
        });
        await this.#listening;
        carried = await this.carry(topic);
      } catch (error) {
        this.#log.warn({ err: error, topic }, 'outbox: messages could not be read');
      }
      if (carried === 0 && !this.#stopped) await sleeper.sleep(IDLE_MS);
    }
  }

  async #listen(): Promise<void> {
    if (this.#listener) return;
    const client = await this.#db.pool.connect();
    const lost = () => {
      if (this.#listener === client) {
        this.#listener = undefined;
        client.release(true);
      }
    };
    client.on('error', lost);
    client.on('notification', () => this.#nudge());
    await client.query('listen outbox');
    this.#listener = client;
  }

  /** Carries one batch of a topic. @returns how many messages were done */
  async carry(topic: string): Promise<number> {
    const handler = this.#handlers[topic];
    if (!handler) throw new Error(`no handler for outbox topic ${topic}`);
    const { handle, maxMessages } = typeof handler === 'function' ? { handle: handler, maxMessages: BATCH } : handler;
    return this.#db.transaction(async (sql) => {
      const messages = await sql.rows<OutboxMessage>(
        `select id, topic, key, payload from outbox where topic = $1 and available_at <= now() order by id limit $2
         for update skip locked`,
        [topic, maxMessages],
      );
      if (messages.length === 0) return 0;
      const failed = await this.#handle(topic, handle, messages);
      if (failed.size > 0) {
        await sql.run(
          `update outbox set attempts = attempts + 1, last_error = failed.reason,
             available_at = now() + make_interval(secs => least($3, power(2, least(attempts, 8))))
           from unnest($1::bigint[], $2::text[]) failed (id, reason) where outbox.id = failed.id`,
          [[...failed.keys()], [...failed.values()], MAX_WAIT_SECONDS],
        );
      }
      const done = messages.map(({ id }) => id).filter((id) => !failed.has(id));
      if (done.length > 0) await sql.run('delete from outbox where id = any($1::bigint[])', [done]);
      return done.length;
    });
  }

  /** @returns why, for each message that failed */
  async #handle(
    topic: string,
    handle: OutboxHandler,
    messages: readonly OutboxMessage[],
  ): Promise<ReadonlyMap<number, string>> {
    try {
      const failed = new Map((await handle(messages, this.#db))?.map(({ id, reason }) => [id, reason.slice(0, 500)]));
      if (failed.size > 0) {
        this.#log.warn(
          { topic, messages: messages.length, failed: failed.size, reasons: [...new Set(failed.values())] },
          'outbox: some messages failed and will be retried',
        );
      }
      return failed;
    } catch (error) {
      this.#log.warn({ err: error, topic, messages: messages.length }, 'outbox: a batch failed and will be retried');
      const reason = error instanceof Error ? error.message.slice(0, 500) : 'failed';
      return new Map(messages.map(({ id }) => [id, reason]));
    }
  }
}

/** Sleeps until it is woken or its time is over; a call that comes while awake is not forgotten. */
class Sleeper {
  #called = false;
  #end: () => void = () => {};

  wake(): void {
    this.#called = true;
    this.#end();
  }

  async sleep(ms: number): Promise<void> {
    if (!this.#called) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#end = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#called = false;
  }
}
