/** An unmatched payment counts as refunded when all of the money was returned, by whatever means. */
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
  it('is refunded with its last part, not before', async () => {
    const paymentIntentId = await unmatched();
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 300);
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 399);
    expect(await found(paymentIntentId)).toBeNull();
    await refundInDashboard(paymentIntentId, 1);
    expect(await found(paymentIntentId)).toMatchObject({ status: 'succeeded' });
    // Stripe refuses another refund, so the manual one is returned.
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded' });
  });

  it('is refunded by a lost chargeback, not by an open one', async () => {
    const paymentIntentId = await unmatched();
    const disputeId = await chargeBack(shop, { intentId: paymentIntentId });
    expect(await found(paymentIntentId)).toBeNull();
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'lost' });
    expect(await found(paymentIntentId)).toEqual({ stripeRefundId: null, status: 'succeeded' });
    expect(await orders.sentBack(paymentIntentId)).toMatchObject({ refundStatus: 'succeeded', stripeRefundId: null });
  });
});
