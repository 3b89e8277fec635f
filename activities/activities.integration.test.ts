/** Runs activities repeatedly and concurrently: only the first run changes anything, and all return the same result. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../infra/postgres/payments.ts';
import type { StockCounters } from '../infra/redis/stock-counters.ts';
import { activityShop } from '../tests/support/activity-shop.ts';
import { endedAgo, reservationInput } from '../tests/support/reservations.ts';
import { createProduct as createTestProduct, stockOf, until } from '../tests/support/shop.ts';
import { checkReservations } from './audit/check-reservations.ts';
import { sweep } from './audit/sweep.ts';
import { createInventoryActivities } from './reservations/activities.ts';
import { ensureStockCounters } from './reservations/stock-counters-rebuild.ts';

const shop = activityShop();

const createProduct = (options: Parameters<typeof createTestProduct>[1] = {}) =>
  createTestProduct(shop.services, options);
const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);

const reservationRequest = (productId: string, quantity = 2) => reservationInput([{ productId, quantity }]);
const DAY_SECONDS = 86_400;

/** Runs it twice in sequence, then three times concurrently. */
async function repeated<Result>(run: () => Promise<Result>): Promise<Result> {
  const first = await run();
  expect(await run()).toEqual(first);
  for (const again of await Promise.all([run(), run(), run()])) expect(again).toEqual(first);
  return first;
}

const { opened: openedOrder, charge, paid: paidOrder } = shop.orders;

describe('inventory', () => {
  it('reserveStock reserves once', async () => {
    const product = await createProduct();
    const reservation = reservationRequest(product.id);
    const reserved = await repeated(() => shop.activities.reserveStock(reservation));
    expect(reserved).toMatchObject({
      outcome: 'reserved',
      lines: [{ productId: product.id, quantity: 2, unitPriceCents: 1250 }],
    });
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 2 });
    expect(await available(product.id)).toBe(8);
  });

  it('reserveStock resumes after a crash between counters and ledger, and undoes the stock counters when the ledger refuses', async () => {
    const product = await createProduct({ stock: 3 });
    const crashed = reservationRequest(product.id);
    await shop.services.stockCounters.reserve(crashed.reservationId, crashed.lines);
    expect((await shop.activities.reserveStock(crashed)).outcome).toBe('reserved');
    // The stock counters count more than is available; PostgreSQL decides.
    await shop.services.stockCounters.correct(product.id, 1, 5);
    const refused = await shop.activities.reserveStock(reservationRequest(product.id, 4));
    expect(refused).toMatchObject({ outcome: 'out_of_stock', lines: [{ available: 1, requested: 4 }] });
    expect(await available(product.id)).toBe(5);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 3, reserved: 2 });
  });

  it('reserveStock finds its own reservation after the stock counters were rebuilt', async () => {
    const product = await createProduct({ stock: 2 });
    const reservation = reservationRequest(product.id);
    const first = await shop.activities.reserveStock(reservation);
    await shop.services.redis.flushall();
    await until(
      () => ensureStockCounters(shop.services.db, shop.services.stockCounters, shop.services.log),
      'the stock counters',
    );
    expect(await shop.activities.reserveStock(reservation)).toEqual(first);
    expect(await available(product.id)).toBe(0);
  });

  it('reserveStock is counted in stock counters that were wiped and rebuilt during the ledger’s transaction', async () => {
    const product = await createProduct({ stock: 5 });
    const { db, redis, stockCounters, log } = shop.services;
    const wipedInBetween = {
      reserve: async (...reservation: Parameters<StockCounters['reserve']>) => {
        const answer = await stockCounters.reserve(...reservation);
        await redis.flushall();
        await until(() => ensureStockCounters(db, stockCounters, log), 'the stock counters');
        return answer;
      },
      confirm: (...reservation: Parameters<StockCounters['confirm']>) => stockCounters.confirm(...reservation),
      end: (...end: Parameters<StockCounters['end']>) => stockCounters.end(...end),
    } as StockCounters;
    const { reserveStock } = createInventoryActivities({ ...shop.services, stockCounters: wipedInBetween });
    expect((await reserveStock(reservationRequest(product.id, 2))).outcome).toBe('reserved');
    expect(await available(product.id)).toBe(3);
  });

  it('endReservation and releaseReservation return stock once, and keep it for longer while it may still be paid', async () => {
    const product = await createProduct();
    const [one, two] = [reservationRequest(product.id), reservationRequest(product.id)];
    await shop.activities.reserveStock(one);
    await shop.activities.reserveStock(two);
    expect(await repeated(() => shop.activities.endReservation({ reservationId: one.reservationId }))).toBe('not_due');
    await endedAgo(shop.services, one.reservationId, 1);
    expect(await repeated(() => shop.activities.endReservation({ reservationId: one.reservationId }))).toBe('expired');
    expect(await repeated(() => shop.activities.releaseReservation({ reservationId: two.reservationId }))).toBe(
      'released',
    );
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    expect(await available(product.id)).toBe(10);
    expect(await shop.activities.reserveStock(one)).toMatchObject({ outcome: 'ended' });

    const { RESERVATION_GRACE_SECONDS: grace, PAYMENT_SETTLE_SECONDS: settle } = shop.services.settings;
    for (const withPayment of [false, true]) {
      const { reservation, order, product: ordered } = await openedOrder();
      const { reservationId } = reservation;
      const { orderId, totalCents } = order;
      if (withPayment) await shop.activities.createPayment({ orderId, amountCents: totalCents, currency: 'usd' });
      const kept = withPayment ? settle : grace;
      expect(await repeated(() => shop.activities.releaseReservation({ reservationId }))).toBe('checkout_pending');
      for (const seconds of [1, kept - 5]) {
        await endedAgo(shop.services, reservationId, seconds);
        expect(await repeated(() => shop.activities.endReservation({ reservationId }))).toBe('checkout_pending');
      }
      expect(await available(ordered.id)).toBe(8);
      await endedAgo(shop.services, reservationId, kept + 1);
      expect(await repeated(() => shop.activities.endReservation({ reservationId }))).toBe('expired');
      expect(await available(ordered.id)).toBe(10);
    }
  });
});

describe('orders', () => {
  it('openOrder creates one order at the reserved prices', async () => {
    const { begin, product, order } = await openedOrder();
    await shop.services.db.run('update products set price = 99 where id = $1', [product.id]);
    expect(await repeated(() => shop.activities.openOrder(begin))).toMatchObject({
      outcome: 'opened',
      order: { totalCents: 2500 },
    });
    expect(await repeated(() => shop.activities.loadOrder({ orderId: order.orderId }))).toMatchObject({
      totalCents: 2500,
      status: 'pending',
    });
    expect(await shop.activities.openOrder({ ...begin, orderId: randomUUID(), owners: ['cart:thief'] })).toEqual({
      outcome: 'reservation_missing',
    });
  });

  it('applyPayments sells once', async () => {
    const { product, order } = await paidOrder();
    const { orderId } = order;
    expect(await repeated(() => shop.activities.applyPayments({ orderId }))).toMatchObject({
      outcome: 'already_paid',
      order: { status: 'paid', capturedCents: 2500 },
    });
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 8, reserved: 0 });
    expect(await available(product.id)).toBe(8);
  });

  it('applyPayments sells free stock after the reservation has ended, and owes a full refund if there is none', async () => {
    for (const [stockLeft, outcome, status] of [
      [2, 'paid', 'paid'],
      [1, 'refund_due', 'canceled'],
    ] as const) {
      const { product, reservation, order } = await openedOrder();
      await endedAgo(shop.services, reservation.reservationId, DAY_SECONDS);
      expect(await shop.activities.endReservation({ reservationId: reservation.reservationId })).toBe('expired');
      await shop.services.db.run('update products set stock_quantity = $2 where id = $1', [product.id, stockLeft]);
      const { orderId } = order;
      await charge(order);
      await shop.activities.checkPayment({ orderId });
      const applied = await shop.activities.applyPayments({ orderId });
      expect(applied).toMatchObject({ outcome, order: { status, capturedCents: 2500 }, unmatched: [] });
      expect((await shop.activities.applyPayments({ orderId })).order).toEqual(applied.order);
      expect((await stockOf(shop.services, product.id)).stock).toBe(outcome === 'paid' ? 0 : 1);
      await until(
        async () => (await available(product.id)) === (outcome === 'paid' ? 0 : 1),
        'the stock counters to be updated',
      );
      if (applied.refundId === null) continue;
      const due = await shop.activities.loadRefund({ refundId: applied.refundId });
      expect(due).toMatchObject({ amountCents: 2500, status: 'pending' });
      const stripe = await shop.activities.refundPayment(due!);
      expect(await shop.activities.recordRefund({ refundId: applied.refundId, ...stripe })).toMatchObject({
        status: 'succeeded',
      });
    }
  });

  it('closeOrder returns the stock once, and never closes a paid order', async () => {
    const { product, order } = await openedOrder();
    expect(await repeated(() => shop.activities.closeOrder({ orderId: order.orderId, to: 'expired' }))).toMatchObject({
      order: { status: 'expired' },
    });
    expect((await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' })).order.status).toBe('expired');
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 10, reserved: 0 });
    expect(await available(product.id)).toBe(10);
    const paid = await paidOrder();
    expect((await shop.activities.closeOrder({ orderId: paid.order.orderId, to: 'expired' })).order.status).toBe(
      'paid',
    );
  });

  it('applyPayments records each declined attempt once, and emails about the first', async () => {
    const { order } = await openedOrder();
    const { orderId } = order;
    const { paymentIntentId } = await shop.activities.createPayment({ orderId, amountCents: 2500, currency: 'usd' });
    const facts = { paymentIntentId, status: 'open', receivedCents: 0, currency: 'usd' } as const;
    const failure = { code: 'card_declined', message: 'Your card was declined.' };
    for (const attemptId of ['ch_1', 'ch_1', 'ch_2'].map((id) => `${id}_${orderId}`)) {
      await recordPayment(shop.services.db, orderId, { ...facts, failure: { ...failure, attemptId } });
      for (let times = 0; times < 2; times++) await shop.activities.applyPayments({ orderId });
    }
    const events = await shop.services.db.rows(
      `select 1 from order_events where order_id = $1 and type = 'payment_failed'`,
      [orderId],
    );
    expect(events).toHaveLength(2);
    const mails = await shop.services.db.rows(
      `select 1 from outbox where topic = 'mail' and key = $1 and payload ->> 'kind' = 'payment_refused'`,
      [orderId],
    );
    expect(mails.length).toBeLessThanOrEqual(1);
  });
});

describe('payments', () => {
  it('createPayment creates one intent per order', async () => {
    const { order } = await openedOrder();
    const request = { orderId: order.orderId, amountCents: 2500, currency: 'usd' };
    const { paymentIntentId } = await shop.activities.createPayment(request);
    expect((await shop.activities.createPayment(request)).paymentIntentId).toBe(paymentIntentId);
    expect((await shop.activities.loadOrder({ orderId: order.orderId }))?.paymentIntentId).toBe(paymentIntentId);
    const { orderId } = order;
    expect(await repeated(() => shop.activities.checkPayment({ orderId }))).toBe('open');
    expect(await repeated(() => shop.activities.cancelPayment({ orderId }))).toBe('canceled');
  });

  it('cancelPayment records the payment if it finds the intent paid', async () => {
    const { order } = await openedOrder();
    const { orderId } = order;
    await charge(order);
    expect(await shop.activities.applyPayments({ orderId })).toMatchObject({ outcome: 'unpaid' });
    expect(await repeated(() => shop.activities.cancelPayment({ orderId }))).toBe('succeeded');
    expect(await shop.activities.applyPayments({ orderId })).toMatchObject({ outcome: 'paid' });
  });
});

describe('refunds', () => {
  it('requestRefund, refundPayment, and recordRefund refund once', async () => {
    const { order, paymentIntentId } = await paidOrder();
    const { orderId } = order;
    const request = {
      refundId: randomUUID(),
      orderId,
      requestId: 'r1',
      amountCents: 1000,
      reason: 'scratched',
      restock: false,
      requestedBy: 'test',
    };
    expect(await repeated(() => shop.activities.requestRefund(request))).toMatchObject({
      outcome: 'accepted',
      refund: { status: 'pending', amountCents: 1000 },
    });
    const payment = {
      refundId: request.refundId,
      orderId,
      paymentIntentId,
      amountCents: 1000,
      currency: 'usd',
      attempt: 1,
    };
    const stripe = await shop.activities.refundPayment(payment);
    expect(await shop.activities.refundPayment(payment)).toEqual(stripe);
    expect(
      await repeated(() => shop.activities.retrieveRefund({ stripeRefundId: stripe.stripeRefundId! })),
    ).toMatchObject({
      status: 'succeeded',
    });
    expect(await repeated(() => shop.activities.recordRefund({ refundId: request.refundId, ...stripe }))).toMatchObject(
      {
        status: 'succeeded',
      },
    );
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({
      status: 'partially_refunded',
      refundedCents: 1000,
    });
    expect(await shop.activities.loadRefund({ refundId: request.refundId })).toMatchObject({ status: 'succeeded' });
    const intent = await shop.services.stripe.paymentIntents.retrieve(paymentIntentId, { expand: ['latest_charge'] });
    expect(intent.latest_charge).toMatchObject({ amount_refunded: 1000 });
  });

  it('a refund that Stripe refuses permanently is recorded as failed, and its amount can be refunded again', async () => {
    const { order, paymentIntentId } = await paidOrder();
    const { orderId } = order;
    await shop.services.stripe.refunds.create({ payment_intent: paymentIntentId });
    const refundId = randomUUID();
    await shop.activities.requestRefund({
      refundId,
      orderId,
      requestId: 'r2',
      reason: 'x',
      restock: false,
      requestedBy: 'test',
    });
    const stripe = await shop.activities.refundPayment({
      refundId,
      orderId,
      paymentIntentId,
      amountCents: 2500,
      attempt: 1,
      currency: 'usd',
    });
    expect(stripe).toMatchObject({ status: 'failed', stripeRefundId: null });
    await repeated(() => shop.activities.recordRefund({ refundId, ...stripe }));
    const again = {
      refundId: randomUUID(),
      orderId,
      requestId: 'r3',
      reason: 'x',
      restock: false,
      requestedBy: 'test',
    };
    expect((await shop.activities.requestRefund(again)).outcome).toBe('accepted');
    await shop.activities.recordRefund({ refundId: again.refundId, ...stripe });
    // A refund made at Stripe without the shop is found and recorded like any other.
    await repeated(() => shop.activities.reconcilePayment({ orderId }));
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ status: 'refunded', refundedCents: 2500 });
  });
});

describe('upkeep', () => {
  it('sweep and audit ignore an order that may still be paid, for as long as the ledger keeps its stock', async () => {
    const { reservation, order, product } = await openedOrder();
    const { orderId, totalCents } = order;
    await shop.activities.createPayment({ orderId, amountCents: totalCents, currency: 'usd' });
    const { RESERVATION_GRACE_SECONDS: grace, PAYMENT_SETTLE_SECONDS: settle } = shop.services.settings;
    const found = async () =>
      (await checkReservations(shop.services.db, shop.services.settings)).filter((each) =>
        [`reservation ${reservation.reservationId}`, `order ${orderId}`].includes(each.subject),
      ).length;
    await endedAgo(shop.services, reservation.reservationId, grace + 3_600);
    await sweep(shop.services);
    expect(await available(product.id)).toBe(8);
    expect(await found()).toBe(0);
    await endedAgo(shop.services, reservation.reservationId, settle + 300);
    expect(await found()).toBe(2);
    await sweep(shop.services);
    expect(await available(product.id)).toBe(10);
    await shop.activities.closeOrder({ orderId, to: 'expired' });
    expect(await found()).toBe(0);
  });

  it('the sweep ends an overdue reservation once', async () => {
    const product = await createProduct();
    const reservation = reservationRequest(product.id);
    await shop.activities.reserveStock(reservation);
    await endedAgo(shop.services, reservation.reservationId, 3_600);
    expect((await sweep(shop.services)).expiredReservations).toBeGreaterThanOrEqual(1);
    expect(await available(product.id)).toBe(10);
    expect((await sweep(shop.services)).expiredReservations).toBe(0);
  });

  it('audit repairs a drifted counter and a leftover marker, and reports what it can’t decide', async () => {
    const { runAudit } = await import('./audit/audit.ts');
    const product = await createProduct();
    const sold = await paidOrder();
    await shop.services.stockCounters.correct(product.id, 10, 7);
    const left = randomUUID();
    await shop.services.stockCounters.reserve(left, [{ productId: product.id, quantity: 2 }]);
    await shop.services.redis.zadd('{stock}:reserved', Date.now() - 120_000, left);
    await shop.services.db.run(
      'update orders set captured_amount = captured_amount + 1, total_amount = total_amount + 1 where id = $1',
      [sold.order.orderId],
    );
    const report = await runAudit(shop.services);
    expect(report.repaired.map((each) => each.subject)).toEqual(
      expect.arrayContaining([`product ${product.id}`, `reservation ${left}`]),
    );
    expect(await available(product.id)).toBe(10);
    expect(report.problems.map((each) => each.subject)).toContain(`order ${sold.order.orderId}`);
    await shop.services.db.run(
      'update orders set captured_amount = captured_amount - 1, total_amount = total_amount - 1 where id = $1',
      [sold.order.orderId],
    );
    const after = await runAudit(shop.services);
    expect(after.problems).toEqual([]);
    expect(after.repaired).toEqual([]);
  }, 60_000);
});
