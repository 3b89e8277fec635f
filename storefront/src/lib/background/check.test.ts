import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackgroundCheck, TryLater } from './check.ts';

let page: EventTarget & { visibilityState: string };
let browser: EventTarget;
let online: { onLine: boolean };
let requests: number;
let states: boolean[];
let respond: (signal: AbortSignal) => Promise<void>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(1);
  page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
  browser = new EventTarget();
  online = { onLine: true };
  requests = 0;
  states = [];
  respond = () => Promise.resolve();
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', online);
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function started(intervalMs = 60_000): BackgroundCheck {
  const check = new BackgroundCheck({
    request: (signal) => {
      requests += 1;
      return respond(signal);
    },
    intervalMs: () => intervalMs,
    onstate: (isUnknown) => states.push(isUnknown),
  });
  check.start();
  return check;
}
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const show = (visibilityState: string) => {
  page.visibilityState = visibilityState;
  page.dispatchEvent(new Event('visibilitychange'));
};

it('repeats after each interval, until it is stopped', async () => {
  const check = started();
  await wait(59_999);
  expect(requests).toBe(0);
  await wait(1);
  expect(requests).toBe(1);
  await wait(60_000);
  expect([requests, states]).toEqual([2, [false, false]]);
  check.stop();
  await wait(600_000);
  show('visible');
  await wait(0);
  expect(requests).toBe(2);
});

it('retries later after each failure, and says that the result is unknown from the second one on', async () => {
  respond = () => Promise.reject(new Error('500'));
  started().now();
  await wait(0);
  const times: number[] = [];
  for (let failures = 1; failures <= 7; failures += 1) {
    const before = Date.now();
    while (requests === failures) await wait(1_000);
    times.push(Date.now() - before);
  }
  expect(times).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  expect(states.slice(0, 3)).toEqual([false, true, true]);
  respond = () => Promise.resolve();
  await wait(60_000);
  expect(states.at(-1)).toBe(false);
  await wait(60_000);
  expect(states.at(-1)).toBe(false);
});

it('retries at random within half of the delay, so that browsers do not return together', async () => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  respond = () => Promise.reject(new Error('500'));
  started().now();
  await wait(1_000);
  expect(requests).toBe(2);
});

it('waits as long as the server asks, whatever happens meanwhile', async () => {
  respond = () => Promise.reject(new TryLater(300_000));
  const check = started();
  check.now();
  await wait(0);
  expect(states).toEqual([true]);
  check.now();
  show('visible');
  await wait(299_000);
  expect(requests).toBe(1);
  respond = () => Promise.resolve();
  await wait(1_000);
  expect([requests, states]).toEqual([2, [true, false]]);
});

it('does not say so for a short wait', async () => {
  respond = () => Promise.reject(new TryLater(5_000));
  started().now();
  await wait(0);
  expect(states).toEqual([false]);
  await wait(4_999);
  expect(requests).toBe(1);
  await wait(1);
  expect(requests).toBe(2);
});

describe('a hidden page', () => {
  it('requests nothing, and checks when it is shown again', async () => {
    started();
    show('hidden');
    await wait(600_000);
    expect(requests).toBe(0);
    show('visible');
    await wait(0);
    expect(requests).toBe(1);
    await wait(60_000);
    expect(requests).toBe(2);
  });
});

describe('offline', () => {
  it('nothing is requested, the result is unknown, and the check continues online', async () => {
    started();
    online.onLine = false;
    browser.dispatchEvent(new Event('offline'));
    expect(states).toEqual([true]);
    await wait(600_000);
    expect([requests, states.at(-1)]).toEqual([0, true]);
    online.onLine = true;
    browser.dispatchEvent(new Event('online'));
    await wait(0);
    expect([requests, states.at(-1)]).toEqual([1, false]);
  });
});

it('makes one request at a time, and another one if it was asked meanwhile', async () => {
  let finish: () => void = () => {};
  respond = () => new Promise((resolve) => (finish = resolve));
  const check = started(3_600_000);
  check.now();
  await wait(0);
  check.now();
  await wait(0);
  check.now();
  await wait(0);
  expect(requests).toBe(1);
  finish();
  await wait(0);
  expect(requests).toBe(2);
  finish();
  await wait(600_000);
  expect(requests).toBe(2);
});

it('ends a request that takes too long, or whose page is left', async () => {
  const signals: AbortSignal[] = [];
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const late = new AbortController();
    setTimeout(() => late.abort(), ms);
    return late.signal;
  });
  respond = (signal) => {
    signals.push(signal);
    return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  };
  const check = started();
  check.now();
  await wait(15_000);
  expect([signals[0]!.aborted, states]).toEqual([true, [false]]);
  await wait(2_000);
  expect([signals.length, signals[1]!.aborted]).toEqual([2, false]);
  check.stop();
  await wait(0);
  expect([signals[1]!.aborted, states]).toEqual([true, [false]]);
});
