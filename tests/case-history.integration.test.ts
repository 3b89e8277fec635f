/** An order's page shows the complete history of its record in every state, whoever acted, also after its workflow has completed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORDER_CHANGED_TOPIC } from '../activities/orders/signal-order.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { refundWorkflowId } from '../workflows/refund/messages.ts';
import { inColumn, plain, who } from '../workflows/shared/markdown.ts';
import { Desk } from './support/desk.ts';
import { atStripe, chargeBack, openOrder, orderOf, type Sale, sell } from './support/sales.ts';
import { CARDS, startTestShop, type TestShop, until } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  // Long enough to pay, and short enough to wait for.
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false, RESERVATION_SECONDS: 15 });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

interface EventRow {
  type: string;
  created_at: Date;
  message: string;
  actor: string;
  reason: string | null;
}

const eventsOf = ({ orderId }: Sale) =>
  shop.services.db.rows<EventRow>(
    'select type, created_at, message, actor, reason from order_events where order_id = $1 order by id',
    [orderId],
  );
const rowOf = ({ created_at, message, actor, reason }: EventRow) =>
  `| ${[inColumn(created_at.toISOString()), plain(message), who(actor), reason ? plain(reason) : ''].join(' | ')} |`;
const pageOf = ({ orderId }: Sale) => desk.details(orderWorkflowId(orderId));
const isRunning = ({ orderId }: Sale) => desk.isRunning(orderWorkflowId(orderId));
const shownOf = (page: string) =>
  page
    .slice(page.indexOf('**Order history**'))
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| UTC') && !line.startsWith('| ---'));

/** Waits until the order has an event of each type, and its page shows exactly its events. @returns the page */
async function untilComplete(sale: Sale, ...types: string[]): Promise<string> {
  let seen: unknown;
  try {
    await until(
      async () => {
        const [page, events] = [await pageOf(sale), await eventsOf(sale)];
        seen = { shown: shownOf(page), recorded: events.map(rowOf) };
        const isThere = types.every((type) => events.some((event) => event.type === type));
        return isThere && JSON.stringify(shownOf(page)) === JSON.stringify(events.map(rowOf));
      },
      `the page to show ${types.join(', ')}`,
    );
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${JSON.stringify(seen, null, 1)}`);
  }
  return pageOf(sale);
}
const untilEnded = (sale: Sale) => until(async () => !(await isRunning(sale)), 'the workflow to complete');
const EXPIRED_IN_MS = 40_000;

describe('the history on an order’s page', () => {
  it('begins with the first page after checkout, and includes a declined and a successful payment', async () => {
    const sale = await openOrder(shop);
    expect(await untilComplete(sale, 'order_opened')).toContain('Waiting for payment until');
    await sale.buyer.pay(sale.begun, CARDS.declined);
    await untilComplete(sale, 'payment_failed');
    await sale.buyer.pay(sale.begun);
    await sale.buyer.untilStatus(sale.orderId, 'paid');
    expect(await untilComplete(sale, 'order_paid')).toContain('Paid. Ready to ship.');
  });

  it('is complete once an unpaid order has expired, and once staff have canceled one', async () => {
    const expired = await openOrder(shop);
    const canceled = await openOrder(shop);
    const extended = await openOrder(shop);
    await desk.order(extended.orderId, 'extendReservation', { minutes: 1 });
    expect(await untilComplete(extended, 'reservation_extended')).not.toContain('`extendReservation`');
    await desk.order(canceled.orderId, 'cancel', { reason: 'Ordered twice' });
    await untilEnded(canceled);
    const page = await untilComplete(canceled, 'order_canceled');
    expect(page).toContain('Canceled before it was paid. Nothing was charged');
    expect(page).toContain('| ui:Anna | Ordered twice |');
    await until(async () => !(await isRunning(expired)), 'the order to expire', EXPIRED_IN_MS);
    expect(await untilComplete(expired, 'order_expired')).toContain('Not paid in time. Nothing was charged');
  }, 60_000);

  it('includes what staff and the shopper did with a paid order', async () => {
    const sale = await sell(shop);
    const { orderId, buyer, products } = sale;
    await desk.order(orderId, 'putUnderReview');
    await desk.order(orderId, 'endReview');
    await desk.order(orderId, 'markShipped', { carrier: 'UPS', trackingNumber: '1Z' });
    await untilComplete(sale, 'order_put_under_review', 'review_ended', 'order_shipped');
    const lines = [{ product_id: products[0]!.id, quantity: 1 }];
    await buyer.call('POST', `/orders/${orderId}/refunds`, { lines, reason: 'Too small' }, { 'idempotency-key': 'r1' });
    const page = await untilComplete(sale, 'return_requested');
    expect(page.replaceAll('\\', '')).toContain('of $12.50 is waiting for the items.');
    await desk.refund(orderId, 'r1', 'returnReceived', { restock: true });
    await untilComplete(sale, 'return_received', 'refund_succeeded');
  });

  it('includes a refused approval, which changed nothing', async () => {
    const sale = await sell(shop, { lines: [{ price: '80.00', quantity: 2 }] });
    const body = { all: true, reason: 'Too small' };
    const requested = await sale.buyer.call('POST', `/orders/${sale.orderId}/refunds`, body, {
      'idempotency-key': 'big',
    });
    expect(requested.body.refund.status).toBe('awaiting_approval');
    const refundId = requested.body.refund.id;
    await desk.refund(sale.orderId, 'big', 'decide', { refundId, decision: 'approve', requestId: undefined });
    await untilComplete(sale, 'refund_approval_refused');
  });

  it('includes a shopper’s own cancellation, and is complete after the workflow has completed', async () => {
    const sale = await sell(shop);
    await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`, { reason: 'Changed my mind' });
    await untilEnded(sale);
    const page = await untilComplete(sale, 'order_canceled', 'refund_succeeded');
    expect(page.replaceAll('\\', '')).toContain('The full charge of $25.00 is refunded.');
  });

  it('includes what happened at Stripe: a refund in the Dashboard, and a chargeback with its evidence and its end', async () => {
    const sale = await sell(shop);
    await shop.services.stripe.refunds.create({ payment_intent: sale.intentId, amount: 500 });
    await untilComplete(sale, 'refund_found_at_stripe', 'refund_succeeded');
    const disputeId = await chargeBack(shop, sale, 1000);
    const page = await untilComplete(sale, 'dispute_opened');
    expect(page.replaceAll('\\', '')).toMatch(/\*\*Chargeback of \$10\.00\*\*: respond in the Stripe Dashboard by/);
    for (const text of ['The tracking number', 'The confirmation'])
      await shop.services.stripe.disputes.update(disputeId, { evidence: { uncategorized_text: text } });
    await until(
      async () => (await eventsOf(sale)).filter(({ type }) => type === 'dispute_evidence_submitted').length === 2,
      'both submissions to be recorded',
    );
    expect(await untilComplete(sale)).toContain('the bank has your response');
    await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'lost' });
    const lost = await untilComplete(sale, 'dispute_changed');
    expect(lost.replaceAll('\\', '')).toContain('The chargeback of $10.00 was lost: the customer has the money.');
  });

  it('includes a refund that fails after it had succeeded and the order’s workflow had completed', async () => {
    const sale = await sell(shop, { card: CARDS.refundPendingThenFails });
    await desk.order(sale.orderId, 'cancel', { requestId: 'c1' });
    await untilComplete(sale, 'refund_succeeded');
    const page = await untilComplete(sale, 'refund_failed');
    const refund = refundWorkflowId(sale.orderId, 'c1');
    await until(async () => (await desk.details(refund)).includes('**The refund failed**'), 'the refund’s page');
    expect((await orderOf(sale)).status).toBe('canceled');
    expect(page.replaceAll('\\', '')).toContain('**A refund of $25.00 failed**');
    expect(page).toContain('send `retry` or `giveUp`');
    await untilEnded(sale);
    await desk.refund(sale.orderId, 'c1', 'giveUp', { reason: 'Paid by bank transfer' });
    const paid = await untilComplete(sale, 'refund_given_up');
    expect(paid.replaceAll('\\', '')).toContain('The full charge of $25.00 was refunded or paid another way.');
  });

  it('includes what other processes record, also on a completed order', async () => {
    const sale = await openOrder(shop);
    await desk.order(sale.orderId, 'cancel');
    await untilEnded(sale);
    const { db } = shop.services;
    await db.run(`insert into order_events (order_id, type, message) values ($1, 'mail_failed', 'It was rejected.')`, [
      sale.orderId,
    ]);
    await db.run('insert into outbox (topic, key) values ($1, $2)', [ORDER_CHANGED_TOPIC, sale.orderId]);
    await untilComplete(sale, 'mail_failed');
    await untilEnded(sale);
    await untilComplete(sale, 'mail_failed');
  });
});
