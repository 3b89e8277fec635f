/**
 * What the stock gate has nothing left of, kept in this process: the gate says when the last piece of something goes and when there
 * is one again. While it can't be heard nothing is known, and the stock counts as PostgreSQL has it.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../infra/logger.ts';
import { type StockGate, stockWordOf } from '../../infra/redis/stock-gate.ts';

const RETRY_MS = 1_000;

export class SoldOut {
  readonly #gate: StockGate;
  readonly #log: Logger;
  #ids = new Set<string>();
  /** What was said while the gate is being read, which may have been before it or after. */
  #saidMeanwhile: Map<string, boolean> | undefined;
  #reading = new AbortController();

  constructor(gate: StockGate, log: Logger) {
    this.#gate = gate;
    this.#log = log;
  }

  has(productId: string): boolean {
    return this.#ids.has(productId);
  }

  /** @param message as said on `STOCK_CHANNEL` */
  onMessage(message: string): void {
    const word = stockWordOf(message);
    if (word === 'opened') {
      this.onHearing();
      return;
    }
    this.#saidMeanwhile?.set(word.productId, word.isSoldOut);
    if (word.isSoldOut) this.#ids.add(word.productId);
    else this.#ids.delete(word.productId);
  }

  onDeaf(): void {
    this.#reading.abort();
    this.#ids.clear();
  }

  onHearing(): void {
    this.#reading.abort();
    this.#reading = new AbortController();
    void this.#read(this.#reading.signal);
  }

  async #read(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const said = new Map<string, boolean>();
      this.#saidMeanwhile = said;
      try {
        const ids = await this.#gate.soldOut();
        if (signal.aborted) return;
        for (const [id, isSoldOut] of said) {
          if (isSoldOut) ids.add(id);
          else ids.delete(id);
        }
        this.#ids = ids;
        this.#saidMeanwhile = undefined;
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#log.warn({ err: error }, 'recommendations: could not read what is sold out; trying again');
        await delay(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }
}
