/** Late, repeated, and outdated calls: stock is released once, money is recorded or refunded, and outdated events change nothing. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../infra/postgres/payments.ts';
import { activityShop } from '../tests/support/activity-shop.ts';
import type { OpenedOrder } from '../tests/support/ledger-orders.ts';
import { endedAgo } from '../tests/support/reservations.ts';
import { refundedAtStripe } from '../tests/support/sales.ts';
import { ADDRESS, createProduct, stockOf, until } from '../tests/support/shop.ts';
import { recordFound } from './refunds/found-ledger.ts';

const DAY_SECONDS = 86_400;

const shop = activityShop();
const { orders } = shop;

/** Stock in PostgreSQL and in the stock counters. */
async function stockBoth(productId: string) {
  const available = (await shop.services.stockCounters.available([productId])).get(productId);
  return { ...(await stockOf(shop.services, productId)), available };
}

/** An order whose reservation has ended but that is not closed yet. */
async function overdue(options: Parameters<typeof orders.opened>[0]): Promise<OpenedOrder> {
  const made = await orders.opened(options);
  await endedAgo(shop.services, made.reservation.reservationId, DAY_SECONDS);
  expect(await shop.activities.endReservation({ reservationId: made.reservation.reservationId })).toBe('expired');
  return made;
}

describe('an overdue reservation', () => {
  it('can’t be released by its shopper while it has an open order, but ends with the order', async () => {
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
  it('is not released again with its order, since others have reserved the stock', async () => {
    const { product, reservation, order } = await overdue({ stock: 3 });
    const { reservationId } = reservation;
    const other = await orders.reserved({ product, quantity: 3 });
    const asReserved = { stock: 3, reserved: 3, available: 0 };
    expect(await stockBoth(product.id)).toEqual(asReserved);
    expect((await shop.activities.closeOrder({ orderId: order.orderId, to: 'expired' })).order.status).toBe('expired');
    expect(await shop.activities.releaseReservation({ reservationId })).toBe('expired');
    expect(await shop.activities.endReservation({ reservationId })).toBe('expired');
    expect(await stockBoth(product.id)).toEqual(asReserved);
    await shop.activities.releaseReservation({ reservationId: other.reservation.reservationId });
    expect(await stockBoth(product.id)).toEqual({ stock: 3, reserved: 0, available: 3 });
  });

  it('together with its order is not released again by its own workflow', async () => {
    const { product, reservation, order } = await orders.opened({ stock: 3 });
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' });
    await orders.reserved({ product, quantity: 3 });
    await endedAgo(shop.services, reservation.reservationId, DAY_SECONDS);
    for (const end of [shop.activities.endReservation, shop.activities.releaseReservation])
      expect(await end({ reservationId: reservation.reservationId })).toBe('released');
    expect(await stockBoth(product.id)).toEqual({ stock: 3, reserved: 3, available: 0 });
  });

  it('by a sale stays sold, whatever ends it afterwards', async () => {
    const { product, reservation, order } = await orders.paid({ stock: 5 });
    const sold = { stock: 3, reserved: 0, available: 3 };
    await endedAgo(shop.services, reservation.reservationId, DAY_SECONDS);
    for (const end of [shop.activities.endReservation, shop.activities.releaseReservation])
      expect(await end({ reservationId: reservation.reservationId })).toBe('committed');
    for (const to of ['expired', 'canceled'] as const)
      expect((await shop.activities.closeOrder({ orderId: order.orderId, to })).order.status).toBe('paid');
    expect(await stockBoth(product.id)).toEqual(sold);
  });
});

describe('a payment that arrives after the reservation has ended', () => {
  /** Pays, and applies the payment. */
  async function paidLate({ order }: Pick<OpenedOrder, 'order'>) {
    const { orderId } = order;
    await orders.charge(order);
    expect(await shop.activities.checkPayment({ orderId })).toBe('succeeded');
    return shop.activities.applyPayments({ orderId });
  }
  /** Carries out the steps of the refund workflow. */
  async function expectRefunded(applied: Awaited<ReturnType<typeof paidLate>>): Promise<void> {
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
  ])('is refunded when others have reserved $what', async ({ stock, reserved }) => {
    const made = await overdue({ stock });
    await orders.reserved({ product: made.product, quantity: reserved });
    const applied = await paidLate(made);
    expect(applied.order.status).toBe('canceled');
    expect(await stockBoth(made.product.id)).toEqual({ stock, reserved: reserved, available: stock - reserved });
    await expectRefunded(applied);
  });

  it('buys stock that others have not reserved', async () => {
    const made = await overdue({ stock: 3 });
    await orders.reserved({ product: made.product, quantity: 1 });
    expect(await paidLate(made)).toMatchObject({ outcome: 'paid', order: { status: 'paid' } });
    await until(async () => (await stockBoth(made.product.id)).available === 0, 'the counter to be updated');
    expect(await stockBoth(made.product.id)).toEqual({ stock: 1, reserved: 1, available: 0 });
  });

  it('is refunded when the product is no longer sold', async () => {
    const made = await overdue({ stock: 5 });
    await shop.services.db.run('update products set deleted_at = now() where id = $1', [made.product.id]);
    const applied = await paidLate(made);
    expect(await stockOf(shop.services, made.product.id)).toEqual({ stock: 5, reserved: 0 });
    await expectRefunded(applied);
  });

  it('is refunded when its order is closed, however much is in stock, and the order stays closed', async () => {
    for (const to of ['expired', 'canceled'] as const) {
      const made = await orders.opened({ stock: 5 });
      await shop.activities.createPayment({ orderId: made.order.orderId, amountCents: 2500, currency: 'usd' });
      await shop.activities.closeOrder({ orderId: made.order.orderId, to });
      const applied = await paidLate(made);
      expect(applied.order).toMatchObject({ status: to, capturedCents: 2500 });
      expect(await stockBoth(made.product.id)).toEqual({ stock: 5, reserved: 0, available: 5 });
      await expectRefunded(applied);
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
      shipping_address: ADDRESS,
    });
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await endedAgo(shop.services, reservationId, DAY_SECONDS);
    await shop.activities.endReservation({ reservationId });
    await orders.reserved({ product: scarce, quantity: 1 });
    const applied = await paidLate(opened);
    expect(await stockBoth(plenty.id)).toEqual({ stock: 10, reserved: 0, available: 10 });
    expect(await stockBoth(scarce.id)).toEqual({ stock: 1, reserved: 1, available: 0 });
    await expectRefunded(applied);
  });
});

describe('payment events that arrive out of order', () => {
  it('do not change a payment that succeeded', async () => {
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
  it('return to stock with the cancellation, and not again with the refund', async () => {
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

describe('an event of a refund’s first attempt', () => {
  it('changes nothing during the second attempt, wherever the event comes from', async () => {
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
    const sendOutdatedEvents = async () => {
      for (const status of ['pending', 'failed', 'succeeded'] as const) {
        await shop.activities.recordRefund({ ...first, status });
        await found(status);
      }
    };
    await sendOutdatedEvents();
    expect(await shop.activities.loadRefund({ refundId })).toEqual(second);

    const done = await orders.sent(refundId);
    expect(done).toMatchObject({ status: 'succeeded', attempt: 2 });
    await sendOutdatedEvents();
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject(done);
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ refundedCents: 1000 });
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(1000);
  });

  it('does not make a refund that succeeded pending again', async () => {
    const { order } = await orders.paid();
    const { refundId } = await orders.refunded(order.orderId, { amountCents: 1000 });
    const { stripeRefundId } = await orders.sent(refundId);
    await shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId, status: 'pending' });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'succeeded' });
  });
});

describe('the second attempt at a refund', () => {
  it('does not return the first attempt, which succeeded, when Stripe refuses it', async () => {
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

describe('an event of the first attempt to refund an unmatched payment', () => {
  it('changes nothing during the second attempt, or after that one succeeded', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const first = { paymentIntentId, attempt: 1, stripeRefundId: `re_first_${paymentIntentId}` };
    const second = await shop.activities.recordUnmatchedRefund({
      ...first,
      status: 'failed',
      failureReason: 'expired_or_canceled_card',
    });
    expect(second).toMatchObject({ refundStatus: 'failed', attempt: 2 });
    const sendOutdatedEvents = async () => {
      for (const status of ['pending', 'failed', 'succeeded'] as const)
        await shop.activities.recordUnmatchedRefund({ ...first, status });
    };
    await sendOutdatedEvents();
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(second);

    const done = await orders.sentBack(paymentIntentId);
    expect(done).toMatchObject({ refundStatus: 'succeeded', attempt: 2 });
    await sendOutdatedEvents();
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(done);
    expect(await refundedAtStripe(shop, paymentIntentId)).toBe(700);
  });

  it('does not make a refund that succeeded pending again', async () => {
    const { order } = await orders.paid();
    const paymentIntentId = await orders.paidBeside(order.orderId, 700);
    const done = await orders.sentBack(paymentIntentId);
    const { stripeRefundId } = done;
    await shop.activities.recordUnmatchedRefund({ paymentIntentId, attempt: 1, stripeRefundId, status: 'pending' });
    expect(await shop.activities.loadUnmatchedPayment({ paymentIntentId })).toEqual(done);
  });
});
