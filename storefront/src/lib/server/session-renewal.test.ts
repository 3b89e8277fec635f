import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '#lib/contracts.ts';
import { ApiProblem } from './problem.ts';
import { SessionRenewal } from './session-renewal.ts';

const session = (mark: string) => ({ refresh_token: mark }) as Session;
const problem = (status: number) => new ApiProblem({ type: 'x', title: 'x', status, code: 'x' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a refresh token', () => {
  it('is exchanged once for concurrent requests, and for half a minute after', async () => {
    const refresh = vi.fn(async () => session('new'));
    const renewal = new SessionRenewal();
    const sessions = await Promise.all([renewal.renew('old', refresh), renewal.renew('old', refresh)]);
    expect(sessions).toEqual([session('new'), session('new')]);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(await renewal.renew('old', refresh)).toEqual(session('new'));
    expect(refresh).toHaveBeenCalledExactlyOnceWith('old');
    await vi.advanceTimersByTimeAsync(1);
    await renewal.renew('old', refresh);
    expect(refresh).toHaveBeenCalledTimes(2);
  });

  it('of another shopper is separate', async () => {
    const renewal = new SessionRenewal();
    const refresh = async (token: string) => session(`${token}-new`);
    expect(await renewal.renew('a', refresh)).toEqual(session('a-new'));
    expect(await renewal.renew('b', refresh)).toEqual(session('b-new'));
  });

  it.each([400, 401])('that the API refuses with %d ends the session, and the result is cached', async (status) => {
    const renewal = new SessionRenewal();
    const refresh = vi.fn(() => Promise.reject(problem(status)));
    expect(await renewal.renew('old', refresh)).toBeUndefined();
    expect(await renewal.renew('old', refresh)).toBeUndefined();
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('is retried when the API did not respond or the request was rate limited', async () => {
    const renewal = new SessionRenewal();
    for (const error of [problem(503), problem(429), new Error('unreachable')])
      await expect(renewal.renew('old', () => Promise.reject(error))).rejects.toBe(error);
    expect(await renewal.renew('old', async () => session('new'))).toEqual(session('new'));
  });
});
