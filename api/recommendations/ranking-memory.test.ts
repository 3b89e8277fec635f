import { afterEach, expect, it, vi } from 'vitest';
import { RankingMemory } from './ranking-memory.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('returns a ranking as long as all of its inputs are identical', () => {
  const memory = new RankingMemory();
  const record = { bought: ['a'] };
  const candidates = [{ productId: 'b', reason: 'bought' as const }];
  memory.set('user:1', ['model', 12, record, undefined], candidates);
  expect(memory.get('user:1', ['model', 12, record, undefined])).toBe(candidates);
  for (const basis of [
    ['model', 12, { bought: ['a'] }, undefined],
    ['model', 12, record, []],
    ['model', 10, record, undefined],
    ['other', 12, record, undefined],
    ['model', 12, record],
    ['model', 12, record, undefined, undefined],
  ])
    expect(memory.get('user:1', basis)).toBeUndefined();
  expect(memory.get('user:2', ['model', 12, record, undefined])).toBeUndefined();
});

it('drops a ranking after ten minutes', () => {
  vi.useFakeTimers();
  const memory = new RankingMemory();
  memory.set('user:1', ['model'], []);
  vi.advanceTimersByTime(599_000);
  expect(memory.get('user:1', ['model'])).toEqual([]);
  vi.advanceTimersByTime(2_000);
  expect(memory.get('user:1', ['model'])).toBeUndefined();
});
