import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Order } from './contracts.ts';
import { followOrder, isSame } from './order-stream.ts';
import { anOrder } from './testing.ts';

it('takes a longer hold for a change as much as another status', () => {
  const shown = anOrder({ status: 'pending' });
  const { id, status, last_payment_error, refunded_amount, expires_at, updated_at } = shown;
  const told = { id, status, last_payment_error, refunded_amount, expires_at, updated_at };
  expect(isSame(told, shown)).toBe(true);
  expect(isSame({ ...told, expires_at: '2026-03-01T10:00:00Z' }, shown)).toBe(true);
  expect(isSame({ ...told, expires_at: '2026-03-01T10:15:00.000Z' }, shown)).toBe(false);
  expect(isSame({ ...told, status: 'under_review' }, shown)).toBe(false);
  expect(isSame({ ...told, refunded_amount: 1 }, shown)).toBe(false);
  // A refund that was decided moves nothing else.
  expect(isSame({ ...told, updated_at: '2026-03-02T10:00:00.000Z' }, shown)).toBe(false);
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

  it('tells of a change, and not of what is shown already', () => {
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
  ] as const)('looks at an order that is %s every %i ms while no stream gets through', (status, interval) => {
    follow(anOrder({ status }));
    vi.advanceTimersByTime(interval - 1);
    expect(changes).toBe(0);
    vi.advanceTimersByTime(1);
    expect(changes).toBe(1);
    vi.advanceTimersByTime(interval);
    expect(changes).toBe(2);
    expect(opened).toHaveLength(1);
  });

  it('looks no more once the stream has said something', () => {
    const order = anOrder();
    follow(order);
    opened[0]!.send(order);
    vi.advanceTimersByTime(180_000);
    expect(changes).toBe(0);
  });

  it('opens a stream again that the browser gave up, and follows that one', () => {
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

  it('looks when the shopper comes back to the page, and not when they leave it', () => {
    follow(anOrder());
    returnToPage('hidden');
    expect(changes).toBe(0);
    returnToPage('visible');
    expect(changes).toBe(1);
  });

  it('stops', () => {
    follow(anOrder())();
    returnToPage('visible');
    vi.advanceTimersByTime(180_000);
    expect([changes, opened.length, opened[0]!.readyState]).toEqual([0, 1, FakeStream.CLOSED]);
  });
});

it('takes another refusal of the card for a change', () => {
  const shown = anOrder({ status: 'pending' });
  expect(isSame({ ...shown, last_payment_error: 'Your card was declined.' }, shown)).toBe(false);
});
