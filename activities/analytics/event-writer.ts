/**
 * Writes events from the stream to InfluxDB in batches. An entry is acknowledged after its write, so a crash in between repeats the
 * write, which replaces the same points. Nothing is lost or counted twice.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../infra/config.ts';
import { type InfluxDb, InfluxRefused } from '../../infra/influxdb/client.ts';
import type { Logger } from '../../infra/logger.ts';
import { Loop } from '../../infra/loop.ts';
import { connectWaitingRedis } from '../../infra/redis/client.ts';
import { type Entry, EventGroup } from './event-group.ts';
import { eventMetrics as metrics } from './event-metrics.ts';
import { toPoint } from './event-points.ts';

const BATCH = 2_000;
/** Pause after a batch that is not full, which limits the writer to ten writes a second. */
const BATCH_PAUSE_MS = 100;
const BLOCK_MS = 1_000;
/** Pause after Redis could not be read. */
const RETRY_MS = 1_000;
const UPKEEP_MS = 2_000;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 15_000;

export interface EventWriterDependencies {
  settings: Pick<Settings, 'REDIS_URL' | 'ANALYTICS_CLAIM_SECONDS' | 'ANALYTICS_TRIES'>;
  influx: InfluxDb;
  log: Logger;
}

interface WritableEntry extends Entry {
  line: string;
}

/** Starts a writer; several writers, also in other processes, share the work. @returns stops it; others claim its unfinished entries */
export function startEventWriter(deps: EventWriterDependencies): () => Promise<void> {
  const writer = new EventWriter(deps);
  return () => writer.stop();
}

class EventWriter {
  readonly #deps: EventWriterDependencies;
  /** A dedicated connection, since a blocking read would delay other commands. */
  readonly #redis;
  readonly #group: EventGroup;
  readonly #loop: Loop;
  #isEnsured = false;
  #isPrepared = false;
  #upkeepAt = 0;

  constructor(deps: EventWriterDependencies) {
    this.#deps = deps;
    this.#redis = connectWaitingRedis(deps.settings.REDIS_URL);
    this.#group = new EventGroup(this.#redis, `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`);
    this.#loop = new Loop(
      (signal) => this.#turn(signal),
      (error) => this.#onError(error),
    );
  }

  async stop(): Promise<void> {
    const stopped = this.#loop.stop();
    // Ends a blocking read, or a command that waits for an unavailable Redis.
    this.#redis.disconnect();
    await stopped;
  }

  async #turn(signal: AbortSignal): Promise<number> {
    if (!this.#isEnsured) await this.#group.ensure();
    this.#isEnsured = true;
    await this.#upkeep(signal);
    const entries = await this.#group.read(BATCH, BLOCK_MS);
    await this.#process(entries, false, signal);
    return entries.length > 0 && entries.length < BATCH ? BATCH_PAUSE_MS : 0;
  }

  #onError(error: unknown): number {
    // The group may have been lost with Redis' data, and creating it again is harmless.
    this.#isEnsured = false;
    this.#deps.log.warn({ err: error }, 'analytics: events could not be read; retrying');
    return RETRY_MS;
  }

  /** Claims entries that other writers left, trims the stream, and updates metrics. */
  async #upkeep(signal: AbortSignal): Promise<void> {
    if (Date.now() < this.#upkeepAt) return;
    this.#upkeepAt = Date.now() + UPKEEP_MS;
    const idleMs = this.#deps.settings.ANALYTICS_CLAIM_SECONDS * 1_000;
    let from = '0-0';
    do {
      const { entries, next } = await this.#group.claim(idleMs, from, BATCH);
      metrics.claimed.inc(entries.length);
      await this.#process(entries, true, signal);
      from = next;
    } while (from !== '0-0');
    await this.#group.trim();
    await this.#group.forgetOthers();
    const { waiting, oldestAt, deadLetters } = await this.#group.backlog();
    metrics.waiting.set(waiting);
    metrics.lag.set(Math.max(0, Date.now() - (oldestAt ?? Date.now())) / 1_000);
    metrics.deadLetters.set(deadLetters);
  }

  async #process(entries: readonly Entry[], wereRetried: boolean, signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return;
    const writable: WritableEntry[] = [];
    for (const each of entries) {
      try {
        writable.push({ ...each, line: toPoint(each.fields) });
      } catch (error) {
        await this.#refuse(each, error);
      }
    }
    await this.#write(writable, wereRetried, signal);
  }

  /** Writes entries. A refused batch is split in halves until the invalid entries are found. */
  async #write(entries: readonly WritableEntry[], wereRetried: boolean, signal: AbortSignal): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.#writeWhenAvailable(
        entries.map(({ line }) => line),
        signal,
      );
    } catch (error) {
      if (!(error instanceof InfluxRefused)) throw error;
      if (entries.length === 1) {
        await this.#refuse(entries[0]!, error);
        return;
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#write(entries.slice(0, middle), wereRetried, signal);
      await this.#write(entries.slice(middle), wereRetried, signal);
      return;
    }
    await this.#group.acknowledge(
      entries.map(({ entryId }) => entryId),
      wereRetried,
    );
    metrics.written.inc(entries.length);
  }

  /**
   * Writes a batch. While InfluxDB is unavailable, the batch waits here and later events wait in Redis. This does not count as a failed
   * attempt of an entry.
   * @throws InfluxRefused when InfluxDB refuses the batch; the abort reason when the writer stops
   */
  async #writeWhenAvailable(lines: readonly string[], signal: AbortSignal): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
      try {
        await this.#prepare();
        await this.#deps.influx.write(lines);
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof InfluxRefused) throw error;
        // InfluxDB may have been reinstalled in the meantime, so prepare it again.
        this.#isPrepared = false;
        metrics.failedWrites.inc();
        this.#deps.log.warn(
          { err: error, events: lines.length, waitMs },
          'analytics: InfluxDB is unavailable; events are queued',
        );
        await delay(waitMs, undefined, { signal });
      }
    }
  }

  async #prepare(): Promise<void> {
    if (this.#isPrepared) return;
    const refusal = await this.#deps.influx.prepare();
    if (refusal)
      this.#deps.log.info(
        { refusal },
        'analytics: the InfluxDB database can’t be configured; using its current settings',
      );
    this.#isPrepared = true;
  }

  /** Leaves a refused entry pending for another attempt, since a newer worker may recognize it or an operator may fix the database. */
  async #refuse(entry: Entry, error: unknown): Promise<void> {
    metrics.refused.inc();
    const tries = await this.#group.countTry(entry.entryId);
    const reason = error instanceof Error ? error.message : String(error);
    if (tries < this.#deps.settings.ANALYTICS_TRIES) return;
    await this.#group.bury(entry, reason);
    metrics.dead.inc();
    this.#deps.log.error({ entryId: entry.entryId, tries, reason }, 'analytics: event moved to the dead letters');
  }
}
