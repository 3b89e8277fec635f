import { RateLimiterMemory } from 'rate-limiter-flexible';
import { expect, it } from 'vitest';
import { LeasedLimiter } from './leased-limiter.ts';

/** Counts in memory, as slow as Redis is. */
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

it('lets as many through as the limit says, together or one by one, and tells how many are left', async () => {
  const together = new LeasedLimiter(new SlowLimiter({ points: 100, duration: 60 }), 10);
  const answers = await spend(together, 130);
  expect(answers.filter((answer) => answer === 'refused')).toHaveLength(30);
  const single = new LeasedLimiter(new SlowLimiter({ points: 100, duration: 60 }), 10);
  const left: (number | 'refused')[] = [];
  for (let times = 0; times < 102; times += 1) left.push(...(await spend(single, 1)));
  expect(left[0]).toBe(99);
  expect(left.slice(98)).toEqual([1, 0, 'refused', 'refused']);
});

it('takes a block for many, before the last is spent, and each address its own', async () => {
  const counted = new SlowLimiter({ points: 1_000, duration: 60 });
  const limiter = new LeasedLimiter(counted, 20);
  await spend(limiter, 20);
  expect(counted.taken).toBe(2);
  await expect.poll(() => counted.given).toBe(2);
  // Of these the last ask for more, and none waits for it.
  await spend(limiter, 15);
  expect([counted.taken, counted.given]).toEqual([3, 2]);
  await spend(limiter, 1, 'other');
  expect(counted.taken).toBe(4);
});

it('forgets what is left of a window that is over', async () => {
  const limiter = new LeasedLimiter(new SlowLimiter({ points: 20, duration: 1 }), 10);
  expect((await spend(limiter, 21)).filter((answer) => answer === 'refused')).toHaveLength(1);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  expect((await spend(limiter, 21)).filter((answer) => answer === 'refused')).toHaveLength(1);
});
