/** Messages to support when a reservation can't be extended: none suggests a new order while the current one may be paid. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { endedAgo, reservationInput } from '../../tests/support/reservations.ts';
import { ADDRESS, createProduct } from '../../tests/support/shop.ts';
import { extendReservation } from './extend-reservation.ts';

const shop = activityShop();

const extend = (reservationId: string) =>
  extendReservation(shop.services.db, { reservationId, minutes: 10, requestId: randomUUID(), actor: 'ui:Anna' });

/** A reservation, with or without an order. */
async function reserve(hasOrder: boolean) {
  const product = await createProduct(shop.services, { stock: 1 });
  const input = reservationInput([{ productId: product.id, quantity: 1 }], { owners: [`cart:${randomUUID()}`] });
  const { reservationId, owners } = input;
  expect((await shop.activities.reserveStock(input)).outcome).toBe('reserved');
  const orderId = randomUUID();
  const order = {
    orderId,
    reservationId,
    owners,
    userId: null,
    email: 'guest@example.test',
    shipping_address: ADDRESS,
  };
  if (hasOrder) expect((await shop.activities.openOrder(order)).outcome).toBe('opened');
  return { reservationId, orderId };
}

it('adds its minutes to the deadline, however early it is requested', async () => {
  const { reservationId } = await reserve(false);
  const before = await shop.services.db.row<{ expires_at: Date }>('select expires_at from reservations where id = $1', [
    reservationId,
  ]);
  const expiresAt = new Date(before!.expires_at.getTime() + 600_000).toISOString();
  expect(await extend(reservationId)).toEqual({ outcome: 'extended', expiresAt, orderId: null });
  await shop.activities.releaseReservation({ reservationId });
});

it('extends its order by the same time, and is once in its history', async () => {
  const { reservationId, orderId } = await reserve(true);
  const request = { reservationId, minutes: 5, requestId: 'call-1', actor: 'ui:Anna', reason: 'Card at home' };
  const { db } = shop.services;
  const extended = await extendReservation(db, request);
  expect(extended).toMatchObject({ outcome: 'extended', orderId });
  expect(await extendReservation(db, request)).toEqual(extended);
  expect(await extendReservation(db, { ...request, requestId: 'call-2' })).toEqual({
    outcome: 'refused',
    message:
      'This reservation was already extended once and can’t be extended again. If the customer can’t pay in time, ask them to place a new order.',
  });
  const ends = await db.row<{ of_order: Date; of_reservation: Date }>(
    'select o.expires_at as of_order, r.expires_at as of_reservation from orders o join reservations r on r.id = o.reservation_id where o.id = $1',
    [orderId],
  );
  const expiresAt = new Date((extended as { expiresAt: string }).expiresAt);
  expect(ends).toEqual({ of_order: expiresAt, of_reservation: expiresAt });
  const read = `select actor, reason, data from order_events where order_id = $1 and type = 'reservation_extended'`;
  expect(await db.rows(read, [orderId])).toEqual([{ actor: 'ui:Anna', reason: 'Card at home', data: { minutes: 5 } }]);
  await shop.activities.closeOrder({ orderId, to: 'canceled' });
});

it('is refused with an invalid number of minutes', async () => {
  const { reservationId } = await reserve(false);
  for (const minutes of [0, 31, -5, Number.NaN])
    expect(
      await extendReservation(shop.services.db, { reservationId, minutes, requestId: 'call', actor: 'ui:Anna' }),
    ).toMatchObject({ outcome: 'refused' });
  await shop.activities.releaseReservation({ reservationId });
});

it('suggests a new order when the reservation has expired without an order', async () => {
  const { reservationId } = await reserve(false);
  await endedAgo(shop.services, reservationId, 60);
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message: 'This reservation has ended. Ask the customer to place a new order.',
  });
  await shop.activities.endReservation({ reservationId });
});

it('asks to wait when the reservation has expired and the order may still be paid', async () => {
  const { reservationId, orderId } = await reserve(true);
  await endedAgo(shop.services, reservationId, 60);
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message:
      'The time to pay is over, but a payment may be in progress. Wait: the order will be paid or closed automatically.',
  });
  await shop.activities.closeOrder({ orderId, to: 'expired' });
});

it('states the order’s status when it is closed', async () => {
  const { reservationId, orderId } = await reserve(true);
  await shop.activities.closeOrder({ orderId, to: 'expired' });
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message:
      "An order that is expired can't have its reservation extended. It was not paid in time. The customer can place a new order.",
  });
});
