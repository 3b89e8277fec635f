import { RateLimiterMemory } from 'rate-limiter-flexible';
import { expect, it } from 'vitest';
import { LeasedLimiter } from './leased-limiter.ts';

/** Counts in memory, with Redis's latency. */
class SlowLimiter extends RateLimiterMemory {
  taken = 0;
  given = 0;

  override async consume(key: string, points?: number): ReturnType<RateLimiterMemory['consume']> {
    this.taken += 1;
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.given += 1;
    return super.consume(key, points);
  }
}

const spend = (limiter: LeasedLimiter, times: number, address = 'one') =>
  Promise.all(
    Array.from({ length: times }, () =>
      limiter.consume(address).then(
        ({ remainingPoints }) => remainingPoints,
        () => 'refused' as const,
      ),
    ),
  );

it('allows exactly as many requests as the limit, concurrent or not, and reports the remaining ones', async () => {
  const together = new LeasedLimiter(new SlowLimiter({ points: 100, duration: 60 }), 10);
  const answers = await spend(together, 130);
  expect(answers.filter((answer) => answer === 'refused')).toHaveLength(30);
  const single = new LeasedLimiter(new SlowLimiter({ points: 100, duration: 60 }), 10);
  const left: (number | 'refused')[] = [];
  for (let times = 0; times < 102; times += 1) left.push(...(await spend(single, 1)));
  expect(left[0]).toBe(99);
  expect(left.slice(98)).toEqual([1, 0, 'refused', 'refused']);
});

it('takes a block for many requests, before the last point is spent, separately for each address', async () => {
  const counted = new SlowLimiter({ points: 1_000, duration: 60 });
  const limiter = new LeasedLimiter(counted, 20);
  await spend(limiter, 20);
  expect(counted.taken).toBe(2);
  await expect.poll(() => counted.given).toBe(2);
  // The last of these request another block, and none waits for it.
  await spend(limiter, 15);
  expect([counted.taken, counted.given]).toEqual([3, 2]);
  await spend(limiter, 1, 'other');
  expect(counted.taken).toBe(4);
});

it('drops the remaining points of a past window', async () => {
  const limiter = new LeasedLimiter(new SlowLimiter({ points: 20, duration: 1 }), 10);
  expect((await spend(limiter, 21)).filter((answer) => answer === 'refused')).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect((await spend(limiter, 21)).filter((answer) => answer === 'refused')).toHaveLength(1);
});
