/** What counts as having sent an unmatched payment back: all of the money, by whatever way it went. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { ledgerOrders } from '../../tests/support/ledger-orders.ts';
import { startStock } from '../../tests/support/reservations.ts';
import { atStripe, chargeBack } from '../../tests/support/sales.ts';
import { connectTestServices } from '../../tests/support/shop.ts';
import { type Activities, createActivities } from '../index.ts';

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

const orders = ledgerOrders(() => ({ services, activities }));

async function unmatched(): Promise<string> {
  const { order } = await orders.paid();
  return orders.paidBeside(order.orderId, 700);
}

const found = (paymentIntentId: string) => activities.findUnmatchedRefund({ paymentIntentId });

const refundInDashboard = (paymentIntentId: string, amount: number) =>
  services.stripe.refunds.create({ payment_intent: paymentIntentId, amount });

describe('an unmatched payment', () => {
  it('has gone back with the last part of it, not before', async () => {
    const paymentIntentId = await unmatched();
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 300);
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 399);
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 1);
    expect(await found(paymentIntentId)).toMatchObject({ status: 'succeeded' });
    // Stripe refuses one more refund, and what was made by hand is the answer.
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded' });
  });

  it('has gone back by a chargeback that is lost, not by one that is open', async () => {
    const paymentIntentId = await unmatched();
    const disputeId = await chargeBack({ services }, { intentId: paymentIntentId });
    expect(await found(paymentIntentId)).toBeNull();
    await atStripe({ services }, `disputes/${disputeId}/close`, { outcome: 'lost' });
    expect(await found(paymentIntentId)).toEqual({ stripeRefundId: null, status: 'succeeded' });
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: null });
  });
});
