import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.ts';

describe('a batcher', () => {
  it('combines jobs that arrive while a batch is running, and returns each its own result', async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>(
      async (jobs) => {
        sizes.push(jobs.length);
        await delay(5);
        return jobs.map((job) => job * 2);
      },
      { maxSize: 10, maxInFlight: 1 },
    );
    const results = await Promise.all([
      batcher.add(1),
      ...(await delay(1).then(() => Array.from({ length: 15 }, (_, index) => batcher.add(index + 2)))),
    ]);
    expect(results).toEqual(Array.from({ length: 16 }, (_, index) => (index + 1) * 2));
    expect(Math.max(...sizes)).toBe(10);
    expect(sizes.length).toBeLessThanOrEqual(3);
  });

  it('runs each job by itself when the batch fails, so that only the bad job fails', async () => {
    const batcher = new Batcher<number, string>(
      async (jobs) => {
        if (jobs.includes(13)) throw new Error('unlucky');
        return jobs.map(String);
      },
      { maxSize: 100, maxInFlight: 1 },
    );
    const results = await Promise.allSettled([1, 13, 3].map((job) => batcher.add(job)));
    expect(results.map((each) => each.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('limits the number of concurrent batches', async () => {
    let running = 0;
    let maxRunning = 0;
    const batcher = new Batcher<number, number>(
      async (jobs) => {
        running += 1;
        maxRunning = Math.max(maxRunning, running);
        await delay(2);
        running -= 1;
        return jobs;
      },
      { maxSize: 1, maxInFlight: 2 },
    );
    await Promise.all([1, 2, 3, 4, 5].map((job) => batcher.add(job)));
    expect(maxRunning).toBe(2);
  });
});
