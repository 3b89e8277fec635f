import { beforeEach, describe, expect, it } from 'vitest';
import type { Order } from '#lib/contracts.ts';
import { anOrder } from '#lib/testing.ts';
import { isSame, OrderFollowing } from './order-following.ts';
import type { StreamListener } from './order-stream.ts';

it('treats an extended reservation, a decline, or a new status as a change', () => {
  const shown = anOrder({ status: 'pending' });
  const { id, status, last_payment_error, refunded_amount, expires_at, updated_at } = shown;
  const received = { id, status, last_payment_error, refunded_amount, expires_at, updated_at };
  expect(isSame(received, shown)).toBe(true);
  expect(isSame({ ...received, expires_at: '2026-03-01T10:00:00Z' }, shown)).toBe(true);
  expect(isSame({ ...received, expires_at: '2026-03-01T10:15:00.000Z' }, shown)).toBe(false);
  expect(isSame({ ...received, status: 'under_review' }, shown)).toBe(false);
  expect(isSame({ ...received, refunded_amount: 1 }, shown)).toBe(false);
  expect(isSame({ ...received, last_payment_error: 'Your card was declined.' }, shown)).toBe(false);
  // A refund decision changes no other field.
  expect(isSame({ ...received, updated_at: '2026-03-02T10:00:00.000Z' }, shown)).toBe(false);
});

describe('a page that follows an order', () => {
  let shown: Order;
  let stream: StreamListener;
  let changes: number;
  let followed: string[];
  let following: OrderFollowing;

  beforeEach(() => {
    shown = anOrder({ status: 'pending' });
    changes = 0;
    followed = [];
    following = new OrderFollowing(() => shown, {
      follow: (orderId, listener) => {
        followed.push(orderId);
        stream = listener;
        return () => followed.pop();
      },
    });
  });
  const follow = () =>
    following.follow(() => {
      changes += 1;
    });

  it('learns of changes, but not of what it already shows', () => {
    const stop = follow();
    expect(followed).toEqual([shown.id]);
    stream.onorder(shown);
    expect(changes).toBe(0);
    stream.onorder({ ...shown, status: 'paid' });
    expect(changes).toBe(1);
    shown = { ...shown, status: 'paid' };
    stream.onorder(shown);
    expect(changes).toBe(1);
    stop();
    expect(followed).toEqual([]);
  });

  it('asks at growing intervals until the stream has delivered, few enough for the limits of 15 minutes', () => {
    follow();
    const intervals = Array.from({ length: 7 }, () => following.intervalMs());
    expect(intervals).toEqual([4_000, 6_000, 9_000, 13_500, 20_000, 20_000, 20_000]);
    expect(900_000 / 20_000).toBeLessThan(50);
    following.hurry();
    expect(following.intervalMs()).toBe(4_000);
    stream.onorder(shown);
    expect(following.intervalMs()).toBe(60_000);
  });

  it('checks at once when the stream ends, and asks again from then on', () => {
    follow();
    stream.ondown();
    expect(changes).toBe(0);
    stream.onorder(shown);
    stream.ondown();
    expect([changes, following.intervalMs()]).toEqual([1, 4_000]);
  });

  it('asks rarely once the order is paid', () => {
    shown = anOrder({ status: 'paid' });
    follow();
    expect([following.intervalMs(), following.intervalMs()]).toEqual([60_000, 60_000]);
    stream.onorder(shown);
    expect(following.intervalMs()).toBe(300_000);
  });
});
