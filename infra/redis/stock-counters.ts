/**
 * The stock counters: Redis decides quickly whether a reservation can succeed, so that a rush for sold-out products never reaches PostgreSQL.
 * PostgreSQL is the source of truth. The stock counters are rebuilt from it whenever Redis loses data, and every change here is idempotent:
 * a reservation by its ID, an adjustment by its outbox ID.
 *
 * All keys share one hash tag, so that the scripts also run on Redis Cluster.
 */
import type { Redis } from 'ioredis';
import { defineScript, type Script } from './script.ts';
import * as scripts from './stock-counter-scripts.ts';

export interface StockLine {
  productId: string;
  quantity: number;
}

export type CounterReservation =
  | { outcome: 'reserved' }
  | { outcome: 'short'; available: Map<string, number> }
  /** The reservation has ended and can't be made again. */
  | { outcome: 'ended' }
  | { outcome: 'closed' };

export const { STOCK_CHANNEL } = scripts;

const READY = '{stock}:ready';
const AVAILABLE = '{stock}:available';
const RESERVED = '{stock}:reserved';
const NEXT_AVAILABLE = '{stock}:available:next';
const NEXT_RESERVED = '{stock}:reserved:next';
/** How long a reservation's marker outlives it, so that a late retry finds its outcome. */
export const MARKER_SECONDS = 86_400;

const ownerKey = (owner: string) => `{stock}:owner:${owner}`;
/** Fields of a marker other than products. */
const MARKER_FIELDS = new Set(['state', 'by', 'replaces']);
const markerKey = (reservationId: string) => `{stock}:reservation:${reservationId}`;
const adjustedKey = (outboxId: number) => `{stock}:adjusted:${outboxId}`;

export class StockCounters {
  readonly #redis: Redis;
  readonly #reserve: Script;
  readonly #confirm: Script;
  readonly #end: Script;
  readonly #adjust: Script;
  readonly #open: Script;
  readonly #correct: Script;

  constructor(redis: Redis) {
    this.#redis = redis;
    this.#reserve = defineScript(redis, 'stockReserve', scripts.RESERVE);
    this.#confirm = defineScript(redis, 'stockConfirm', scripts.CONFIRM);
    this.#end = defineScript(redis, 'stockEnd', scripts.END, 3);
    this.#adjust = defineScript(redis, 'stockAdjust', scripts.ADJUST, 3);
    this.#open = defineScript(redis, 'stockOpen', scripts.OPEN, 5);
    this.#correct = defineScript(redis, 'stockCorrect', scripts.CORRECT, 2);
  }

  /**
   * Reserves all lines or none. Units of the owners' latest reservations count as available and are returned in the same step.
   * Calling it again for the same reservation changes nothing.
   * @param owners owner names of the shopper; the reservation is recorded under the first
   */
  async reserve(
    reservationId: string,
    lines: readonly StockLine[],
    owners: readonly string[] = [],
  ): Promise<CounterReservation> {
    const answer = (await this.#reserve(
      ...counted([READY, AVAILABLE, RESERVED, markerKey(reservationId), ...owners.map(ownerKey)]),
      MARKER_SECONDS,
      reservationId,
      Date.now(),
      ...flat(lines),
    )) as [string, ...string[]];
    switch (answer[0]) {
      case 'reserved':
        return { outcome: 'reserved' };
      case 'ended':
        return { outcome: 'ended' };
      case 'short':
        return { outcome: 'short', available: availableByProduct(lines, answer.slice(1)) };
      default:
        return { outcome: 'closed' };
    }
  }

  /**
   * Records that PostgreSQL has made the reservation and ended those that it replaced. Deducts its lines if a rebuild in between, or a later
   * request of the shopper, had left them out. A reservation that has ended since stays ended.
   * @returns false while the stock counters are closed; retry then
   */
  async confirm(
    reservationId: string,
    lines: readonly StockLine[],
    { owner, replaces = [] }: { owner?: string; replaces?: readonly string[] } = {},
  ): Promise<boolean> {
    const keys = [READY, AVAILABLE, RESERVED, markerKey(reservationId)];
    if (owner !== undefined) keys.push(ownerKey(owner));
    const answer = await this.#confirm(
      ...counted(keys),
      MARKER_SECONDS,
      reservationId,
      Date.now(),
      replaces.join(),
      ...flat(lines),
    );
    return answer === 'ok';
  }

  /**
   * Ends a reservation: `released` returns its stock, `committed` keeps it deducted (sold). `refused` returns its stock, deletes its marker,
   * and restores the reservations that it replaced. Calling it again changes nothing.
   * @returns false while the stock counters are closed; retry then
   */
  async end(reservationId: string, as: 'released' | 'committed' | 'refused'): Promise<boolean> {
    return (await this.#end(READY, AVAILABLE, RESERVED, MARKER_SECONDS, reservationId, Date.now(), as)) === 'ok';
  }

  /**
   * Applies a change of stock made elsewhere (delivery, restock, correction), once per outbox ID.
   * @returns false while the stock counters are closed; retry then
   */
  async adjust(outboxId: number, productId: string, delta: number): Promise<boolean> {
    return (await this.#adjust(READY, AVAILABLE, adjustedKey(outboxId), MARKER_SECONDS, productId, delta)) === 'ok';
  }

  /**
   * Lines that a shopper can't reserve now, not counting their own reserved units; whether the stock counters already know the reservation
   * (reserved, or ended within a day); and whether the shopper has made another reservation within a day. Undefined while the stock
   * counters are closed. Read-only.
   */
  async look(
    reservationId: string,
    lines: readonly StockLine[],
    owners: readonly string[],
  ): Promise<{ short: { productId: string; available: number }[]; known: boolean; hasOwn: boolean } | undefined> {
    const [ready, known, latest, counts] = await Promise.all([
      this.#redis.exists(READY),
      this.#redis.exists(markerKey(reservationId)),
      this.#redis.mget(owners.map(ownerKey)),
      this.#redis.hmget(AVAILABLE, ...lines.map((line) => line.productId)),
    ]);
    if (ready === 0) return undefined;
    const shortBy = (own: ReadonlyMap<string, number>) =>
      lines
        .map(({ productId, quantity }, index) => ({
          productId,
          wanted: quantity,
          available: Math.max(0, Number(counts[index] ?? 0) + (own.get(productId) ?? 0)),
        }))
        .filter((line) => line.available < line.wanted)
        .map(({ productId, available }) => ({ productId, available }));
    const short = shortBy(new Map());
    const own = latest.filter((id) => id !== null && id !== reservationId) as string[];
    if (short.length === 0 || own.length === 0) return { short, known: known === 1, hasOwn: own.length > 0 };
    const units = new Map<string, number>();
    const reserved = (await Promise.all(own.map((id) => this.reservedLines(id)))).filter((each) => each !== undefined);
    for (const each of reserved) {
      for (const [productId, quantity] of each) units.set(productId, (units.get(productId) ?? 0) + quantity);
    }
    return { short: shortBy(units), known: known === 1, hasOwn: true };
  }

  async available(productIds: readonly string[]): Promise<Map<string, number>> {
    if (productIds.length === 0) return new Map();
    const counts = await this.#redis.hmget(AVAILABLE, ...productIds);
    return new Map(productIds.map((id, index) => [id, Number(counts[index] ?? Number.NaN)]));
  }

  /** The Redis process in which the stock counters were last built; undefined while they are closed. */
  async builtIn(): Promise<string | undefined> {
    return (await this.#redis.get(READY)) ?? undefined;
  }

  /** The current Redis process; if it differs from `builtIn`, the last second of writes may be lost. */
  async serverRun(): Promise<string> {
    const info = await this.#redis.info('server');
    return /run_id:(\w+)/.exec(info)?.[1] ?? 'unknown';
  }

  /** Reservations that the stock counters count as reserved, with their start time (epoch milliseconds). */
  async openReservations(): Promise<Map<string, number>> {
    const pairs = (await this.#redis.zrange(RESERVED, '0', '-1', 'WITHSCORES')) as string[];
    const reserved = new Map<string, number>();
    for (let index = 0; index < pairs.length; index += 2) reserved.set(pairs[index]!, Number(pairs[index + 1]));
    return reserved;
  }

  /** Units by product of an open reservation's marker; undefined when the reservation ended or has no marker. */
  async reservedLines(reservationId: string): Promise<Map<string, number> | undefined> {
    const marker = await this.#redis.hgetall(markerKey(reservationId));
    return marker.state === 'reserved' ? linesOf(marker) : undefined;
  }

  /** Reservations that an open one has replaced here but PostgreSQL has not confirmed yet: their lines by reservation ID. */
  async replacedBy(reservationId: string): Promise<Map<string, Map<string, number>>> {
    const replaces = await this.#redis.hget(markerKey(reservationId), 'replaces');
    const replaced = new Map<string, Map<string, number>>();
    for (const id of replaces?.split(',') ?? []) {
      const marker = await this.#redis.hgetall(markerKey(id));
      if (marker.state === 'replaced' && marker.by === reservationId) replaced.set(id, linesOf(marker));
    }
    return replaced;
  }

  async allAvailable(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    await this.#scan((productId, available) => counts.set(productId, available));
    return counts;
  }

  /** IDs of sold-out products. Changes during the read may be missing; `STOCK_CHANNEL` publishes them. */
  async soldOut(): Promise<Set<string>> {
    const ids = new Set<string>();
    await this.#scan((productId, available) => {
      if (available <= 0) ids.add(productId);
    });
    return ids;
  }

  async #scan(each: (productId: string, available: number) => void): Promise<void> {
    let cursor = '0';
    do {
      const [next, pairs] = await this.#redis.hscan(AVAILABLE, cursor, 'COUNT', 5_000);
      for (let index = 0; index < pairs.length; index += 2) each(pairs[index]!, Number(pairs[index + 1]));
      cursor = next;
    } while (cursor !== '0');
  }

  /** Corrects a counter that drifted, unless it changed since it was read. @returns whether it was set */
  async correct(productId: string, from: number | undefined, to: number): Promise<boolean> {
    return (await this.#correct(READY, AVAILABLE, productId, from ?? '', to)) === 1;
  }

  /** Closes the stock counters and deletes their counts; the first step of a rebuild. */
  async close(): Promise<void> {
    await this.#redis.del(READY, NEXT_AVAILABLE, NEXT_RESERVED);
  }

  /** Loads a part of a rebuild into separate keys while the counters are closed. */
  async load(part: {
    counts?: readonly { productId: string; available: number }[];
    reservations?: readonly {
      id: string;
      state: 'reserved' | 'released' | 'committed';
      owner: string;
      sinceMs: number;
      lines: readonly StockLine[];
    }[];
    adjustedOutboxIds?: readonly number[];
  }): Promise<void> {
    const pipeline = this.#redis.pipeline();
    const counts = part.counts ?? [];
    if (counts.length > 0)
      pipeline.hset(NEXT_AVAILABLE, Object.fromEntries(counts.map((count) => [count.productId, count.available])));
    for (const { id, state, owner, sinceMs, lines } of part.reservations ?? []) {
      const key = markerKey(id);
      pipeline.del(key);
      pipeline.hset(key, {
        state,
        ...(state === 'reserved' && Object.fromEntries(lines.map((line) => [line.productId, line.quantity]))),
      });
      if (state === 'reserved') {
        pipeline.zadd(NEXT_RESERVED, sinceMs, id);
        pipeline.set(ownerKey(owner), id, 'EX', MARKER_SECONDS);
      } else pipeline.expire(key, MARKER_SECONDS);
    }
    for (const id of part.adjustedOutboxIds ?? []) pipeline.set(adjustedKey(id), '1', 'EX', MARKER_SECONDS);
    const results = await pipeline.exec();
    const failed = results?.find(([error]) => error);
    if (failed?.[0]) throw failed[0];
  }

  /** Activates the loaded counts and opens the stock counters. Deletes markers of the old counters that were not loaded. */
  async open(serverRun: string): Promise<void> {
    await this.#open(READY, AVAILABLE, RESERVED, NEXT_AVAILABLE, NEXT_RESERVED, serverRun);
  }
}

/** Parses a message on `STOCK_CHANNEL`. */
export function stockWordOf(message: string): 'opened' | { productId: string; isSoldOut: boolean } {
  return message === scripts.OPENED ? 'opened' : { productId: message.slice(1), isSoldOut: message.startsWith('-') };
}

const counted = (keys: readonly string[]): (string | number)[] => [keys.length, ...keys];

function linesOf(marker: Record<string, string>): Map<string, number> {
  const lines = Object.entries(marker).filter(([field]) => !MARKER_FIELDS.has(field));
  return new Map(lines.map(([productId, quantity]) => [productId, Number(quantity)]));
}

function flat(lines: readonly StockLine[]): (string | number)[] {
  return lines.flatMap((line) => [line.productId, line.quantity]);
}

function availableByProduct(lines: readonly StockLine[], counts: readonly (string | number)[]): Map<string, number> {
  return new Map(lines.map((line, index) => [line.productId, Math.max(0, Number(counts[index] ?? 0))]));
}
