/**
 * Sold-out products, as published by the stock counters when the last unit is reserved and when units are available again. While
 * disconnected, none are known, and stock is read from PostgreSQL.
 */
import type { Logger } from '../../infra/logger.ts';
import { type StockCounters, stockWordOf } from '../../infra/redis/stock-counters.ts';

const RETRY_MS = 1_000;
/** Interval of rereads, in case the stock counters were changed manually or by a worker of a release that did not publish changes. */
const REREAD_MS = 300_000;

export class SoldOut {
  readonly #counters: StockCounters;
  readonly #log: Logger;
  #ids = new Set<string>();
  /** Changes that were published during a read, whose result may or may not include them. */
  #changedMeanwhile: Map<string, boolean> | undefined;
  /** Number of the current read; results of earlier reads are ignored. */
  #reading = 0;
  #next: NodeJS.Timeout | undefined;

  constructor(stockCounters: StockCounters, log: Logger) {
    this.#counters = stockCounters;
    this.#log = log;
  }

  has(productId: string): boolean {
    return this.#ids.has(productId);
  }

  /** @param message published on `STOCK_CHANNEL` */
  onMessage(message: string): void {
    const word = stockWordOf(message);
    if (word === 'opened') {
      this.onSubscribed();
      return;
    }
    this.#changedMeanwhile?.set(word.productId, word.isSoldOut);
    if (word.isSoldOut) this.#ids.add(word.productId);
    else this.#ids.delete(word.productId);
  }

  onDisconnected(): void {
    this.#stopReading();
    this.#ids.clear();
  }

  onSubscribed(): void {
    this.#stopReading();
    void this.#read(this.#reading);
  }

  #stopReading(): void {
    this.#reading += 1;
    clearTimeout(this.#next);
  }

  async #read(reading: number): Promise<void> {
    const changed = new Map<string, boolean>();
    this.#changedMeanwhile = changed;
    let againMs = REREAD_MS;
    try {
      const ids = await this.#counters.soldOut();
      if (reading !== this.#reading) return;
      for (const [id, isSoldOut] of changed) {
        if (isSoldOut) ids.add(id);
        else ids.delete(id);
      }
      this.#ids = ids;
    } catch (error) {
      if (reading !== this.#reading) return;
      this.#log.warn({ err: error }, 'recommendations: sold-out products could not be read; retrying');
      againMs = RETRY_MS;
    }
    this.#changedMeanwhile = undefined;
    this.#next = setTimeout(() => this.onSubscribed(), againMs).unref();
  }
}
