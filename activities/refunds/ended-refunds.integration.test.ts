/** Failed refunds that were given up or withdrawn: they can't be resumed, and their units return to stock once. */
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
const withdrawal = (refundId: string) => ({ refundId, requestedBy: 'Anna', reason: 'as asked' });
const refused = { outcome: 'refused', code: 'conflict' };

/** A failed refund of one of two unshipped units. @param isSentFirst whether Stripe had reported success, so that the unit is in stock */
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
  it('returns its unit to stock, and can’t be retried or withdrawn', async () => {
    const { refundId, stock } = await failedRefund();
    expect(await stock()).toBe(8);
    expect((await shop.activities.giveUpRefund(request(refundId, 'give-up'))).outcome).toBe('decided');
    expect(await stock()).toBe(9);
    const givenUp = await shop.activities.loadRefund({ refundId });
    expect(givenUp).toMatchObject({ status: 'failed', isGivenUp: true });
    expect(await shop.activities.retryRefund(request(refundId, 'retry'))).toMatchObject(refused);
    expect(await shop.activities.withdrawRefund(withdrawal(refundId))).toMatchObject(refused);
    expect(await shop.activities.loadRefund({ refundId })).toEqual(givenUp);
    expect(await stock()).toBe(9);
  });
});

describe('a failed refund that was withdrawn', () => {
  it('lets its unit ship, and can’t be retried or given up', async () => {
    const { refundId, stock } = await failedRefund();
    expect((await shop.activities.withdrawRefund(withdrawal(refundId))).outcome).toBe('decided');
    const withdrawn = await shop.activities.loadRefund({ refundId });
    expect(withdrawn).toMatchObject({ status: 'withdrawn', isGivenUp: false });
    expect(await shop.activities.retryRefund(request(refundId, 'retry'))).toMatchObject(refused);
    expect(await shop.activities.giveUpRefund(request(refundId, 'give-up'))).toMatchObject(refused);
    expect(await shop.activities.loadRefund({ refundId })).toEqual(withdrawn);
    expect(await stock()).toBe(8);
  });
});

describe('a refund whose unit is already back in stock', () => {
  it('can’t be withdrawn, since its amount is owed; when it is given up, its unit is not restocked again', async () => {
    const { refundId, stock } = await failedRefund({ isSentFirst: true });
    expect(await stock()).toBe(9);
    expect(await shop.activities.withdrawRefund(withdrawal(refundId))).toMatchObject(refused);
    expect((await shop.activities.giveUpRefund(request(refundId, 'give-up'))).outcome).toBe('decided');
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({ status: 'failed', isGivenUp: true });
    expect(await stock()).toBe(9);
  });
});
