/** No shopper keeps both the money and the items: the units that ship are those bought minus those canceled or refunded. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { signedIn } from './support/accounts.ts';
import { Desk } from './support/desk.ts';
import { PARCEL, refundHelpers } from './support/refunds.ts';
import { atStripe, chargeBack, openOrder, orderOf, refundedAtStripe, type Sale, sell } from './support/sales.ts';
import { CARDS, startTestShop, type TestShop, until } from './support/shop.ts';

const TWO_LINES = {
  lines: [
    { price: '40.00', quantity: 1 },
    { price: '55.00', quantity: 2 },
  ],
};

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const { requestRefund, line, skuLine, stock, refundOf, untilRefund, pendingAtStripe } = refundHelpers(() => shop);
/** Retries because the workflow refuses until it is notified of what PostgreSQL has recorded. */
const untilShipped = (sale: Sale) =>
  until(
    async () =>
      (await desk.order(sale.orderId, 'markShipped', { requestId: 'parcel', ...PARCEL })).status === 'shipped',
    'the order to ship',
  );
const details = (sale: Sale) => desk.details(orderWorkflowId(sale.orderId));

describe('before an order ships', () => {
  it('a refund by line cancels the units, restocks them automatically, and removes them from the packing list', async () => {
    const sale = await sell(shop, TWO_LINES);
    expect((await requestRefund(sale, { amount: 149.99 }, 'bare')).body).toMatchObject({ code: 'invalid_request' });
    expect((await requestRefund(sale, line(sale, 1, 1), 'one')).status).toBe(202);
    await untilRefund(sale, 'one', 'succeeded');
    expect(await stock(sale, 1)).toBe(9);
    const isShown = async () => /Item B \|[^|]*\| 2 \| 1 \| 0 \| \*\*1\*\* \|/.test(await details(sale));
    await until(isShown, 'the packing list to have one unit less');
    expect(await desk.order(sale.orderId, 'markShipped', PARCEL)).toEqual({ status: 'shipped' });
  });

  it('a refund of everything restocks all units and leaves nothing to ship', async () => {
    const sale = await sell(shop);
    expect((await requestRefund(sale, { all: true }, 'all')).status).toBe(202);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    expect(await stock(sale, 0)).toBe(10);
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toMatch(/refunded|over/);
  });

  it('a refund that awaits approval blocks the shipment and the refusal names its items; after a rejection the order ships', async () => {
    const sale = await sell(shop, {
      lines: [
        { price: '150.00', quantity: 1 },
        { price: '5.00', quantity: 1 },
      ],
    });
    expect((await requestRefund(sale, line(sale, 0, 1), 'big')).body.refund.status).toBe('awaiting_approval');
    const refused = (await desk.order(sale.orderId, 'markShipped', PARCEL)).refused;
    expect(refused).toContain('A refund of 1 × “Item A” is unfinished');
    await until(
      async () => (await details(sale)).includes('Do not ship yet.'),
      'the case to show that shipping is blocked',
    );
    const lead = await signedIn(shop, 'support_lead');
    const { id } = (await refundOf(sale, 'big'))!;
    expect((await lead.call('POST', `/refunds/${id}/reject`, { reason: 'Not our fault' })).status).toBe(200);
    expect(await desk.order(sale.orderId, 'markShipped', PARCEL)).toEqual({ status: 'shipped' });
  });

  it('a refund in progress at the bank blocks the shipment, and so does a failed one until it is given up', async () => {
    const sale = await sell(shop, TWO_LINES);
    await pendingAtStripe('failed', 2_000);
    await requestRefund(sale, line(sale, 0, 1), 'slow');
    await until(async () => (await orderOf(sale)).refunded_amount === 40, 'the refund to be recorded');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toContain('is unfinished');
    await untilRefund(sale, 'slow', 'failed');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toContain('is unfinished');
    const reason = { reason: 'Paid by bank transfer' };
    expect((await desk.refund(sale.orderId, 'slow', 'giveUp', reason)).status).toBe('failed');
    const [shown] = (await sale.buyer.call('GET', `/orders/${sale.orderId}/refunds`)).body.items;
    expect(shown).toMatchObject({ status: 'failed', cancels_units: true, given_up: true });
    // The refund was made in another way: its unit stays canceled, the others ship.
    expect(await stock(sale, 0)).toBe(10);
    expect(await desk.order(sale.orderId, 'markShipped', PARCEL)).toEqual({ status: 'shipped' });
  }, 60_000);

  it('a goodwill refund by staff blocks nothing, and is labeled as such', async () => {
    const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    await requestRefund(sale, { amount: 120 }, 'sorry', await signedIn(shop, 'support'));
    expect((await refundOf(sale, 'sorry'))!.status).toBe('awaiting_approval');
    expect(await details(sale)).toContain('goodwill, no items');
    expect(await desk.order(sale.orderId, 'markShipped', PARCEL)).toEqual({ status: 'shipped' });
  });
});

describe('a failed refund', () => {
  it('is not retried when another refund included its units, so that no item is refunded twice', async () => {
    const sale = await sell(shop, {
      lines: [
        { price: '40.00', quantity: 1 },
        { price: '55.00', quantity: 1 },
      ],
    });
    await desk.order(sale.orderId, 'markShipped', PARCEL);
    await pendingAtStripe('failed', 300);
    await desk.order(sale.orderId, 'refund', { requestId: 'first', ...skuLine(sale, 0, 1), restock: true });
    await untilRefund(sale, 'first', 'failed');
    await desk.order(sale.orderId, 'refund', { requestId: 'second', ...skuLine(sale, 0, 1), restock: true });
    await untilRefund(sale, 'second', 'succeeded');
    expect((await refundOf(sale, 'first'))!.status).toBe('rejected');
    expect((await desk.refund(sale.orderId, 'first', 'retry')).refused).toBeTruthy();
    expect(await orderOf(sale)).toMatchObject({ refunded_amount: 40 });
    expect([await stock(sale, 0), await refundedAtStripe(shop, sale.intentId)]).toEqual([10, 4000]);
  }, 60_000);

  it('needs approval when the refunds made in the meantime reach the limit', async () => {
    const sale = await sell(shop, { lines: [{ price: '300.00', quantity: 1 }] });
    await pendingAtStripe('failed', 300);
    await requestRefund(sale, { amount: 60 }, 'first', await signedIn(shop, 'support'));
    await untilRefund(sale, 'first', 'failed');
    await desk.order(sale.orderId, 'refund', { requestId: 'second', amount: 60 });
    await untilRefund(sale, 'second', 'succeeded');
    await until(
      async () => (await desk.refund(sale.orderId, 'first', 'retry')).status === 'awaiting_approval',
      'the retry to wait for approval',
    );
    expect((await orderOf(sale)).refunded_amount).toBe(60);
  }, 60_000);
});

describe('a unit', () => {
  const refundFails = { ...TWO_LINES, card: '4000000000005126' };

  it('whose refund succeeds and then fails at the bank is restocked once, and can be refunded again only by a retry', async () => {
    const sale = await sell(shop, refundFails);
    await requestRefund(sale, line(sale, 0, 1), 'first');
    await untilRefund(sale, 'first', 'failed');
    expect(await stock(sale, 0)).toBe(10);
    expect((await requestRefund(sale, line(sale, 0, 1), 'second')).body.code).toBe('invalid_request');
    // It never ships, but the rest of the order does. Its refund can still be retried.
    await until(async () => !(await details(sale)).includes('Do not ship yet.'), 'the case to allow shipping');
    expect(await desk.order(sale.orderId, 'markShipped', PARCEL)).toEqual({ status: 'shipped' });
    expect((await desk.refund(sale.orderId, 'first', 'retry')).refused).toBeUndefined();
    await untilRefund(sale, 'first', 'failed');
    expect((await desk.refund(sale.orderId, 'first', 'giveUp')).status).toBe('failed');
    expect(await stock(sale, 0)).toBe(10);
  }, 60_000);

  it('of a canceled order whose refund failed is restocked once, also when staff refund it in the Stripe Dashboard', async () => {
    const sale = await sell(shop, { card: '4000000000005126' });
    await desk.order(sale.orderId, 'cancel', { requestId: 'c1' });
    await untilRefund(sale, 'c1', 'failed');
    expect(await stock(sale, 0)).toBe(10);
    await shop.services.stripe.refunds.create({ payment_intent: sale.intentId });
    await until(async () => (await orderOf(sale)).refunded_amount === 25, 'the refund to be found');
    expect(await stock(sale, 0)).toBe(10);
    await until(async () => (await orderOf(sale)).refunded_amount === 0, 'the bank to decline the refund', 20_000);
    await settleWithoutStripe(sale);
  }, 60_000);

  it('of a failed refund of several units ships when another refund replaces it for the other units', async () => {
    const sale = await sell(shop, TWO_LINES);
    await pendingAtStripe('failed', 300);
    await requestRefund(sale, { lines: [...line(sale, 0, 1).lines, ...line(sale, 1, 1).lines] }, 'both');
    await untilRefund(sale, 'both', 'failed');
    await requestRefund(sale, line(sale, 0, 1), 'one');
    await untilRefund(sale, 'one', 'succeeded');
    expect((await refundOf(sale, 'both'))!.status).toBe('rejected');
    await untilShipped(sale);
    expect([await stock(sale, 0), await stock(sale, 1)]).toEqual([10, 8]);
  }, 60_000);

  it('ships after all when a refund in the Stripe Dashboard fails', async () => {
    const sale = await sell(shop);
    await pendingAtStripe('failed', 1_500);
    await shop.services.stripe.refunds.create({ payment_intent: sale.intentId });
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    await sale.buyer.untilStatus(sale.orderId, 'paid', 20_000);
    await untilShipped(sale);
    expect(await stock(sale, 0)).toBe(8);
  }, 60_000);
});

/** Records refunds that Stripe can't make in a test as made in another way. */
const settleWithoutStripe = (sale: Sale) =>
  desk.refund(sale.orderId, 'c1', 'giveUp', { reason: 'Paid by bank transfer' });

describe('a cancellation', () => {
  it('waits for the bank’s decision on a chargeback, because money could otherwise remain that no refund covers', async () => {
    const sale = await sell(shop);
    const disputeId = await chargeBack(shop, sale, 1_000);
    await until(async () => (await orderOf(sale)).refunded_amount === 10, 'the chargeback to be recorded');
    expect((await desk.order(sale.orderId, 'cancel')).refused).toContain('chargeback');
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
    await until(async () => (await orderOf(sale)).refunded_amount === 0, 'the bank’s decision to be recorded');
    expect(await desk.order(sale.orderId, 'cancel')).toEqual({ status: 'canceled' });
    await until(async () => (await orderOf(sale)).refunded_amount === 25, 'the payment to be refunded');
  }, 60_000);

  it('that is rejected leaves the order under review if it was before', async () => {
    const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    await desk.order(sale.orderId, 'putUnderReview', { reason: 'Looks like fraud' });
    expect((await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`)).status).toBe(202);
    const lead = await signedIn(shop, 'support_lead');
    const waiting = await shop.services.db.row<{ id: string }>(
      `select id from refunds where order_id = $1 and status = 'awaiting_approval'`,
      [sale.orderId],
    );
    expect((await lead.call('POST', `/refunds/${waiting!.id}/reject`, { reason: 'no' })).status).toBe(200);
    expect((await orderOf(sale)).status).toBe('under_review');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toContain('End its review');
    expect(await desk.order(sale.orderId, 'endReview')).toEqual({ status: 'paid' });
  });

  it('replaces pending refunds: in the end the whole charge is refunded, and no other refund is possible', async () => {
    const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    const support = await signedIn(shop, 'support');
    await requestRefund(sale, { amount: 120 }, 'waits', support);
    const lead = await signedIn(shop, 'support_lead');
    const canceled = await support.call('POST', `/orders/${sale.orderId}/cancel`, { reason: 'Ordered twice' });
    expect(canceled.body.status).toBe('under_review');
    const requestId = `cancel-support-${support.session.user.id}`;
    expect((await refundOf(sale, 'waits'))!.status).toBe('rejected');
    expect((await refundOf(sale, requestId))!).toMatchObject({ status: 'awaiting_approval', cents: 15_000 });
    // The workflow of the refund that it replaced has completed as well.
    expect(await shop.services.temporal.workflow.getHandle(refundWorkflowId(sale.orderId, 'waits')).result()).toBe(
      'rejected',
    );
    const { id } = (await refundOf(sale, requestId))!;
    expect((await lead.call('POST', `/refunds/${id}/approve`, { reason: 'ok' })).status).toBe(200);
    await until(async () => (await orderOf(sale)).refunded_amount === 150, 'the payment to be refunded');
    expect(await orderOf(sale)).toMatchObject({ status: 'canceled', captured_amount: 150, refunded_amount: 150 });
    expect(await stock(sale, 0)).toBe(10);
  });

  it('that was rejected can be requested again', async () => {
    const sale = await sell(shop, { lines: [{ price: '150.00', quantity: 1 }] });
    const lead = await signedIn(shop, 'support_lead');
    for (const decision of ['reject', 'approve'] as const) {
      expect((await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`)).status).toBe(202);
      const waiting = await shop.services.db.row<{ id: string }>(
        `select id from refunds where order_id = $1 and status = 'awaiting_approval'`,
        [sale.orderId],
      );
      expect((await lead.call('POST', `/refunds/${waiting!.id}/${decision}`, { reason: 'so it is' })).status).toBe(200);
    }
    await sale.buyer.untilStatus(sale.orderId, 'canceled');
  });

  it('that loses the race with the payment cancels the paid order', async () => {
    const sales = await Promise.all(Array.from({ length: 8 }, () => openOrder(shop)));
    await Promise.all(
      sales.map(async (sale) => {
        const [, canceled] = await Promise.all([
          sale.buyer.pay(sale.begun),
          sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`),
        ]);
        expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
      }),
    );
    for (const sale of sales) {
      const { captured_amount: captured } = await orderOf(sale);
      await until(async () => (await orderOf(sale)).refunded_amount === captured, 'the whole charge to be refunded');
      expect(await stock(sale, 0)).toBe(10);
    }
  }, 60_000);
});

describe('a chargeback', () => {
  it('of an unshipped order blocks the shipment, and restocks the units when it is lost', async () => {
    const sale = await sell(shop);
    const disputeId = await chargeBack(shop, sale);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    await until(
      async () => (await details(sale)).includes('Chargeback of \\$25.00'),
      'the case to show the chargeback',
    );
    const [, first] = (await details(sale)).split('\n\n');
    expect(first).toMatch(
      /respond in the Stripe Dashboard by \*\*\d{4}-\d\d-\d\d \d\d:\d\d UTC\*\*.*ship only if the chargeback is won/,
    );
    const list = `DisputeStatus = "needs_response" AND OrderId = "${sale.orderId}"`;
    await until(
      async () => (await shop.services.temporal.workflow.count(list)).count === 1,
      'the list to contain the order',
    );
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'lost' });
    await until(async () => (await stock(sale, 0)) === 10, 'the units to be restocked');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toBeTruthy();
  });

  it('that is won allows the shipment', async () => {
    const sale = await sell(shop);
    const disputeId = await chargeBack(shop, sale);
    await sale.buyer.untilStatus(sale.orderId, 'refunded');
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
    await sale.buyer.untilStatus(sale.orderId, 'paid');
    await untilShipped(sale);
    expect(await stock(sale, 0)).toBe(8);
  });

  it('of a part of the amount also blocks the shipment until the bank decides', async () => {
    const sale = await sell(shop);
    const disputeId = await chargeBack(shop, sale, 500);
    await until(async () => (await orderOf(sale)).refunded_amount === 5, 'the chargeback to be recorded');
    expect((await desk.order(sale.orderId, 'markShipped', PARCEL)).refused).toContain('chargeback');
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
    await until(async () => (await orderOf(sale)).refunded_amount === 0, 'the bank’s decision to be recorded');
    await untilShipped(sale);
  });

  it('after a partial refund is recorded in full', async () => {
    const sale = await sell(shop, { lines: [{ price: '100.00', quantity: 1 }], card: CARDS.good });
    await desk.order(sale.orderId, 'markShipped', PARCEL);
    await desk.order(sale.orderId, 'refund', { requestId: 'part', amount: 30 });
    await untilRefund(sale, 'part', 'succeeded');
    const disputeId = await chargeBack(shop, sale, 10_000);
    await untilRefund(sale, disputeId, 'pending');
    expect((await refundOf(sale, disputeId))!.cents).toBe(10_000);
    expect(await orderOf(sale)).toMatchObject({ status: 'refunded', captured_amount: 100, refunded_amount: 100 });
  });
});

describe('returns', () => {
  const deliver = async (sale: Sale, daysAgo: number) => {
    await desk.order(sale.orderId, 'markShipped', PARCEL);
    await desk.order(sale.orderId, 'markDelivered');
    await shop.services.db.run(`update orders set delivered_at = now() - make_interval(days => $2) where id = $1`, [
      sale.orderId,
      daysAgo,
    ]);
  };

  it('after the return window are refused with its end date', async () => {
    const sale = await sell(shop);
    await deliver(sale, 400);
    const windowEnd = new Date(Date.now() - 370 * 86_400_000).toISOString().slice(0, 10);
    const refused = await requestRefund(sale, line(sale, 0, 1), 'late');
    expect([refused.status, refused.body.code]).toEqual([409, 'return_window_closed']);
    expect(refused.body.detail).toContain(windowEnd);
    expect((await orderOf(sale)).returns_until).toContain(windowEnd);
  });

  it('that are open when the window closes keep the workflow waiting, without a busy loop', async () => {
    const sale = await sell(shop);
    await deliver(sale, 0);
    expect((await requestRefund(sale, line(sale, 0, 1), 'open')).body.refund.status).toBe('awaiting_return');
    await shop.services.db.run(`update orders set delivered_at = now() - interval '31 days' where id = $1`, [
      sale.orderId,
    ]);
    const handle = shop.services.temporal.workflow.getHandle(orderWorkflowId(sale.orderId));
    await handle.signal('orderChanged');
    await until(async () => (await details(sale)).includes('awaiting return'), 'the case to show the return');
    const length = async () => (await handle.describe()).historyLength;
    // A loop without a wait would add hundreds of events in this time.
    await until(async () => {
      const before = await length();
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      return (await length()) === before;
    }, 'the workflow to be idle');
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await desk.refund(sale.orderId, 'open', 'returnReceived', { restock: true });
    expect(await handle.result()).toBe('delivered');
  }, 60_000);
});
