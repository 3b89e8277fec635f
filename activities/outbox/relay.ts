/**
 * Delivers the messages of the outbox to their handlers. Rows are locked with SKIP LOCKED, so several workers can share the work. A
 * message is deleted after its effect, in the transaction that holds its lock. A crash in between repeats the message, so every
 * handler must be safe to repeat.
 */
import { sql as part } from 'kysely';
import type { PoolClient } from 'pg';
import type { Logger } from '../../infra/logger.ts';
import { Loop } from '../../infra/loop.ts';
import { builtOnce } from '../../infra/postgres/built-once.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Row } from '../../infra/postgres/entities/index.ts';
import { anyOf, now, rowsOf } from '../../infra/postgres/statement-parts.ts';

export type OutboxMessage = Pick<Row<'outbox'>, 'id' | 'topic' | 'key' | 'payload'>;

/** A message that will be retried. */
export interface FailedMessage {
  id: number;
  /** Appears in the log and the outbox, so it must not contain personal data. */
  reason: string;
}

/**
 * Handles messages of one topic, in the given order. If it throws, all of them are retried later; if it returns some, only those
 * are.
 */
export type OutboxHandler = (
  messages: readonly OutboxMessage[],
  sql: Sql,
) => Promise<readonly FailedMessage[] | undefined>;

/** A handler with effects outside our own stores. Its batches are small, because a crash repeats a batch and people may notice. */
export interface CautiousHandler {
  /** Maximum number of messages per batch. */
  maxMessages: number;
  handle: OutboxHandler;
}

export type OutboxHandlers = Readonly<Record<string, OutboxHandler | CautiousHandler>>;

const BATCH = 500;
/** Without a notification, the outbox is polled this often for messages that were postponed after a failure. */
const IDLE_MS = 2_000;
const MAX_WAIT_SECONDS = 300;

export class OutboxRelay {
  readonly #db: Database;
  readonly #handlers: OutboxHandlers;
  readonly #log: Logger;
  #loops: Loop[] = [];
  #listener: PoolClient | undefined;
  #listening: Promise<void> | undefined;

  constructor(db: Database, handlers: OutboxHandlers, log: Logger) {
    this.#db = db;
    this.#handlers = handlers;
    this.#log = log;
  }

  /** Starts one loop per topic, so that a slow topic does not delay the others. */
  start(): void {
    this.#loops = Object.keys(this.#handlers).map(
      (topic) =>
        new Loop(
          () => this.#turn(topic),
          (error) => {
            this.#log.warn({ err: error, topic }, 'outbox: messages could not be read');
            return IDLE_MS;
          },
        ),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#loops.map((loop) => loop.stop()));
    this.#listener?.release(true);
    this.#listener = undefined;
  }

  #wakeAll(): void {
    for (const loop of this.#loops) loop.wake();
  }

  async #turn(topic: string): Promise<number> {
    this.#listening ??= this.#listen().finally(() => {
      this.#listening = undefined;
    });
    await this.#listening;
    return (await this.carry(topic)) > 0 ? 0 : IDLE_MS;
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
    client.on('notification', () => this.#wakeAll());
    await client.query('listen outbox');
    this.#listener = client;
  }

  /** Delivers one batch of a topic. @returns how many messages succeeded @throws Error when the topic has no handler */
  async carry(topic: string): Promise<number> {
    const handler = this.#handlers[topic];
    if (!handler) throw new Error(`no handler for outbox topic ${topic}`);
    const { handle, maxMessages } = typeof handler === 'function' ? { handle: handler, maxMessages: BATCH } : handler;
    return this.#db.transaction(async (sql) => {
      const messages = await sql.rows(dueMessages(sql, { topic, maxMessages }));
      if (messages.length === 0) return 0;
      const failed = await this.#handle(topic, handle, messages);
      if (failed.size > 0) await postpone(sql, failed);
      const done = messages.map(({ id }) => id).filter((id) => !failed.has(id));
      if (done.length > 0) await sql.run(delivered(sql, { ids: done }));
      return done.length;
    });
  }

  /** @returns the reason of each failed message, by its ID */
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

const dueMessages = builtOnce((sql, { topic, maxMessages }: { topic: string; maxMessages: number }) =>
  sql.query
    .selectFrom('outbox')
    .select(['id', 'topic', 'key', 'payload'])
    .where('topic', '=', topic)
    .where('available_at', '<=', now)
    .orderBy('id')
    .limit(maxMessages)
    .forUpdate()
    .skipLocked(),
);

const delivered = builtOnce((sql, { ids }: { ids: readonly number[] }) =>
  sql.query.deleteFrom('outbox').where('id', '=', anyOf(ids)),
);

/** Postpones failed messages: each attempt doubles the time until the next. */
async function postpone(sql: Sql, failed: ReadonlyMap<number, string>): Promise<void> {
  const reasons = [...failed].map(([id, reason]) => ({ id, reason }));
  await sql.run(
    sql.query
      .updateTable('outbox')
      .from(rowsOf('failed', { id: 'bigint', reason: 'text' }, reasons))
      .set((to) => ({
        attempts: to('outbox.attempts', '+', 1),
        last_error: to.ref('failed.reason'),
        available_at: part<Date>`now() + make_interval(secs =>
          least(${MAX_WAIT_SECONDS}, power(2, least(${to.ref('outbox.attempts')}, 8))))`,
      }))
      .whereRef('outbox.id', '=', 'failed.id'),
  );
}
