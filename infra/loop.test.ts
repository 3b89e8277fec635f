import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Loop } from './loop.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const noError = (error: unknown): never => {
  throw error;
};
/** Lets everything run that waits for no timer. */
const settle = () => vi.advanceTimersByTimeAsync(0);

it('pauses between turns for as long as the turn says', async () => {
  let turns = 0;
  const loop = new Loop(async () => {
    turns += 1;
    return turns < 3 ? 0 : 1_000;
  }, noError);
  await settle();
  expect(turns).toBe(3);
  await vi.advanceTimersByTimeAsync(999);
  expect(turns).toBe(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(turns).toBe(4);
  await loop.stop();
});

it('goes on at once when it is woken, also by a call during the turn before', async () => {
  let turns = 0;
  const loop: Loop = new Loop(async () => {
    turns += 1;
    if (turns === 2) loop.wake();
    return 1_000;
  }, noError);
  await settle();
  expect(turns).toBe(1);
  loop.wake();
  await settle();
  expect(turns).toBe(3);
  await settle();
  expect(turns).toBe(3);
  await loop.stop();
});

it('goes on after an error, once the pause that the handler returns is over', async () => {
  const errors: unknown[] = [];
  const loop = new Loop(
    () => Promise.reject(new Error(`turn ${errors.length + 1}`)),
    (error) => {
      errors.push((error as Error).message);
      return 500;
    },
  );
  await settle();
  expect(errors).toEqual(['turn 1']);
  await vi.advanceTimersByTimeAsync(500);
  expect(errors).toEqual(['turn 1', 'turn 2']);
  await loop.stop();
});

it('stops after the current turn, and does not report the error of a turn that it aborted', async () => {
  const errors: unknown[] = [];
  const loop = new Loop(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    (error) => errors.push(error),
  );
  await settle();
  await loop.stop();
  expect(errors).toEqual([]);
});

it('can repeat work with one pause, also after an error', async () => {
  const errors: unknown[] = [];
  let turns = 0;
  const loop = Loop.every(
    1_000,
    async () => {
      turns += 1;
      if (turns === 1) throw new Error('first');
    },
    (error) => errors.push((error as Error).message),
  );
  await settle();
  expect([turns, errors]).toEqual([1, ['first']]);
  await vi.advanceTimersByTimeAsync(999);
  expect(turns).toBe(1);
  await vi.advanceTimersByTimeAsync(1_001);
  expect([turns, errors]).toEqual([3, ['first']]);
  await loop.stop();
});
