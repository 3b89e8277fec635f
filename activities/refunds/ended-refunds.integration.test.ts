/** Refunds that failed and then ended in another way: what ended is not begun again, and its units are on sale once. */
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { stockOf } from '../../tests/support/shop.ts';

const shop = activityShop();
const { orders } = shop;

const request = (refundId: string, requestId: string) => ({
  refundId,
  requestId,
  actor: 'ui:Anna',
  reason: 'as asked',
});
const refused = { outcome: 'refused', code: 'conflict' };

/** A failed refund of one of two units, before they ship. @param isSentFirst Stripe had reported success, so that the unit is on sale */
async function failedRefund({ isSentFirst = false } = {}) {
  const { order, product } = await orders.paid({ stock: 10 });
  const lines = [{ productId: product.id, quantity: 1 }];
  const { refundId } = await orders.refunded(order.orderId, { lines });
  const atStripe = { refundId, attempt: 1, stripeRefundId: isSentFirst ? `re_${refundId}` : null };
  if (isSentFirst) await shop.activities.recordRefund({ ...atStripe, status: 'succeeded' });
  await shop.activities.recordRefund({ ...atStripe, status: 'failed', failureReason: 'declined' });
  const stock = async () => (await stockOf(shop.services, product.id)).stock;
  return { orderId: order.orderId, refundId, stock };
}

describe('a refund that was given up', () => {
  it('puts its unit back on sale, and is neither retried nor canceled', async () => {
    const { refundId, stock } = await failedRefund();
    expect(await stock()).toBe(8);
    expect((await shop.activities.giveUpRefund(request(refundId, 'give-up'))).outcome).toBe('decided');
    expect(await stock()).toBe(9);
    const givenUp = await shop.activities.loadRefund({ refundId });
    expect(givenUp).toMatchObject({ status: 'failed', isGivenUp: true });
    expect(await shop.activities.retryRefund(request(refundId, 'retry'))).toMatchObject(refused);
    expect(await shop.activities.cancelRefund(request(refundId, 'cancel'))).toMatchObject(refused);
    expect(await shop.activities.loadRefund({ refundId })).toEqual(givenUp);
    expect(await stock()).toBe(9);
  });
});

describe('a refund that was canceled', () => {
  it('leaves its unit to ship, and is neither retried nor given up', async () => {
    const { refundId, stock } = await failedRefund();
    expect((await shop.activities.cancelRefund(request(refundId, 'cancel'))).outcome).toBe('decided');
    const canceled = await shop.activities.loadRefund({ refundId });
    expect(canceled).toMatchObject({ status: 'rejected', isGivenUp: false });
    expect(await shop.activities.retryRefund(request(refundId, 'retry'))).toMatchObject(refused);
    expect(await shop.activities.giveUpRefund(request(refundId, 'give-up'))).toMatchObject(refused);
    expect(await shop.activities.loadRefund({ refundId })).toEqual(canceled);
    expect(await stock()).toBe(8);
  });
});

describe('a refund whose unit is back on sale already', () => {
  it('is not canceled, for its money is owed; given up, the unit is on sale once', async () => {
    const { refundId, stock } = await failedRefund({ isSentFirst: true });
    expect(await stock()).toBe(9);
    expect(await shop.activities.cancelRefund(request(refundId, 'cancel'))).toMatchObject(refused);
    expect((await shop.activities.giveUpRefund(request(refundId, 'give-up'))).outcome).toBe('decided');
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'failed', isGivenUp: true });
    expect(await stock()).toBe(9);
  });
});
