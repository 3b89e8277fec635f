import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Order } from './contracts.ts';
import { followOrder, isSame } from './order-stream.ts';
import { anOrder } from './testing.ts';

it('treats an extended reservation or a new status as a change', () => {
  const shown = anOrder({ status: 'pending' });
  const { id, status, last_payment_error, refunded_amount, expires_at, updated_at } = shown;
  const received = { id, status, last_payment_error, refunded_amount, expires_at, updated_at };
  expect(isSame(received, shown)).toBe(true);
  expect(isSame({ ...received, expires_at: '2026-03-01T10:00:00Z' }, shown)).toBe(true);
  expect(isSame({ ...received, expires_at: '2026-03-01T10:15:00.000Z' }, shown)).toBe(false);
  expect(isSame({ ...received, status: 'under_review' }, shown)).toBe(false);
  expect(isSame({ ...received, refunded_amount: 1 }, shown)).toBe(false);
  // A refund decision changes no other field.
  expect(isSame({ ...received, updated_at: '2026-03-02T10:00:00.000Z' }, shown)).toBe(false);
});

describe('following an order', () => {
  /** The browser's side of an event stream. */
  class FakeStream extends EventTarget {
    static readonly CLOSED = 2;
    readonly url: string;
    readyState = 1;
    constructor(url: string) {
      super();
      this.url = url;
      opened.push(this);
    }
    send(message: object): void {
      this.dispatchEvent(Object.assign(new Event('order'), { data: JSON.stringify(message) }));
    }
    close(): void {
      this.readyState = FakeStream.CLOSED;
    }
  }
  let opened: FakeStream[];
  let page: EventTarget & { visibilityState: string };
  let changes: number;

  beforeEach(() => {
    opened = [];
    changes = 0;
    page = Object.assign(new EventTarget(), { visibilityState: 'visible' });
    vi.useFakeTimers();
    vi.stubGlobal('EventSource', FakeStream);
    vi.stubGlobal('document', page);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const follow = (order: Order) =>
    followOrder(order, () => {
      changes += 1;
    });
  const returnToPage = (visibilityState: string) => {
    page.visibilityState = visibilityState;
    page.dispatchEvent(new Event('visibilitychange'));
  };

  it('reports changes, but not what the page already shows', () => {
    const order = anOrder();
    follow(order);
    expect(opened.map(({ url }) => url)).toEqual([`/orders/${order.id}/events`]);
    opened[0]!.send(order);
    expect(changes).toBe(0);
    opened[0]!.send({ ...order, status: 'shipped' });
    expect(changes).toBe(1);
  });

  it.each([
    ['pending', 4_000],
    ['paid', 60_000],
  ] as const)('polls an order that is %s every %i ms while the stream is blocked', (status, interval) => {
    follow(anOrder({ status }));
    vi.advanceTimersByTime(interval - 1);
    expect(changes).toBe(0);
    vi.advanceTimersByTime(1);
    expect(changes).toBe(1);
    vi.advanceTimersByTime(interval);
    expect(changes).toBe(2);
    expect(opened).toHaveLength(1);
  });

  it('stops polling once the stream has delivered a message', () => {
    const order = anOrder();
    follow(order);
    opened[0]!.send(order);
    vi.advanceTimersByTime(180_000);
    expect(changes).toBe(0);
  });

  it('reopens a stream that the browser closed, and follows it', () => {
    const order = anOrder();
    const stop = follow(order);
    opened[0]!.readyState = FakeStream.CLOSED;
    vi.advanceTimersByTime(60_000);
    expect([opened.length, changes]).toEqual([2, 0]);
    opened[1]!.send({ ...order, status: 'shipped' });
    expect(changes).toBe(1);
    stop();
    expect(opened[1]!.readyState).toBe(FakeStream.CLOSED);
  });

  it('checks when the shopper returns to the page, but not when they leave', () => {
    follow(anOrder());
    returnToPage('hidden');
    expect(changes).toBe(0);
    returnToPage('visible');
    expect(changes).toBe(1);
  });

  it('stops following', () => {
    follow(anOrder())();
    returnToPage('visible');
    vi.advanceTimersByTime(180_000);
    expect([changes, opened.length, opened[0]!.readyState]).toEqual([0, 1, FakeStream.CLOSED]);
  });
});

it('treats another declined card as a change', () => {
  const shown = anOrder({ status: 'pending' });
  expect(isSame({ ...shown, last_payment_error: 'Your card was declined.' }, shown)).toBe(false);
});
