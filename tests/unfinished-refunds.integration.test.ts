/**
 * Combinations of refunds that fail, wait, or are made in another way: a shopper who has been refunded has no further claim, a shopper
 * who has not can still be refunded, and no unit is lost.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { PARCEL, refundHelpers } from './support/refunds.ts';
import { atStripe, chargeBack, orderOf, refundedAtStripe, type Sale, sell } from './support/sales.ts';
import { startTestShop, type TestShop, until } from './support/shop.ts';

const TWO = { lines: [{ price: '12.50', quantity: 2 }] };
const REFUND_FAILS_LATER = '4000000000005126';
const TRANSFER = { reason: 'Paid by bank transfer' };

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());
const { requestRefund, line, skuLine, stock, refundOf, untilRefund, pendingAtStripe } = refundHelpers(() => shop);

/** A refund of one unit that the bank declined. */
async function failedRefund(sale: Sale, requestId = 'failed'): Promise<void> {
  await pendingAtStripe('failed', 200);
  await requestRefund(sale, line(sale, 0, 1), requestId);
  await untilRefund(sale, requestId, 'failed');
}

describe('a refund that was made in another way', () => {
  it('counts as refunded, so its amount is not refunded again', async () => {
    const sale = await sell(shop, TWO);
    await failedRefund(sale);
    expect((await desk.refund(sale.orderId, 'failed', 'giveUp', TRANSFER)).status).toBe('failed');
    expect((await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`, { reason: 'late' })).status).toBe(200);
    await until(async () => (await refundedAtStripe(shop, sale.intentId)) === 1250, 'the rest to be refunded');
    expect([await stock(sale, 0), (await orderOf(sale)).status]).toEqual([10, 'canceled']);
  });

  it('ends the order when nothing else remains', async () => {
    const sale = await sell(shop, { lines: [{ price: '12.50', quantity: 1 }] });
    await failedRefund(sale);
    await desk.refund(sale.orderId, 'failed', 'giveUp', TRANSFER);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    expect(await stock(sale, 0)).toBe(10);
    expect((await requestRefund(sale, { all: true }, 'again')).body.code).toBe('order_not_refundable');
  });
});

describe('a failed refund', () => {
  it('is replaced by a later refund of its units, and is then never paid', async () => {
    const sale = await sell(shop, { lines: [{ price: '60.00', quantity: 2 }] });
    await failedRefund(sale);
    const both = await requestRefund(sale, line(sale, 0, 2), 'both');
    expect(both.body.refund.status).toBe('awaiting_approval');
    expect((await refundOf(sale, 'failed'))!.status).toBe('rejected');
    await until(async () => !(await desk.isRunning(`refund-${sale.orderId}-failed`)), 'the refund’s workflow to end');
    const lead = await signedIn(shop, 'support_lead');
    await lead.call('POST', `/refunds/${both.body.refund.id}/reject`, { reason: 'Not agreed' });
    // Nothing was refunded, so everything ships.
    await until(
      async () => (await desk.order(sale.orderId, 'markShipped', PARCEL)).status === 'shipped',
      'the order to ship',
    );
    expect([await stock(sale, 0), await refundedAtStripe(shop, sale.intentId)]).toEqual([8, 0]);
  });

  it('that is withdrawn frees its units and its amount', async () => {
    const sale = await sell(shop, TWO);
    await failedRefund(sale);
    const reason = 'You want it after all';
    expect(await desk.refund(sale.orderId, 'failed', 'withdraw', { reason })).toMatchObject({ status: 'withdrawn' });
    await until(
      async () => (await desk.order(sale.orderId, 'markShipped', PARCEL)).status === 'shipped',
      'the order to ship',
    );
    expect(await stock(sale, 0)).toBe(8);
    expect((await desk.events(sale.orderId)).map(({ type }) => type)).toContain('refund_withdrawn');
  });

  it('with restocked units stays owed, also when its retry is declined', async () => {
    const lines = [
      { price: '80.00', quantity: 1 },
      { price: '70.00', quantity: 1 },
    ];
    const sale = await sell(shop, { lines, card: REFUND_FAILS_LATER });
    await requestRefund(sale, line(sale, 0, 1), 'owed');
    await until(async () => (await stock(sale, 0)) === 10, 'the unit to be restocked');
    await untilRefund(sale, 'owed', 'failed');
    // No other refund can use the amount owed.
    expect((await desk.order(sale.orderId, 'refund', { amount: 71 })).refused).toContain(
      'more than the remaining charge',
    );
    await desk.order(sale.orderId, 'refund', { requestId: 'sorry', amount: 30 });
    const retried = async () => (await desk.refund(sale.orderId, 'owed', 'retry')).status === 'awaiting_approval';
    await until(retried, 'the retry to wait for approval');
    const lead = await signedIn(shop, 'support_lead');
    const { id } = (await refundOf(sale, 'owed'))!;
    await lead.call('POST', `/refunds/${id}/reject`, { reason: 'Ask finance' });
    expect((await refundOf(sale, 'owed'))!.status).toBe('failed');
    expect((await desk.refund(sale.orderId, 'owed', 'withdraw')).refused).toContain('back in stock');
    expect((await desk.refund(sale.orderId, 'owed', 'giveUp', TRANSFER)).status).toBe('failed');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).status).toBe('shipped');
  }, 60_000);

  it('of a canceled order is retried for the remainder after a partial refund in the Stripe Dashboard', async () => {
    const sale = await sell(shop, TWO);
    await pendingAtStripe('failed', 200);
    await desk.order(sale.orderId, 'cancel', { requestId: 'c1' });
    await untilRefund(sale, 'c1', 'failed');
    // The money is available, but no other refund of a canceled order can be requested.
    expect((await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body.refundable_amount).toBe(0);
    await shop.services.stripe.refunds.create({ payment_intent: sale.intentId, amount: 500 });
    await until(async () => (await orderOf(sale)).refunded_amount === 5, 'the refund to be found');
    expect((await desk.refund(sale.orderId, 'c1', 'retry')).refused).toBeUndefined();
    await until(async () => (await refundedAtStripe(shop, sale.intentId)) === 2500, 'the whole payment to be refunded');
    await untilRefund(sale, 'c1', 'succeeded');
  });
});

describe('a refund of everything', () => {
  it('is refused while another refund may still be rejected, which would leave money without units', async () => {
    const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    const support = await signedIn(shop, 'support');
    const requested = await requestRefund(sale, { amount: 120 }, 'sorry', support);
    expect(requested.body.refund.status).toBe('awaiting_approval');
    expect((await requestRefund(sale, { all: true }, 'all')).body.detail).toContain('cancel the order');
    // An amount by staff that happens to equal the remainder includes no units.
    expect((await requestRefund(sale, { amount: 30 }, 'rest', support)).status).toBe(202);
    const record = await shop.services.db.row<{ cancels: boolean }>(
      `select cancels_units as cancels from refunds where order_id = $1 and request_id = 'rest'`,
      [sale.orderId],
    );
    expect(record!.cancels).toBe(false);
  });

  it('is refused while a chargeback is open, because Stripe would refund nothing while the units would be canceled', async () => {
    const sale = await sell(shop);
    const disputeId = await chargeBack(shop, sale, 500);
    await until(async () => (await orderOf(sale)).refunded_amount === 5, 'the chargeback to be recorded');
    expect((await requestRefund(sale, { all: true }, 'all')).body.detail).toContain('chargeback');
    expect((await requestRefund(sale, line(sale, 0, 1), 'one')).body.detail).toContain('chargeback');
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
    await until(async () => (await orderOf(sale)).refunded_amount === 0, 'the bank’s decision to be recorded');
    expect((await requestRefund(sale, { all: true }, 'later')).status).toBe(202);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
  });

  it('can’t be made as a refund by line: all of the money must include all units, so that none ships unpaid', async () => {
    const sale = await sell(shop, TWO);
    await desk.order(sale.orderId, 'refund', { requestId: 'sorry', amount: 12.5 });
    await untilRefund(sale, 'sorry', 'succeeded');
    const refused = await requestRefund(sale, line(sale, 0, 1), 'one');
    expect(refused.body.detail).toMatch(/1 × “Item A” would still ship unpaid. Cancel the order/);
    expect((await requestRefund(sale, line(sale, 0, 2), 'two')).body.code).toBe('refund_exceeds_charge');
    expect((await desk.order(sale.orderId, 'cancel')).status).toBe('canceled');
    expect(await stock(sale, 0)).toBe(10);
  });
});

describe('a return', () => {
  it('is received even if a chargeback has withdrawn its money in the meantime', async () => {
    const sale = await sell(shop);
    await desk.order(sale.orderId, 'markShipped', PARCEL);
    await desk.order(sale.orderId, 'markDelivered');
    await desk.order(sale.orderId, 'refund', { requestId: 'back', ...skuLine(sale, 0, 2), awaitReturn: true });
    const disputeId = await chargeBack(shop, sale);
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'lost' });
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    const received = await desk.refund(sale.orderId, 'back', 'returnReceived', { restock: true });
    expect(received).toMatchObject({ status: 'rejected' });
    expect([await stock(sale, 0), (await orderOf(sale)).refunded_amount]).toEqual([10, 25]);
  });
});
