/**
 * A limit whose counting costs almost nothing: points are taken from Redis in blocks and spent in this process. For the generous
 * tier of cached reads, where asking Redis for each one would cost more than answering it. What an address has leased and not spent
 * when its window ends is lost to it, two blocks at most for each API process.
 */

import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

interface Lease {
  left: number;
  /** What Redis said when the newest block was taken. */
  state: RateLimiterRes;
  endsAtMs: number;
  /** The next block, on its way. */
  next: Promise<void> | undefined;
}

/** Addresses remembered at once; the oldest lease goes first. */
const MAX_LEASES = 10_000;

export class LeasedLimiter {
  readonly #limiter: RateLimiterAbstract;
  readonly #block: number;
  readonly #leases = new LRUCache<string, Lease>({ max: MAX_LEASES });

  /** @param block points taken at a time, 1 or more and far below the limit */
  constructor(limiter: RateLimiterAbstract, block: number) {
    this.#limiter = limiter;
    this.#block = block;
  }

  /** Spends one point. @throws RateLimiterRes when none are left in the window; whatever Redis throws */
  async consume(address: string): Promise<RateLimiterRes> {
    for (;;) {
      const lease = this.#leases.get(address);
      if (lease && lease.left > 0 && Date.now() < lease.endsAtMs) {
        lease.left -= 1;
        // In good time, so that nobody waits for it. If there is none, the one who needs it is told.
        if (lease.left < this.#block / 2) this.#extend(address, lease).catch(() => {});
        return remaining(lease);
      }
      // All who find it spent wait for the same block.
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
    // Points of a window that is over are over too.
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
