/** What comes late, twice or after its end: stock is released once, money is booked or goes back, old news changes nothing. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../infra/postgres/payments.ts';
import { activityShop } from '../tests/support/activity-shop.ts';
import type { OpenedOrder } from '../tests/support/ledger-orders.ts';
import { endedAgo } from '../tests/support/reservations.ts';
import { refundedAtStripe } from '../tests/support/sales.ts';
import { createProduct, stockOf, until } from '../tests/support/shop.ts';
import { recordFound } from './refunds/found-ledger.ts';

const DAY_SECONDS = 86_400;

const shop = activityShop();
const { orders } = shop;

/** In PostgreSQL and at the stock counter. */
async function stockBoth(productId: string) {
  const available = (await shop.services.stockCounters.available([productId])).get(productId);
  return { ...(await stockOf(shop.services, productId)), available };
}

/** An order whose reservation has ended, and which nobody has closed yet. */
async function outlived(options: Parameters<typeof orders.opened>[0]): Promise<OpenedOrder> {
  const made = await orders.opened(options);
  await endedAgo(shop.services, made.reservation.reservationId, DAY_SECONDS);
  expect(await shop.activities.endReservation({ reservationId: made.reservation.reservationId })).toBe('expired');
  return made;
}

describe('a reservation whose time is over', () => {
  it('is not given back by its shopper while an order stands on it, but ends with it', async () => {
    const { reservation, order } = await orders.opened();
    const { reservationId } = reservation;
    await endedAgo(shop.services, reservationId, DAY_SECONDS);
    expect(await shop.activities.releaseReservation({ reservationId })).toBe('checkout_pending');
    expect((await shop.activities.loadOrder({ orderId: order.orderId }))?.status).toBe('pending');
    expect(await shop.activities.endReservation({ reservationId })).toBe('expired');
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'expired' });
  });
});

describe('a reservation that has ended', () => {
  it('is not released again with its order: others have reserved the stock', async () => {
    const { product, reservation, order } = await outlived({ stock: 3 });
    const { reservationId } = reservation;
    const other = await orders.reserved({ product, quantity: 3 });
    const asReserved = { stock: 3, reserved: 3, available: 0 };
    expect(await stockBoth(product.id)).toEqual(asReserved);
    expect((await shop.activities.closeOrder({ orderId: order.orderId, to: 'expired' })).status).toBe('expired');
    expect(await shop.activities.releaseReservation({ reservationId })).toBe('expired');
    expect(await shop.activities.endReservation({ reservationId })).toBe('expired');
    expect(await stockBoth(product.id)).toEqual(asReserved);
    await shop.activities.releaseReservation({ reservationId: other.reservation.reservationId });
    expect(await stockBoth(product.id)).toEqual({ stock: 3, reserved: 0, available: 3 });
  });

  it('with its order is not released again by its own workflow', async () => {
    const { product, reservation, order } = await orders.opened({ stock: 3 });
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' });
    await orders.reserved({ product, quantity: 3 });
    await endedAgo(shop.services, reservation.reservationId, DAY_SECONDS);
    for (const end of [shop.activities.endReservation, shop.activities.releaseReservation])
      expect(await end({ reservationId: reservation.reservationId })).toBe('released');
    expect(await stockBoth(product.id)).toEqual({ stock: 3, reserved: 3, available: 0 });
  });

  it('by a sale stays sold, whoever ends it afterwards', async () => {
    const { product, reservation, order } = await orders.paid({ stock: 5 });
    const sold = { stock: 3, reserved: 0, available: 3 };
    await endedAgo(shop.services, reservation.reservationId, DAY_SECONDS);
    for (const end of [shop.activities.endReservation, shop.activities.releaseReservation])
      expect(await end({ reservationId: reservation.reservationId })).toBe('committed');
    for (const to of ['expired', 'canceled'] as const)
      expect((await shop.activities.closeOrder({ orderId: order.orderId, to })).status).toBe('paid');
    expect(await stockBoth(product.id)).toEqual(sold);
  });
});

describe('a payment that comes when the reservation has ended', () => {
  /** Pays, and has it booked. */
  async function paidLate({ order }: Pick<OpenedOrder, 'order'>) {
    const { orderId } = order;
    await orders.charge(order);
    expect(await shop.activities.checkPayment({ orderId })).toBe('succeeded');
    return shop.activities.applyPayments({ orderId });
  }
  /** Does what the refund's workflow does. */
  async function goesBack(applied: Awaited<ReturnType<typeof paidLate>>): Promise<void> {
    expect(applied.outcome).toBe('refund_due');
    const due = await orders.sent(applied.refundId!);
    expect(await shop.activities.loadOrder({ orderId: due.orderId })).toMatchObject({
      capturedCents: 2500,
      refundedCents: 2500,
    });
    expect(await refundedAtStripe(shop, due.paymentIntentId)).toBe(2500);
  }

  it.each([
    { what: 'all of the rest', stock: 2, reserved: 2 },
    { what: 'a part of it', stock: 2, reserved: 1 },
  ])('goes back when others have reserved $what', async ({ stock, reserved }) => {
    const made = await outlived({ stock });
    await orders.reserved({ product: made.product, quantity: reserved });
    const applied = await paidLate(made);
    expect(applied.order.status).toBe('canceled');
    expect(await stockBoth(made.product.id)).toEqual({ stock, reserved: reserved, available: stock - reserved });
    await goesBack(applied);
  });

  it('buys what is free beside that', async () => {
    const made = await outlived({ stock: 3 });
    await orders.reserved({ product: made.product, quantity: 1 });
    expect(await paidLate(made)).toMatchObject({ outcome: 'paid', order: { status: 'paid' } });
    await until(async () => (await stockBoth(made.product.id)).available === 0, 'the counter to follow');
    expect(await stockBoth(made.product.id)).toEqual({ stock: 1, reserved: 1, available: 0 });
  });

  it('goes back when the product is no longer sold', async () => {
    const made = await outlived({ stock: 5 });
    await shop.services.db.run('update products set deleted_at = now() where id = $1', [made.product.id]);
    const applied = await paidLate(made);
    expect(await stockOf(shop.services, made.product.id)).toEqual({ stock: 5, reserved: 0 });
    await goesBack(applied);
  });

  it('goes back when its order is over, however much is in stock, and leaves it over', async () => {
    for (const to of ['expired', 'canceled'] as const) {
      const made = await orders.opened({ stock: 5 });
      await shop.activities.createPayment({ orderId: made.order.orderId, amountCents: 2500, currency: 'usd' });
      await shop.activities.closeOrder({ orderId: made.order.orderId, to });
      const applied = await paidLate(made);
      expect(applied.order).toMatchObject({ status: to, capturedCents: 2500 });
      expect(await stockBoth(made.product.id)).toEqual({ stock: 5, reserved: 0, available: 5 });
      await goesBack(applied);
      expect((await shop.activities.applyPayments({ orderId: made.order.orderId })).outcome).toBe('already_paid');
    }
  });

  it('sells none of its lines when one of them is gone', async () => {
    const [plenty, scarce] = [await createProduct(shop.services), await createProduct(shop.services, { stock: 1 })];
    const { reservation } = await orders.reserved({ product: plenty, quantity: 1 });
    await shop.activities.releaseReservation({ reservationId: reservation.reservationId });
    const both = [plenty, scarce].map(({ id }) => ({ productId: id, quantity: 1 }));
    const input = { ...reservation, reservationId: randomUUID(), lines: both };
    expect((await shop.activities.reserveStock(input)).outcome).toBe('reserved');
    const { reservationId, owners } = input;
    const opened = await shop.activities.openOrder({
      orderId: randomUUID(),
      reservationId,
      owners,
      userId: null,
      email: null,
      shippingAddress: {},
    });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await endedAgo(shop.services, reservationId, DAY_SECONDS);
    await shop.activities.endReservation({ reservationId });
    await orders.reserved({ product: scarce, quantity: 1 });
    const applied = await paidLate(opened);
    expect(await stockBoth(plenty.id)).toEqual({ stock: 10, reserved: 0, available: 10 });
    expect(await stockBoth(scarce.id)).toEqual({ stock: 1, reserved: 1, available: 0 });
    await goesBack(applied);
  });
});

describe('events of a payment that come in another order', () => {
  it('leave a payment that succeeded as it is', async () => {
    const { order } = await orders.opened();
    const { orderId, totalCents } = order;
    const paymentIntentId = await orders.charge(order);
    const facts = { paymentIntentId, receivedCents: 0, currency: 'usd' } as const;
    const stored = () =>
      shop.services.db.row('select status, received_amount::float8 as received from payments where id = $1', [
        paymentIntentId,
      ]);
    await recordPayment(shop.services.db, orderId, { ...facts, status: 'succeeded', receivedCents: totalCents });
    for (const status of ['open', 'in_flight', 'canceled'] as const) {
      await recordPayment(shop.services.db, orderId, { ...facts, status });
      expect(await stored()).toEqual({ status: 'succeeded', received: 25 });
    }
    expect((await shop.activities.applyPayments({ orderId })).outcome).toBe('paid');
  });
});

describe('the units of a canceled order', () => {
  it('are back on sale with the cancellation, and not once more with the money', async () => {
    const { product, order } = await orders.paid();
    const { orderId } = order;
    const request = { orderId, requestId: 'c1', sender: { requestedBy: 'Anna' }, reason: 'changed my mind' };
    const canceled = await shop.activities.cancelPaid(request);
    if (canceled.outcome !== 'canceled') throw new Error(canceled.outcome);
    expect((await stockOf(shop.services, product.id)).stock).toBe(10);
    expect(await orders.sent(canceled.refund.refundId)).toMatchObject({ status: 'succeeded', amountCents: 2500 });
    await shop.activities.reconcilePayment({ orderId });
    expect((await stockOf(shop.services, product.id)).stock).toBe(10);
  });
});

describe('news of a refund’s first attempt', () => {
  it('changes nothing once it is on its second, whoever brings it', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const { orderId } = order;
    const { refundId } = await orders.refunded(orderId, { amountCents: 1000 });
    const first = { refundId, attempt: 1, stripeRefundId: `re_first_${refundId}` };
    const failed = { ...first, status: 'failed', failureReason: 'expired_or_canceled_card' } as const;
    await shop.activities.recordRefund(failed);
    await shop.activities.retryRefund({ refundId, requestId: 'again', actor: 'ui:Anna' });
    const second = await shop.activities.loadRefund({ refundId });
    expect(second).toMatchObject({ status: 'pending', attempt: 2, stripeRefundId: null });

    const found = (status: 'pending' | 'succeeded' | 'failed') =>
      recordFound(shop.services.db, orderId, {
        refunds: [{ stripeRefundId: first.stripeRefundId, refundId, amountCents: 1000, currency: 'usd', status }],
        disputes: [],
      });
    const oldNews = async () => {
      for (const status of ['pending', 'failed', 'succeeded'] as const) {
        await shop.activities.recordRefund({ ...first, status });
        await found(status);
      }
    };
    await oldNews();
    expect(await shop.activities.loadRefund({ refundId })).toEqual(second);

    const done = await orders.sent(refundId);
    expect(done).toMatchObject({ status: 'succeeded', attempt: 2 });
    await oldNews();
    expect(await shop.activities.loadRefund({ refundId })).toEqual(done);
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ refundedCents: 1000 });
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(1000);
  });

  it('does not make a refund that succeeded wait again', async () => {
    const { order } = await orders.paid();
    const { refundId } = await orders.refunded(order.orderId, { amountCents: 1000 });
    const { stripeRefundId } = await orders.sent(refundId);
    await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId, status: 'pending' });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'succeeded' });
  });
});

describe('the second attempt at a refund', () => {
  it('is not answered with the first one, which Stripe made, when Stripe refuses it', async () => {
    const { order, paymentIntentId } = await orders.paid();
    const refund = await orders.refunded(order.orderId, { amountCents: 1000 });
    const first = await shop.activities.refundPayment(refund);
    const second = await shop.activities.refundPayment({ ...refund, amountCents: 2500, attempt: 2 });
    expect(second).toMatchObject({ stripeRefundId: null, status: 'failed' });
    await shop.activities.recordRefund({ refundId: refund.refundId, attempt: 1, ...first });
    expect(await shop.activities.loadOrder({ orderId: order.orderId })).toMatchObject({ refundedCents: 1000 });
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(1000);
  });
});

describe('news of the first attempt to send an unmatched payment back', () => {
  it('changes nothing once it is on its second, and nothing when that one succeeded', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const first = { paymentIntentId, attempt: 1, stripeRefundId: `re_first_${paymentIntentId}` };
    const second = await shop.activities.recordUnmatchedRefund({
      ...first,
      status: 'failed',
      failureReason: 'expired_or_canceled_card',
    });
    expect(second).toMatchObject({ refundStatus: 'failed', attempt: 2 });
    const oldNews = async () => {
      for (const status of ['pending', 'failed', 'succeeded'] as const)
        await shop.activities.recordUnmatchedRefund({ ...first, status });
    };
    await oldNews();
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(second);

    const done = await orders.sentBack(paymentIntentId);
    expect(done).toMatchObject({ refundStatus: 'succeeded', attempt: 2 });
    await oldNews();
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(done);
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(700);
  });

  it('does not make one that succeeded wait again', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const done = await orders.sentBack(paymentIntentId);
    const { stripeRefundId } = done;
    await shop.activities.recordUnmatchedRefund({ paymentIntentId, attempt: 1, stripeRefundId, status: 'pending' });
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(done);
  });
});
