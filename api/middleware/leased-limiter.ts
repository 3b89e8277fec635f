/**
 * A rate limiter that takes points from Redis in blocks and spends them in this process. It is for cached reads, whose limit is high and for
 * which a call to Redis per request would cost more than the response. Points that an address has not spent when its window ends are lost,
 * at most two blocks per API process.
 */

import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

interface Lease {
  left: number;
  /** Redis's response when the newest block was taken. */
  state: RateLimiterRes;
  endsAtMs: number;
  /** Pending request for the next block. */
  next: Promise<void> | undefined;
}

/** Maximum addresses with a lease; the oldest lease is dropped first. */
const MAX_LEASES = 10_000;

export class LeasedLimiter {
  readonly #limiter: RateLimiterAbstract;
  readonly #block: number;
  readonly #leases = new LRUCache<string, Lease>({ max: MAX_LEASES });

  /** @param block points per call to Redis: at least 1 and far below the limit */
  constructor(limiter: RateLimiterAbstract, block: number) {
    this.#limiter = limiter;
    this.#block = block;
  }

  /** Spends one point. @throws RateLimiterRes when none are left in the window; Redis's errors */
  async consume(address: string): Promise<RateLimiterRes> {
    for (;;) {
      const lease = this.#leases.get(address);
      if (lease && lease.left > 0 && Date.now() < lease.endsAtMs) {
        lease.left -= 1;
        // The next block is requested early, so that no request waits for it. An error is ignored here and thrown for the request that needs it.
        if (lease.left < this.#block / 2) this.#extend(address, lease).catch(() => {});
        return remaining(lease);
      }
      // Concurrent requests wait for the same block.
      await this.#extend(address, lease);
    }
  }

  #extend(address: string, lease: Lease | undefined): Promise<void> {
    const known = lease ?? this.#remember(address);
    known.next ??= this.#take(address, known).finally(() => {
      known.next = undefined;
    });
    return known.next;
  }

  #remember(address: string): Lease {
    const lease = { left: 0, state: new RateLimiterRes(), endsAtMs: 0, next: undefined };
    this.#leases.set(address, lease);
    return lease;
  }

  async #take(address: string, lease: Lease): Promise<void> {
    const state = await this.#limiter.consume(address, this.#block);
    const nowMs = Date.now();
    // Points of a past window are lost.
    lease.left = (nowMs < lease.endsAtMs ? lease.left : 0) + this.#block;
    lease.endsAtMs = nowMs + state.msBeforeNext;
    lease.state = state;
  }
}

function remaining({ left, state, endsAtMs }: Lease): RateLimiterRes {
  return new RateLimiterRes(
    state.remainingPoints + left,
    Math.max(0, endsAtMs - Date.now()),
    state.consumedPoints,
    false,
  );
}
