/**
 * The stream in which analytics events wait for InfluxDB. It is bounded by refusing what is new, never by dropping what was
 * accepted: what is in it leaves when every group has done it.
 */
import type { Redis } from 'ioredis';
import type { AnalyticsEventName } from '../../domain/analytics.ts';
import { defineScript, type Script } from './script.ts';

export const EVENT_STREAM = 'analytics:events';
export const DEAD_LETTERS = 'analytics:events:dead';
/** A repeated delivery by the outbox comes within minutes; after a day its point in InfluxDB is still the same one. */
const MARKER_SECONDS = 86_400;

/** KEYS stream; ARGV most (id event at data)… */
const ADD = `
if redis.call('xlen', KEYS[1]) + (#ARGV - 1) / 4 > tonumber(ARGV[1]) then return 0 end
for i = 2, #ARGV, 4 do
  redis.call('xadd', KEYS[1], '*', 'id', ARGV[i], 'event', ARGV[i + 1], 'at', ARGV[i + 2], 'data', ARGV[i + 3])
end
return 1`;

/** KEYS stream marker; ARGV most marker-ttl id event at data */
const ADD_ONCE = `
if redis.call('exists', KEYS[2]) == 1 then return 1 end
if redis.call('xlen', KEYS[1]) + 1 > tonumber(ARGV[1]) then return 0 end
redis.call('xadd', KEYS[1], '*', 'id', ARGV[3], 'event', ARGV[4], 'at', ARGV[5], 'data', ARGV[6])
redis.call('set', KEYS[2], '1', 'EX', ARGV[2])
return 1`;

/** An event as it lies in the stream. */
export interface StreamEvent {
  /** UUID: the same event has the same, however often it comes. */
  id: string;
  event: AnalyticsEventName;
  /** When it happened, epoch milliseconds; the same whenever it comes again. */
  atMs: number;
  /** Ids of people are there only with their consent. */
  data: Readonly<Record<string, string | number>>;
}

export class EventStream {
  readonly #maxEvents: number;
  readonly #add: Script;
  readonly #addOnce: Script;

  /** @param maxEvents events that may wait */
  constructor(redis: Redis, maxEvents: number) {
    this.#maxEvents = maxEvents;
    this.#add = defineScript(redis, 'eventsAdd', ADD, 1);
    this.#addOnce = defineScript(redis, 'eventsAddOnce', ADD_ONCE, 2);
  }

  /** Adds all or none. @returns false when the stream is full */
  async add(events: readonly StreamEvent[]): Promise<boolean> {
    return (await this.#add(EVENT_STREAM, this.#maxEvents, ...events.flatMap(flat))) === 1;
  }

  /** Adds an event unless it was added within the last day. @returns false when the stream is full */
  async addOnce(event: StreamEvent): Promise<boolean> {
    const marker = `analytics:added:${event.id}`;
    return (await this.#addOnce(EVENT_STREAM, marker, this.#maxEvents, MARKER_SECONDS, ...flat(event))) === 1;
  }
}

function flat({ id, event, atMs, data }: StreamEvent): (string | number)[] {
  return [id, event, atMs, JSON.stringify(data)];
}
