/**
 * A limit whose counting costs almost nothing: points are taken from Redis in blocks and spent in this process. For the generous
 * tier of cached reads, where asking Redis for each one would cost more than answering it. What an address has leased and not spent
 * when its window ends is lost to it, at most one block for each API process.
 */
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

interface Lease {
  left: number;
  /** What Redis said when the block was taken. */
  state: RateLimiterRes;
  endsAtMs: number;
}

/** Addresses remembered at once; the oldest lease goes first. */
const MOST_LEASES = 10_000;

export class LeasedLimiter {
  readonly #limiter: RateLimiterAbstract;
  readonly #block: number;
  readonly #leases = new Map<string, Lease>();

  /** @param block points taken at a time, 1 or more and far below the limit */
  constructor(limiter: RateLimiterAbstract, block: number) {
    this.#limiter = limiter;
    this.#block = block;
  }

  /** Spends one point. @throws RateLimiterRes when none are left in the window; whatever Redis throws */
  async consume(address: string): Promise<RateLimiterRes> {
    const lease = this.#leases.get(address);
    if (lease && lease.left > 0 && Date.now() < lease.endsAtMs) {
      lease.left -= 1;
      return remaining(lease);
    }
    const state = await this.#limiter.consume(address, this.#block);
    const taken = { left: this.#block - 1, state, endsAtMs: Date.now() + state.msBeforeNext };
    if (this.#leases.size >= MOST_LEASES) this.#leases.delete(this.#leases.keys().next().value!);
    this.#leases.set(address, taken);
    return remaining(taken);
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
