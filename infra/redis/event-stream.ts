/**
 * The stream in which analytics events wait for InfluxDB. When it is full, it rejects new events and never drops accepted ones: an
 * event is removed once every consumer group has processed it.
 */
import type { Redis } from 'ioredis';
import type { AnalyticsEventName } from '../../domain/analytics.ts';
import { defineScript, type Script } from './script.ts';

export const EVENT_STREAM = 'analytics:events';
export const DEAD_LETTERS = 'analytics:events:dead';
/** The outbox repeats a delivery within minutes; a repetition after a day would still overwrite the same point in InfluxDB. */
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

/** An event as stored in the stream. */
export interface StreamEvent {
  /** UUID that stays the same however often the event is delivered. */
  id: string;
  event: AnalyticsEventName;
  /** When it happened, epoch milliseconds; stays the same on repeated delivery. */
  atMs: number;
  /** Includes IDs of people only with their consent. */
  data: Readonly<Record<string, string | number>>;
}

export class EventStream {
  readonly #maxEvents: number;
  readonly #add: Script;
  readonly #addOnce: Script;

  /** @param maxEvents maximum number of waiting events */
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
