/** An order requires a reservation that has not expired, and is paid by one PaymentIntent. */
import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { recordPayment } from '../../infra/postgres/payments.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { endedAgo, reservationInput } from '../../tests/support/reservations.ts';
import { ADDRESS, createProduct } from '../../tests/support/shop.ts';
import { createPaymentActivities } from '../payments/activities.ts';
import { attachPaymentIntent } from './order-ledger.ts';

const shop = activityShop();
const { orders } = shop;

describe('an order', () => {
  it('can’t be created from an overdue reservation that has not ended yet', async () => {
    const { reservation } = await orders.reserved();
    const { reservationId, owners } = reservation;
    await endedAgo(shop.services, reservationId, 1);
    const begin = {
      orderId: randomUUID(),
      reservationId,
      owners,
      userId: null,
      email: null,
      shipping_address: ADDRESS,
    };
    expect(await shop.activities.openOrder(begin)).toEqual({ outcome: 'reservation_ended' });
    expect(await shop.activities.loadOrder({ orderId: begin.orderId })).toBeFalsy();
    await shop.activities.releaseReservation({ reservationId });
  });

  it('is returned when it is requested again after its reservation expired', async () => {
    const { reservation, begin, order } = await orders.opened();
    await endedAgo(shop.services, reservation.reservationId, 1);
    expect(await shop.activities.openOrder(begin)).toMatchObject({
      outcome: 'opened',
      order: { orderId: order.orderId },
    });
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' });
  });
});

describe('the PaymentIntent of an order', () => {
  it('stays the only one, also when the order is closed, and can be attached again', async () => {
    const { orderId } = (await orders.opened()).order;
    const intent = { paymentIntentId: `pi_own_${orderId}`, clientSecret: 'own' };
    const other = { paymentIntentId: `pi_other_${orderId}`, clientSecret: 'other' };
    const attached = () =>
      shop.services.db.row(
        'select payment_intent_id as "paymentIntentId", payment_client_secret as "clientSecret" from orders where id = $1',
        [orderId],
      );
    for (let times = 0; times < 2; times++)
      expect(await attachPaymentIntent(shop.services.db, orderId, intent)).toBe(true);
    expect(await attachPaymentIntent(shop.services.db, orderId, other)).toBe(false);
    expect(await attached()).toEqual(intent);
    await shop.activities.closeOrder({ orderId, to: 'canceled' });
    expect(await attachPaymentIntent(shop.services.db, orderId, other)).toBe(false);
    expect(await attachPaymentIntent(shop.services.db, orderId, intent)).toBe(true);
    expect(await attached()).toEqual(intent);
  });

  it('is not attached to an order that is closed', async () => {
    for (const to of ['canceled', 'expired'] as const) {
      const { orderId } = (await orders.opened()).order;
      await shop.activities.closeOrder({ orderId, to });
      const late = { paymentIntentId: `pi_late_${orderId}`, clientSecret: 'late' };
      expect(await attachPaymentIntent(shop.services.db, orderId, late)).toBe(false);
      expect((await shop.activities.loadOrder({ orderId }))?.paymentIntentId).toBeNull();
    }
  });
});

describe('the cancellation of a payment', () => {
  it('fails while Stripe refuses it and the payment can still be made', async () => {
    const { orderId, totalCents: amountCents } = (await orders.opened()).order;
    const { services } = shop;
    await shop.activities.createPayment({ orderId, amountCents, currency: 'usd' });
    const refusal = new Stripe.errors.StripeInvalidRequestError({
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: 'A charge was in flight.',
    });
    const paymentIntents = {
      cancel: () => Promise.reject(refusal),
      retrieve: (id: string) => services.stripe.paymentIntents.retrieve(id),
    };
    const stripe = { paymentIntents } as unknown as Stripe;
    const refused = createPaymentActivities({ ...services, stripe }).cancelPayment({ orderId });
    await expect(refused).rejects.toThrow('A charge was in flight.');
    expect(await shop.activities.cancelPayment({ orderId })).toBe('canceled');
  });
});

describe('a payment that is not the order’s own', () => {
  it('is recorded once, and returned by each call until it is refunded', async () => {
    const { orderId } = (await orders.paid()).order;
    const paymentIntentId = await orders.paidBeside(orderId, 700);
    expect((await shop.activities.applyPayments({ orderId })).unmatched).toEqual([paymentIntentId]);
    await orders.sentBack(paymentIntentId);
    expect((await shop.activities.applyPayments({ orderId })).unmatched).toEqual([]);
  });

  it('belongs to the order that it named first', async () => {
    const [first, second] = [(await orders.paid()).order.orderId, (await orders.paid()).order.orderId];
    const paymentIntentId = await orders.paidBeside(first, 700);
    const facts = { paymentIntentId, status: 'succeeded', receivedCents: 700, currency: 'usd' } as const;
    await recordPayment(shop.services.db, second, facts);
    expect((await shop.activities.loadUnmatchedPayment({ paymentIntentId }))?.orderId).toBe(first);
    expect((await shop.activities.applyPayments({ orderId: second })).unmatched).toEqual([]);
  });

  it('can’t pay the order once it is being refunded, even if it is attached later', async () => {
    const { orderId, totalCents } = (await orders.opened()).order;
    const paymentIntentId = await orders.paidBeside(orderId, totalCents);
    expect(await attachPaymentIntent(shop.services.db, orderId, { paymentIntentId, clientSecret: 'secret' })).toBe(
      true,
    );
    expect(await shop.activities.applyPayments({ orderId })).toMatchObject({
      outcome: 'mismatched',
      order: { status: 'pending', capturedCents: 0 },
      unmatched: [paymentIntentId],
    });
    await shop.activities.closeOrder({ orderId, to: 'canceled' });
    await orders.sentBack(paymentIntentId);
    expect(await shop.activities.loadOrder({ orderId })).toMatchObject({ status: 'canceled', capturedCents: 0 });
  });
});

describe('a payment', () => {
  it('removes bought items from the cart, except a product whose quantity was increased since', async () => {
    const [all, more] = [await createProduct(shop.services), await createProduct(shop.services)];
    const cart = await shop.services.db.row<{ id: string }>('insert into carts default values returning id');
    const lines = [all, more].map(({ id }) => ({ productId: id, quantity: 2 }));
    const reservation = reservationInput(lines, { cartId: cart!.id });
    expect((await shop.activities.reserveStock(reservation)).outcome).toBe('reserved');
    const { reservationId, owners } = reservation;
    const begin = {
      orderId: randomUUID(),
      reservationId,
      owners,
      userId: null,
      email: null,
      shipping_address: ADDRESS,
    };
    const opened = await shop.activities.openOrder(begin);
    if (opened.outcome !== 'opened') throw new Error(opened.outcome);
    await shop.services.db.run(
      'insert into cart_items (cart_id, product_id, quantity) values ($1, $2, 2), ($1, $3, 3)',
      [cart!.id, all.id, more.id],
    );
    await orders.charge(opened.order);
    await shop.activities.checkPayment({ orderId: begin.orderId });
    for (let times = 0; times < 2; times++) await shop.activities.applyPayments({ orderId: begin.orderId });
    const left = await shop.services.db.rows('select product_id, quantity from cart_items where cart_id = $1', [
      cart!.id,
    ]);
    expect(left).toEqual([{ product_id: more.id, quantity: 3 }]);
  });
});
