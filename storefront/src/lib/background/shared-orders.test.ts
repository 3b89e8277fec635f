import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { anOrder } from '#lib/testing.ts';
import { MAX_ORDERS, OrderStream } from './order-stream.ts';
import { SharedOrders } from './shared-orders.ts';

/** The browser's side of an event stream. */
class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  readonly ids: string[];
  readyState = 1;
  constructor(url: string) {
    super();
    this.ids = new URL(url, 'http://shop.test').searchParams.getAll('id');
    opened.push(this);
  }
  send(message: object): void {
    this.dispatchEvent(Object.assign(new Event('order'), { data: JSON.stringify(message) }));
  }
  fail(readyState: number): void {
    this.readyState = readyState;
    this.dispatchEvent(new Event('error'));
  }
  close(): void {
    this.readyState = FakeStream.CLOSED;
  }
}
let opened: FakeStream[];
const open = () => opened.filter(({ readyState }) => readyState !== FakeStream.CLOSED);
beforeEach(() => {
  opened = [];
  vi.stubGlobal('EventSource', FakeStream);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the stream', () => {
  let received: string[];
  let downs: number;
  let stream: OrderStream;
  beforeEach(() => {
    vi.useFakeTimers();
    received = [];
    downs = 0;
    stream = new OrderStream({
      onorder: ({ id }) => received.push(id),
      ondown: () => {
        downs += 1;
      },
    });
  });
  afterEach(() => stream.close());

  it('opens one connection for all orders, and another one only when they change', () => {
    stream.follow(['a']);
    stream.follow(['b', 'a', 'b']);
    vi.advanceTimersByTime(200);
    stream.follow(['a', 'b']);
    vi.advanceTimersByTime(200);
    expect(opened.map(({ ids }) => ids)).toEqual([['a', 'b']]);
    stream.follow(['b']);
    vi.advanceTimersByTime(200);
    expect(open().map(({ ids }) => ids)).toEqual([['b']]);
    stream.follow([]);
    vi.advanceTimersByTime(200);
    expect(open()).toEqual([]);
  });

  it('follows as many orders as the API accepts', () => {
    stream.follow(Array.from({ length: MAX_ORDERS + 1 }, (_, index) => `${index}`));
    vi.advanceTimersByTime(200);
    expect(opened[0]!.ids).toHaveLength(MAX_ORDERS);
  });

  it('remembers the latest state until the connection ends', () => {
    stream.follow(['a']);
    vi.advanceTimersByTime(200);
    const message = anOrder({ id: 'a' });
    opened[0]!.send(message);
    expect([received, stream.latest('a')?.id, downs]).toEqual([['a'], 'a', 0]);
    // The browser reconnects by itself.
    opened[0]!.fail(0);
    expect([stream.latest('a'), downs]).toEqual([undefined, 1]);
    vi.advanceTimersByTime(600_000);
    expect(opened).toHaveLength(1);
  });

  it('tries again later each time after an error response, and sooner after it worked', () => {
    stream.follow(['a']);
    vi.advanceTimersByTime(200);
    for (const [index, delay] of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
      opened[index]!.fail(FakeStream.CLOSED);
      vi.advanceTimersByTime(delay - 1);
      expect(opened).toHaveLength(index + 1);
      vi.advanceTimersByTime(1);
      expect(opened).toHaveLength(index + 2);
    }
    opened[6]!.send(anOrder({ id: 'a' }));
    opened[6]!.fail(FakeStream.CLOSED);
    vi.advanceTimersByTime(5_000);
    expect(opened).toHaveLength(8);
    stream.close();
    opened[7]!.fail(FakeStream.CLOSED);
    vi.advanceTimersByTime(600_000);
    expect(opened).toHaveLength(8);
  });
});

describe('tabs', () => {
  let page: EventTarget & { visibilityState: string };
  const stops: (() => void)[] = [];
  beforeEach(() => {
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.stubGlobal('document', page);
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) stop();
    await sleep(10);
  });

  const tab = (orderId: string) => {
    const received: string[] = [];
    const stop = new SharedOrders().follow(orderId, {
      onorder: ({ status }) => received.push(status),
      ondown: () => received.push('down'),
    });
    stops.push(stop);
    return { received, stop };
  };
  const until = (isTrue: () => boolean) => vi.waitFor(() => expect(isTrue()).toBe(true), { timeout: 3_000 });

  it('share one connection, whose messages reach the tabs of each order', async () => {
    const tabs = [tab('a'), tab('b'), tab('a')];
    await until(() => open().length === 1 && open()[0]!.ids.join() === 'a,b');
    open()[0]!.send(anOrder({ id: 'a', status: 'shipped' }));
    await until(() => tabs[0]!.received.includes('shipped') && tabs[2]!.received.includes('shipped'));
    expect(tabs[1]!.received).not.toContain('shipped');
    // A tab that opens later gets what was received already.
    const late = tab('a');
    await until(() => late.received.includes('shipped'));
    expect(open()).toHaveLength(1);
  });

  it('take over the connection when the tab that has it closes, and close it with the last one', async () => {
    const first = tab('a');
    await until(() => open().length === 1);
    const second = tab('b');
    await until(() => open()[0]?.ids.join() === 'a,b');
    first.stop();
    await until(() => open().length === 1 && open()[0]!.ids.join() === 'b');
    open()[0]!.send(anOrder({ id: 'b', status: 'paid' }));
    await until(() => second.received.at(-1) === 'paid');
    open()[0]!.fail(0);
    await until(() => second.received.at(-1) === 'down');
    second.stop();
    await until(() => open().length === 0);
  });

  it('that are hidden have none', async () => {
    tab('a');
    await until(() => open().length === 1);
    page.visibilityState = 'hidden';
    page.dispatchEvent(new Event('visibilitychange'));
    await until(() => open().length === 0);
    page.visibilityState = 'visible';
    page.dispatchEvent(new Event('visibilitychange'));
    await until(() => open().length === 1);
  });

  it('of a browser without locks have one each', async () => {
    vi.stubGlobal('navigator', {});
    const received = [tab('a'), tab('b')].map((each) => each.received);
    await until(() => open().length === 2);
    open()[1]!.send(anOrder({ id: 'b', status: 'paid' }));
    expect(received.map((each) => each.includes('paid'))).toEqual([false, true]);
  });
});
