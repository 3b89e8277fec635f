import { expect, it, vi } from 'vitest';
import { memo } from './memo.ts';

it('loads once for concurrent callers, caches the value, and keeps serving it when a reload fails', async () => {
  vi.useFakeTimers();
  try {
    let loads = 0;
    let broken = false;
    const get = memo(async (mark: string) => {
      if (broken) throw new Error('unreachable');
      loads += 1;
      return `${mark}${loads}`;
    }, 1000);
    expect(await Promise.all([get('a'), get('b'), get('c')])).toEqual(['a1', 'a1', 'a1']);
    vi.advanceTimersByTime(999);
    expect(await get('d')).toBe('a1');
    vi.advanceTimersByTime(1);
    expect(await get('e')).toBe('e2');
    broken = true;
    vi.advanceTimersByTime(1000);
    expect(await get('f')).toBe('e2');
    broken = false;
    expect(await get('g')).toBe('g3');
  } finally {
    vi.useRealTimers();
  }
});

it('rejects if the load fails and nothing is cached', async () => {
  const get = memo(() => Promise.reject(new Error('unreachable')), 1000);
  await expect(get(undefined)).rejects.toThrow('unreachable');
  await expect(get(undefined)).rejects.toThrow('unreachable');
});
