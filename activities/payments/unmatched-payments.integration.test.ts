/** What counts as having sent an unmatched payment back: all of the money, by whatever way it went. */
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { atStripe, chargeBack } from '../../tests/support/sales.ts';

const shop = activityShop();
const { orders } = shop;

async function unmatched(): Promise<string> {
  const { order } = await orders.paid();
  return orders.paidBeside(order.orderId, 700);
}

const found = (paymentIntentId: string) => shop.activities.findUnmatchedRefund({ paymentIntentId });

const refundInDashboard = (paymentIntentId: string, amount: number) =>
  shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount });

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
    const disputeId = await chargeBack(shop, { intentId: paymentIntentId });
    expect(await found(paymentIntentId)).toBeNull();
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'lost' });
    expect(await found(paymentIntentId)).toEqual({ stripeRefundId: null, status: 'succeeded' });
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: null });
  });
});
