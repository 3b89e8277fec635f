/** Tests when the stock counters are read. The integration test covers their messages. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger } from '../../infra/logger.ts';
import type { StockCounters } from '../../infra/redis/stock-counters.ts';
import { SoldOut } from './sold-out.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function soldOutOf(answers: readonly (string[] | 'fails')[]) {
  let reads = 0;
  const stockCounters: Pick<StockCounters, 'soldOut'> = {
    soldOut: async () => {
      const answer = answers[Math.min(reads, answers.length - 1)]!;
      reads += 1;
      if (answer === 'fails') throw new Error('Redis is away');
      return new Set(answer);
    },
  };
  return { soldOut: new SoldOut(stockCounters as StockCounters, createLogger('test', 'silent')), reads: () => reads };
}

it('rereads soon after a failure, and periodically after a success', async () => {
  const { soldOut, reads } = soldOutOf(['fails', ['mug'], ['lamp']]);
  soldOut.onSubscribed();
  await vi.advanceTimersByTimeAsync(900);
  expect(soldOut.has('mug')).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(soldOut.has('mug')).toBe(true);
  await vi.advanceTimersByTimeAsync(290_000);
  expect(reads()).toBe(2);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([soldOut.has('mug'), soldOut.has('lamp')]).toEqual([false, true]);
});

it('stops reading when disconnected, and ignores a pending result', async () => {
  const { soldOut, reads } = soldOutOf([['mug']]);
  soldOut.onSubscribed();
  soldOut.onDisconnected();
  await vi.advanceTimersByTimeAsync(1_000_000);
  expect([reads(), soldOut.has('mug')]).toEqual([1, false]);
});
