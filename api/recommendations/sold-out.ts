/**
 * Products that are sold out, as the stock counters publish it: once when the last unit is taken, and once when there are units again.
 * While the channel is disconnected, nothing is known, and stock is read from PostgreSQL.
 */
import type { Logger } from '../../infra/logger.ts';
import { type StockCounters, stockWordOf } from '../../infra/redis/stock-counters.ts';

const RETRY_MS = 1_000;
/** Read anew now and then, in case that the stock counters were changed by a worker of a release that did not say so yet, or by hand. */
const REREAD_MS = 300_000;

export class SoldOut {
  readonly #counters: StockCounters;
  readonly #log: Logger;
  #ids = new Set<string>();
  /** What was said while the stock counters are being read, which may have been before it or after. */
  #changedMeanwhile: Map<string, boolean> | undefined;
  /** Counts the readings: what an earlier one finds is not looked at any more. */
  #reading = 0;
  #next: NodeJS.Timeout | undefined;

  constructor(stockCounters: StockCounters, log: Logger) {
    this.#counters = stockCounters;
    this.#log = log;
  }

  has(productId: string): boolean {
    return this.#ids.has(productId);
  }

  /** @param message as said on `STOCK_CHANNEL` */
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
    const said = new Map<string, boolean>();
    this.#changedMeanwhile = said;
    let againMs = REREAD_MS;
    try {
      const ids = await this.#counters.soldOut();
      if (reading !== this.#reading) return;
      for (const [id, isSoldOut] of said) {
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
