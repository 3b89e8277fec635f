/** The consumer group of the event stream: reads, claims, acknowledges, and trims entries. */
import type { Redis } from 'ioredis';
import { DEAD_LETTERS, EVENT_STREAM } from '../../infra/redis/event-stream.ts';

export const GROUP = 'influxdb';
/** Failed attempts of entries, by entry ID; deleted together with the entry. */
const TRIES = 'analytics:events:tries';
/** Operators inspect dead letters; only the newest are kept. */
const MAX_DEAD_LETTERS = 10_000;
/** A consumer that is idle for this long has ended; it is deleted once it has no pending entries. */
const FORGET_MS = 3_600_000;

export interface Entry {
  /** ID of the stream entry, not of the event in it. */
  entryId: string;
  fields: Record<string, string>;
}

type RawEntry = [string, string[] | null];

export class EventGroup {
  readonly #redis: Redis;
  readonly #consumer: string;

  /** @param redis a dedicated connection, since reads block it @param consumer a name that is never reused */
  constructor(redis: Redis, consumer: string) {
    this.#redis = redis;
    this.#consumer = consumer;
  }

  /** Creates the stream and the group if they do not exist. A new group starts with the oldest entry. */
  async ensure(): Promise<void> {
    try {
      await this.#redis.xgroup('CREATE', EVENT_STREAM, GROUP, '0', 'MKSTREAM');
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error;
    }
  }

  /** Reads new entries for this consumer, and waits up to `blockMs` for the first. */
  async read(count: number, blockMs: number): Promise<Entry[]> {
    const answer = (await this.#redis.xreadgroup(
      'GROUP',
      GROUP,
      this.#consumer,
      'COUNT',
      count,
      'BLOCK',
      blockMs,
      'STREAMS',
      EVENT_STREAM,
      '>',
    )) as [string, RawEntry[]][] | null;
    return entriesOf(answer?.[0]?.[1] ?? []);
  }

  /** Claims entries that were idle for `idleMs`, oldest first. @returns the entries, and the cursor of the next call */
  async claim(idleMs: number, from: string, count: number): Promise<{ entries: Entry[]; next: string }> {
    const answer = (await this.#redis.call(
      'XAUTOCLAIM',
      ...[EVENT_STREAM, GROUP, this.#consumer, String(idleMs), from, 'COUNT', String(count)],
    )) as [string, RawEntry[]];
    return { next: answer[0], entries: entriesOf(answer[1]) };
  }

  /** Acknowledges entries that were written. */
  async acknowledge(entryIds: readonly string[], wereRetried: boolean): Promise<void> {
    if (entryIds.length === 0) return;
    const steps = this.#redis.multi().xack(EVENT_STREAM, GROUP, ...entryIds);
    if (wereRetried) steps.hdel(TRIES, ...entryIds);
    await done(steps.exec());
  }

  /** Counts a failed attempt of an entry. @returns its number of failed attempts */
  countTry(entryId: string): Promise<number> {
    return this.#redis.hincrby(TRIES, entryId, 1);
  }

  /** Moves an entry to the dead letters, with the reason, and acknowledges it in the same transaction. */
  async bury({ entryId, fields }: Entry, reason: string): Promise<void> {
    const letter = { ...fields, entry: entryId, reason: reason.slice(0, 300) };
    await done(
      this.#redis
        .multi()
        .xadd(DEAD_LETTERS, 'MAXLEN', '~', MAX_DEAD_LETTERS, '*', ...Object.entries(letter).flat())
        .xack(EVENT_STREAM, GROUP, entryId)
        .hdel(TRIES, entryId)
        .exec(),
    );
  }

  /** Trims entries that every group of the stream has processed, including groups of other readers. */
  async trim(): Promise<void> {
    const groups = await this.#groups();
    if (groups.length === 0) return;
    const starts = await Promise.all(
      groups.map(
        async (group) => (await this.#oldestPending(String(group.name))) ?? String(group['last-delivered-id']),
      ),
    );
    const first = starts.reduce((one, other) => (isBefore(one, other) ? one : other));
    await this.#redis.call('XTRIM', EVENT_STREAM, 'MINID', '~', first);
  }

  /** Measures what this group has not processed yet. @returns `oldestAt`: when its oldest entry was added, in ms by Redis' clock */
  async backlog(): Promise<{ waiting: number; oldestAt: number | undefined; deadLetters: number }> {
    const [groups, pending, deadLetters] = await Promise.all([
      this.#groups(),
      this.#oldestPending(GROUP),
      this.#redis.xlen(DEAD_LETTERS),
    ]);
    const own = groups.find(({ name }) => name === GROUP);
    if (!own) return { waiting: 0, oldestAt: undefined, deadLetters };
    const [unread] = await this.#redis.xrange(EVENT_STREAM, `(${own['last-delivered-id']}`, '+', 'COUNT', 1);
    // Redis before version 7 does not report a group's lag; then the length of the stream is the best estimate.
    const unreadCount = typeof own.lag === 'number' ? own.lag : unread ? await this.#redis.xlen(EVENT_STREAM) : 0;
    const oldest = pending ?? unread?.[0];
    return {
      waiting: unreadCount + Number(own.pending),
      oldestAt: oldest ? Number(oldest.split('-')[0]) : undefined,
      deadLetters,
    };
  }

  /** Deletes consumers that have ended and have no pending entries. */
  async forgetOthers(): Promise<void> {
    const consumers = records(await this.#redis.call('XINFO', 'CONSUMERS', EVENT_STREAM, GROUP));
    for (const { name, pending, idle } of consumers) {
      if (name !== this.#consumer && Number(pending) === 0 && Number(idle) > FORGET_MS)
        await this.#redis.xgroup('DELCONSUMER', EVENT_STREAM, GROUP, String(name));
    }
  }

  async #groups(): Promise<Record<string, unknown>[]> {
    return records(await this.#redis.call('XINFO', 'GROUPS', EVENT_STREAM));
  }

  async #oldestPending(group: string): Promise<string | undefined> {
    const [, oldest] = (await this.#redis.xpending(EVENT_STREAM, group)) as [number, string | null];
    return oldest ?? undefined;
  }
}

function entriesOf(raw: readonly RawEntry[]): Entry[] {
  // An entry that was deleted while it was pending has no fields.
  return raw.flatMap(([entryId, flat]) => (flat ? [{ entryId, fields: pairs(flat) as Record<string, string> }] : []));
}

function records(answer: unknown): Record<string, unknown>[] {
  return (answer as unknown[][]).map((flat) => pairs(flat));
}

function pairs(flat: readonly unknown[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (let index = 0; index < flat.length; index += 2) record[String(flat[index])] = flat[index + 1];
  return record;
}

/** Entry IDs consist of two numbers: milliseconds and a sequence number. */
function isBefore(one: string, other: string): boolean {
  const [oneMs = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return oneMs < otherMs || (oneMs === otherMs && oneCount < otherCount);
}

async function done(running: Promise<[Error | null, unknown][] | null>): Promise<void> {
  const failed = (await running)?.find(([error]) => error);
  if (failed?.[0]) throw failed[0];
}
