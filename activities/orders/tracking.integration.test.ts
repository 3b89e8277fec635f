/** Corrections of tracking numbers: which parcel, what is kept, and what the shopper sees. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import type { OrderStepRequest } from './order-steps.ts';

const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

type Step = OrderStepRequest['step'];
type Correction = Omit<Extract<Step, { action: 'correctTracking' }>, 'action'>;

const doStep = (orderId: string, step: Step, requestId: string = randomUUID()) =>
  shop.activities.stepOrder({ orderId, requestId, actor: 'ui:Anna', reason: 'Mistyped', step });
const correct = (orderId: string, correction: Correction, requestId?: string) =>
  doStep(orderId, { action: 'correctTracking', ...correction }, requestId);
const parcelsOf = async (orderId: string) =>
  (await shop.activities.loadCase({ orderId }))!.shipments.map(({ carrier, trackingNumber }) => [
    carrier,
    trackingNumber,
  ]);
const corrections = async (orderId: string) =>
  (await shop.activities.loadCase({ orderId }))!.history.filter(({ type }) => type === 'tracking_corrected');
const done = { outcome: 'done' };

/** Two units in two parcels. */
async function inTwoParcels(): Promise<string> {
  const { order, product } = await orders.paid();
  const lines = [{ productId: product.id, quantity: 1 }];
  await doStep(order.orderId, { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z-A', lines });
  await doStep(order.orderId, { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z-B' });
  return order.orderId;
}

describe('a correction of a tracking number', () => {
  it('takes effect once, and keeps the previous values in the history', async () => {
    const { orderId } = (await orders.shipped()).order;
    for (let times = 0; times < 2; times++)
      expect(await correct(orderId, { trackingNumber: '1Z999' }, 'c1')).toEqual(done);
    expect(await correct(orderId, { carrier: 'FedEx' }, 'c2')).toEqual(done);
    expect(await parcelsOf(orderId)).toEqual([['FedEx', '1Z999']]);
    expect((await corrections(orderId)).map(({ message, actor, reason }) => [message, actor, reason])).toEqual([
      ['Tracking number corrected: UPS, 1Z999, previously UPS, 1Z.', 'ui:Anna', 'Mistyped'],
      ['Tracking number corrected: FedEx, 1Z999, previously UPS, 1Z999.', 'ui:Anna', 'Mistyped'],
    ]);
    expect(await correct(orderId, { trackingNumber: '1Z000' }, 'c1')).toMatchObject({
      message: 'The request ID “c1” was already used. Use a new one.',
    });
    expect(await correct(orderId, { carrier: 'FedEx', trackingNumber: '1Z999' })).toMatchObject({
      message: 'The parcel already has this carrier and tracking number.',
    });
  });

  it('of an order with several parcels names the one to correct by its previous number', async () => {
    const orderId = await inTwoParcels();
    expect(await correct(orderId, { trackingNumber: '1Z-C' })).toMatchObject({
      message: 'This order has several parcels: 1Z-A, 1Z-B. Name the one to correct with "replaces".',
    });
    expect(await correct(orderId, { trackingNumber: '1Z-C', replaces: '1Z-X' })).toMatchObject({
      message: 'This order has no parcel 1Z-X. Its tracking numbers are 1Z-A, 1Z-B.',
    });
    expect(await correct(orderId, { trackingNumber: '1Z-C', replaces: '1Z-B' })).toEqual(done);
    expect(await parcelsOf(orderId)).toEqual([
      ['UPS', '1Z-A'],
      ['UPS', '1Z-C'],
    ]);
    // The corrected number identifies the parcel from now on.
    expect(await doStep(orderId, { action: 'markDelivered', trackingNumber: '1Z-C' })).toEqual(done);
    expect(await correct(orderId, { trackingNumber: '1Z-D', replaces: '1Z-C' })).toEqual(done);
  });

  it('needs a parcel that has shipped', async () => {
    const { orderId } = (await orders.paid()).order;
    expect(await correct(orderId, { trackingNumber: '1Z999' })).toMatchObject({
      message: "An order that is paid can't have its tracking number corrected. It is paid and has not shipped.",
    });
    expect(await corrections(orderId)).toEqual([]);
  });
});
