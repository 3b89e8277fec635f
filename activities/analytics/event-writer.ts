/**
 * Carries events from the stream to InfluxDB, a batch at a time. An entry is acknowledged after its write, so a crash in between
 * repeats the write, which replaces the same points: nothing is lost and nothing counts twice.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Settings } from '../../infra/config.ts';
import { type InfluxDb, InfluxRefused } from '../../infra/influxdb/client.ts';
import type { Logger } from '../../infra/logger.ts';
import { connectWaitingRedis } from '../../infra/redis/client.ts';
import { type Entry, EventGroup } from './event-group.ts';
import { eventMetrics as metrics } from './event-metrics.ts';
import { toPoint } from './event-points.ts';

const BATCH = 2_000;
/** A batch that is not full waits this long for company: ten writes a second at most. */
const LINGER_MS = 100;
const BLOCK_MS = 1_000;
const UPKEEP_MS = 2_000;
const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 15_000;

export interface EventWriterDependencies {
  settings: Pick<Settings, 'REDIS_URL' | 'ANALYTICS_CLAIM_SECONDS' | 'ANALYTICS_TRIES'>;
  influx: InfluxDb;
  log: Logger;
}

interface PlacedEntry extends Entry {
  line: string;
}

/** Starts a writer; several, here and in other processes, share the work. @returns how to stop it; what it had under way is left for another */
export function startEventWriter(deps: EventWriterDependencies): () => Promise<void> {
  const writer = new EventWriter(deps);
  const running = writer.run();
  return async () => {
    writer.stop();
    await running;
  };
}

class EventWriter {
  readonly #deps: EventWriterDependencies;
  /** Of its own: a read that waits would hold up everybody else's commands. */
  readonly #redis;
  readonly #group: EventGroup;
  readonly #stopping = new AbortController();
  #isPrepared = false;
  #upkeepAt = 0;

  constructor(deps: EventWriterDependencies) {
    this.#deps = deps;
    this.#redis = connectWaitingRedis(deps.settings.REDIS_URL);
    this.#group = new EventGroup(this.#redis, `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`);
  }

  stop(): void {
    this.#stopping.abort();
    // Ends a read that waits, or a command that waits for a Redis that is away.
    this.#redis.disconnect();
  }

  async run(): Promise<void> {
    let isEnsured = false;
    while (!this.#stopping.signal.aborted) {
      try {
        if (!isEnsured) await this.#group.ensure();
        isEnsured = true;
        await this.#upkeep();
        const entries = await this.#group.read(BATCH, BLOCK_MS);
        await this.#settle(entries, false);
        if (entries.length > 0 && entries.length < BATCH) await this.#sleep(LINGER_MS);
      } catch (error) {
        if (this.#stopping.signal.aborted) break;
        // The group goes with Redis' data; whatever it was, making it again does no harm.
        isEnsured = false;
        this.#deps.log.warn({ err: error }, 'analytics: events could not be read; retrying');
        await this.#sleep(1_000);
      }
    }
    this.#redis.disconnect();
  }

  /** Takes over what others left, lets go of what is done, and measures. */
  async #upkeep(): Promise<void> {
    if (Date.now() < this.#upkeepAt) return;
    this.#upkeepAt = Date.now() + UPKEEP_MS;
    const idleMs = this.#deps.settings.ANALYTICS_CLAIM_SECONDS * 1_000;
    let from = '0-0';
    do {
      const { entries, next } = await this.#group.claim(idleMs, from, BATCH);
      metrics.claimed.inc(entries.length);
      await this.#settle(entries, true);
      from = next;
    } while (from !== '0-0');
    await this.#group.trim();
    await this.#group.forgetOthers();
    const { waiting, oldestAt, deadLetters } = await this.#group.backlog();
    metrics.waiting.set(waiting);
    metrics.lag.set(Math.max(0, Date.now() - (oldestAt ?? Date.now())) / 1_000);
    metrics.deadLetters.set(deadLetters);
  }

  async #settle(entries: readonly Entry[], wereRetried: boolean): Promise<void> {
    if (entries.length === 0) return;
    const placed: PlacedEntry[] = [];
    for (const each of entries) {
      try {
        placed.push({ ...each, line: toPoint(each.fields) });
      } catch (error) {
        await this.#refuse(each, error);
      }
    }
    await this.#write(placed, wereRetried);
  }

  /** Writes what can be written. Of a batch that is refused halves are tried, down to the entries that are to blame. */
  async #write(entries: readonly PlacedEntry[], wereRetried: boolean): Promise<void> {
    if (entries.length === 0) return;
    try {
      await this.#untilAnswered(entries.map(({ line }) => line));
    } catch (error) {
      if (!(error instanceof InfluxRefused)) throw error;
      if (entries.length === 1) {
        await this.#refuse(entries[0]!, error);
        return;
      }
      const middle = Math.ceil(entries.length / 2);
      await this.#write(entries.slice(0, middle), wereRetried);
      await this.#write(entries.slice(middle), wereRetried);
      return;
    }
    await this.#group.acknowledge(
      entries.map(({ entryId }) => entryId),
      wereRetried,
    );
    metrics.written.inc(entries.length);
  }

  /**
   * While InfluxDB is away the batch waits here, and all behind it in Redis. That is no fault of any entry and counts as no try.
   * @throws InfluxRefused; the reason of the stop
   */
  async #untilAnswered(lines: readonly string[]): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, MAX_WAIT_MS)) {
      try {
        await this.#prepare();
        await this.#deps.influx.write(lines);
        return;
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        if (error instanceof InfluxRefused) throw error;
        // It may have been set up anew in between.
        this.#isPrepared = false;
        metrics.failedWrites.inc();
        this.#deps.log.warn(
          { err: error, events: lines.length, waitMs },
          'analytics: InfluxDB is unavailable; events are queued',
        );
        await delay(waitMs, undefined, { signal: this.#stopping.signal });
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

  /** Left where it is until its time comes round again: a newer worker may know it, an operator mend the database. */
  async #refuse(entry: Entry, error: unknown): Promise<void> {
    metrics.refused.inc();
    const tries = await this.#group.countTry(entry.entryId);
    const reason = error instanceof Error ? error.message : String(error);
    if (tries < this.#deps.settings.ANALYTICS_TRIES) return;
    await this.#group.bury(entry, reason);
    metrics.dead.inc();
    this.#deps.log.error({ entryId: entry.entryId, tries, reason }, 'analytics: event moved to the dead letters');
  }

  async #sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }
}
