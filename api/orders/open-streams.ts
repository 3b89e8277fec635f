/** Counts the event streams that are open in this process, since each holds a connection and memory until it ends. */
import type { Settings } from '../../infra/config.ts';
import type { ApiContext } from '../context.ts';
import { tooMany } from '../middleware/limit.ts';
import { addressKey } from '../middleware/rate-limit.ts';

/** A closed tab frees its place at once, so waiting rarely takes longer. */
const RETRY_SECONDS = 10;

export class OpenStreams {
  readonly #settings: Settings;
  readonly #open = new Map<string, number>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Adds a stream of an order. @returns ends it; calling it again has no effect @throws DomainError rate_limited */
  add(ctx: ApiContext, orderId: string): () => void {
    const { RATE_LIMIT_ENABLED, ORDER_STREAMS_MAX, ORDER_STREAMS_PER_ADDRESS_MAX } = this.#settings;
    const limits = [
      [`order:${orderId}`, ORDER_STREAMS_MAX],
      [`address:${addressKey(ctx)}`, ORDER_STREAMS_PER_ADDRESS_MAX],
    ] as const;
    if (RATE_LIMIT_ENABLED && limits.some(([key, max]) => this.#count(key) >= max)) throw tooMany(ctx, RETRY_SECONDS);
    for (const [key] of limits) this.#open.set(key, this.#count(key) + 1);
    let hasEnded = false;
    return () => {
      if (hasEnded) return;
      hasEnded = true;
      for (const [key] of limits) {
        const left = this.#count(key) - 1;
        if (left > 0) this.#open.set(key, left);
        else this.#open.delete(key);
      }
    };
  }

  #count(key: string): number {
    return this.#open.get(key) ?? 0;
  }
}
