/** The consumer group of the event stream: who reads what, what is left, what is done with. */
import type { Redis } from 'ioredis';
import { DEAD_LETTERS, EVENT_STREAM } from '../../infra/redis/event-stream.ts';

export const GROUP = 'influxdb';
/** Tries of entries that were refused, by their id; gone with them. */
const TRIES = 'analytics:events:tries';
/** A dead letter is for somebody to look at: the newest are kept. */
const MAX_DEAD_LETTERS = 10_000;
/** A consumer without a sign of life for this long has ended; its name is forgotten once nothing hangs on it. */
const FORGET_MS = 3_600_000;

export interface Entry {
  /** Of the entry, not of the event in it. */
  entryId: string;
  fields: Record<string, string>;
}

type RawEntry = [string, string[] | null];

export class EventGroup {
  readonly #redis: Redis;
  readonly #consumer: string;

  /** @param redis a connection of its own: reading blocks it @param consumer a name that no other has or had */
  constructor(redis: Redis, consumer: string) {
    this.#redis = redis;
    this.#consumer = consumer;
  }

  /** Makes stream and group unless they are there. A new group begins with the oldest entry. */
  async ensure(): Promise<void> {
    try {
      await this.#redis.xgroup('CREATE', EVENT_STREAM, GROUP, '0', 'MKSTREAM');
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error;
    }
  }

  /** New entries for this consumer, waiting up to `blockMs` for the first. */
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

  /** Takes over entries that nobody has seen to for `idleMs`, from the oldest on. @returns them, and where to go on */
  async claim(idleMs: number, from: string, count: number): Promise<{ entries: Entry[]; next: string }> {
    const answer = (await this.#redis.call(
      'XAUTOCLAIM',
      ...[EVENT_STREAM, GROUP, this.#consumer, String(idleMs), from, 'COUNT', String(count)],
    )) as [string, RawEntry[]];
    return { next: answer[0], entries: entriesOf(answer[1]) };
  }

  /** Done with: written, whatever it took. */
  async acknowledge(entryIds: readonly string[], wereRetried: boolean): Promise<void> {
    if (entryIds.length === 0) return;
    const steps = this.#redis.multi().xack(EVENT_STREAM, GROUP, ...entryIds);
    if (wereRetried) steps.hdel(TRIES, ...entryIds);
    await done(steps.exec());
  }

  /** Counts a try of an entry that was refused. @returns how many it has had */
  countTry(entryId: string): Promise<number> {
    return this.#redis.hincrby(TRIES, entryId, 1);
  }

  /** Puts an entry among the dead letters, with the reason, in one step with taking it off the group's list. */
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

  /** Lets go of entries that every group of the stream is through with; another reader's group is waited for like ours. */
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

  /** What this group has not done yet. @returns `oldestAt`, in ms by Redis' clock: when the oldest of it came into the stream */
  async backlog(): Promise<{ waiting: number; oldestAt: number | undefined; deadLetters: number }> {
    const [groups, pending, deadLetters] = await Promise.all([
      this.#groups(),
      this.#oldestPending(GROUP),
      this.#redis.xlen(DEAD_LETTERS),
    ]);
    const own = groups.find(({ name }) => name === GROUP);
    if (!own) return { waiting: 0, oldestAt: undefined, deadLetters };
    const [unread] = await this.#redis.xrange(EVENT_STREAM, `(${own['last-delivered-id']}`, '+', 'COUNT', 1);
    // Before version 7 Redis does not count what a group has left; then what lies in the stream is the least that can be said.
    const left = typeof own.lag === 'number' ? own.lag : unread ? await this.#redis.xlen(EVENT_STREAM) : 0;
    const oldest = pending ?? unread?.[0];
    return {
      waiting: left + Number(own.pending),
      oldestAt: oldest ? Number(oldest.split('-')[0]) : undefined,
      deadLetters,
    };
  }

  /** Forgets consumers that have ended and left nothing. */
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
  // An entry that was deleted while it waited has no fields left.
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

/** Ids of entries are two numbers, milliseconds and a count. */
function isBefore(one: string, other: string): boolean {
  const [oneMs = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return oneMs < otherMs || (oneMs === otherMs && oneCount < otherCount);
}

async function done(running: Promise<[Error | null, unknown][] | null>): Promise<void> {
  const failed = (await running)?.find(([error]) => error);
  if (failed?.[0]) throw failed[0];
}
