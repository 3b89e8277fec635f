/** What support reads when a reservation can't be extended: nobody is told to order anew what may be paid. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { endedAgo, holdInput, startStock } from '../../tests/support/reservations.ts';
import { connectTestServices, createProduct } from '../../tests/support/shop.ts';
import { type Activities, createActivities } from '../index.ts';
import { extendHold } from './extend-hold.ts';

let services: Services;
let activities: Activities;
let stopStock: () => Promise<void>;

beforeAll(async () => {
  services = await connectTestServices();
  activities = createActivities(services);
  stopStock = await startStock(services);
});
afterAll(async () => {
  await stopStock?.();
  await services?.close();
});

const extend = (reservationId: string) =>
  extendHold(services.db, { reservationId, minutes: 10, requestId: randomUUID(), actor: 'ui:Anna' });

/** A reservation, with an order on it or none. */
async function reserve(hasOrder: boolean) {
  const product = await createProduct(services, { stock: 1 });
  const input = holdInput([{ productId: product.id, quantity: 1 }], { owners: [`cart:${randomUUID()}`] });
  const { reservationId, owners } = input;
  expect((await activities.holdStock(input)).outcome).toBe('held');
  const orderId = randomUUID();
  const shippingAddress = { street: '1 Main Street' };
  const order = { orderId, reservationId, owners, userId: null, email: 'guest@example.test', shippingAddress };
  if (hasOrder) expect((await activities.openOrder(order)).outcome).toBe('opened');
  return { reservationId, orderId };
}

it('asks for a new cart when the time is over and nothing was ordered', async () => {
  const { reservationId } = await reserve(false);
  await endedAgo(services, reservationId, 60);
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message: 'This hold has ended; the shopper has to put the items into the cart again.',
  });
  await activities.endHold({ reservationId });
});

it('asks to wait when the time is over and the order may still be paid', async () => {
  const { reservationId, orderId } = await reserve(true);
  await endedAgo(services, reservationId, 60);
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message:
      'The time to pay is over, but a payment may be in progress. Wait: the order will be paid or closed automatically.',
  });
  await activities.closeOrder({ orderId, to: 'expired' });
});

it('says how the order stands when it is over', async () => {
  const { reservationId, orderId } = await reserve(true);
  await activities.closeOrder({ orderId, to: 'expired' });
  expect(await extend(reservationId)).toEqual({
    outcome: 'refused',
    message: "An order that is expired can't have its hold extended. It was never paid in time; a new order is needed.",
  });
});
