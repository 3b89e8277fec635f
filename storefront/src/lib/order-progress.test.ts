import { describe, expect, it } from 'vitest';
import { order as orderContract } from '../../../api/contracts/orders.ts';
import type { Order } from './contracts.ts';
import { currentStep, progressOf } from './order-progress.ts';
import { anOrder } from './testing.ts';

const AT = '2026-03-02T10:00:00.000Z';
const SHIPMENT = { carrier: 'UPS', tracking_number: '1Z', shipped_at: AT, delivered_at: null, items: [] };
const look = (order: Partial<Order>) => {
  const steps = progressOf(anOrder(order));
  return `${steps.map(({ label, state }) => `${label} ${state}`).join(', ')}; at ${steps[currentStep(steps)]?.label}`;
};

it('shows the progress of an order', () => {
  const event = { at: AT, type: 'order_canceled', message: '', actor: null, reason: null };
  expect([
    look({ status: 'pending', paid_at: null }),
    look({ status: 'paid' }),
    look({ status: 'under_review' }),
    look({ status: 'shipped', fulfillment: 'shipped', shipments: [SHIPMENT] }),
    look({ status: 'delivered', fulfillment: 'delivered', shipments: [{ ...SHIPMENT, delivered_at: AT }] }),
    look({ status: 'partially_shipped', fulfillment: 'partially_shipped', shipments: [SHIPMENT] }),
    look({ status: 'partially_refunded' }),
    look({ status: 'canceled', events: [event] }),
    look({ status: 'expired', paid_at: null }),
    look({ status: 'refunded', fulfillment: 'shipped', shipments: [SHIPMENT] }),
  ]).toEqual([
    'Placed done, Paid ahead, Shipped ahead, Delivered ahead; at Placed',
    'Placed done, Paid done, Shipped ahead, Delivered ahead; at Paid',
    'Placed done, Paid done, Shipped waiting, Delivered ahead; at Shipped',
    'Placed done, Paid done, Shipped done, Delivered ahead; at Shipped',
    'Placed done, Paid done, Shipped done, Delivered done; at Delivered',
    'Placed done, Paid done, Partially shipped done, Delivered ahead; at Partially shipped',
    'Placed done, Paid done, Shipped ahead, Delivered ahead; at Paid',
    'Placed done, Paid done, Canceled ended; at Canceled',
    'Placed done, Expired ended; at Expired',
    'Placed done, Paid done, Shipped done, Refunded ended; at Refunded',
  ]);
  expect(progressOf(anOrder({ status: 'canceled', events: [event] })).at(-1)?.at).toBe(AT);
});

describe.each(orderContract.shape.status.options)('an order that is %s', (status) => {
  it('has a current step', () => {
    const steps = progressOf(anOrder({ status }));
    expect(steps[currentStep(steps)]).toBeDefined();
    expect(new Set(steps.map(({ label }) => label)).size).toBe(steps.length);
  });
});

it('has an icon for each step, and a time if it is known', () => {
  const steps = progressOf(
    anOrder({ created_at: AT, paid_at: AT, status: 'shipped', fulfillment: 'shipped', shipments: [SHIPMENT] }),
  );
  expect(steps.map(({ icon, at }) => [icon, at])).toEqual([
    ['cart', AT],
    ['card', AT],
    ['truck', AT],
    ['home', undefined],
  ]);
});

it.each([
  ['canceled', 'order_canceled', 'close'],
  ['expired', 'order_expired', 'clock'],
  ['refunded', 'refund_succeeded', 'undo'],
] as const)('shows since when an order is %s: since the last %s', (status, type, icon) => {
  const event = (eventType: string, at: string) => ({ at, type: eventType, message: '', actor: null, reason: null });
  const LATER = '2026-03-03T10:00:00.000Z';
  const events = [event(type, '2026-03-01T10:00:00.000Z'), event(type, AT), event('note', LATER)];
  expect(progressOf(anOrder({ status, events })).at(-1)).toMatchObject({ at: AT, icon, state: 'ended' });
});
