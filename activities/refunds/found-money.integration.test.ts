/** Money that moved at Stripe without the shop: its effect on the order, the refunds that it replaces, and its failure. */
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import type { PaidOrder } from '../../tests/support/ledger-orders.ts';
import { atStripe, chargeBack } from '../../tests/support/sales.ts';
import { stockOf, until } from '../../tests/support/shop.ts';
import { type FoundDispute, recordFound } from './found-ledger.ts';

// Emails stay in the outbox, so that tests can count them.
const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

const reconcile = ({ order }: PaidOrder) => shop.activities.reconcilePayment({ orderId: order.orderId });
const orderOf = async ({ order }: PaidOrder) => (await shop.activities.loadOrder({ orderId: order.orderId }))!;
const stock = async ({ product }: PaidOrder) => (await stockOf(shop.services, product.id)).stock;
const close = (disputeId: string, outcome: 'won' | 'lost') =>
  atStripe(shop, `disputes/${disputeId}/close`, { outcome });
const fail = (refundId: string) =>
  shop.activities.recordRefund({ refundId, attempt: 1, stripeRefundId: null, status: 'failed' });

interface FoundRow {
  id: string;
  kind: string;
  status: string;
  cancels_units: boolean;
  replaced: boolean;
}
const refundsOf = ({ order }: PaidOrder) =>
  shop.services.db.rows<FoundRow>(
    `select id, kind, status, cancels_units, replaced_by is not null as replaced from refunds where order_id = $1 order by created_at`,
    [order.orderId],
  );
const eventsOf = async ({ order }: PaidOrder, like: string) =>
  (
    await shop.services.db.rows<{ type: string }>(
      'select type from order_events where order_id = $1 and type like $2 order by id',
      [order.orderId, like],
    )
  ).map(({ type }) => type);
const mailsOf = async ({ order }: PaidOrder) =>
  (
    await shop.services.db.rows<{ kind: string }>(
      `select payload ->> 'kind' as kind from outbox where topic = 'mail' and key = $1 order by id`,
      [order.orderId],
    )
  ).map(({ kind }) => kind);

/** Staff refund it in the Stripe Dashboard. */
const refundInDashboard = ({ paymentIntentId }: PaidOrder, amount?: number) =>
  shop.services.stripe.refunds.create({ payment_intent: paymentIntentId, amount });
const untilFailed = (id: string) =>
  until(async () => (await shop.services.stripe.refunds.retrieve(id)).status === 'failed', 'the bank to refuse');
const nextIsRefused = () =>
  atStripe(shop, 'faults', { target: 'refund', kind: 'pending', outcome: 'failed', delay_ms: 300 });

describe('a chargeback', () => {
  it('is recorded once when it opens and once when it is decided, and emailed only to staff', async () => {
    const sale = await orders.paid();
    const mails = await mailsOf(sale);
    const disputeId = await chargeBack(shop, { intentId: sale.paymentIntentId });
    await reconcile(sale);
    await reconcile(sale);
    expect(await eventsOf(sale, 'dispute%')).toEqual(['dispute_opened']);
    await close(disputeId, 'lost');
    await reconcile(sale);
    await reconcile(sale);
    expect(await eventsOf(sale, 'dispute%')).toEqual(['dispute_opened', 'dispute_changed']);
    expect(await eventsOf(sale, 'refund%')).toEqual([]);
    expect(await mailsOf(sale)).toEqual([...mails, 'dispute_opened']);
    expect(await refundsOf(sale)).toMatchObject([{ kind: 'chargeback', status: 'succeeded', cancels_units: true }]);
    expect([await stock(sale), (await orderOf(sale)).refundedCents]).toEqual([10, 2_500]);
  });

  it('that was won before it was read takes nothing', async () => {
    const sale = await orders.paid();
    await close(await chargeBack(shop, { intentId: sale.paymentIntentId }), 'won');
    await reconcile(sale);
    expect(await refundsOf(sale)).toEqual([]);
    expect(await orderOf(sale)).toMatchObject({ status: 'paid', refundedCents: 0 });
  });

  it('that was lost before it was read takes everything, and its units return to stock', async () => {
    const sale = await orders.paid();
    await close(await chargeBack(shop, { intentId: sale.paymentIntentId }), 'lost');
    await reconcile(sale);
    expect(await refundsOf(sale)).toMatchObject([{ status: 'succeeded', cancels_units: true }]);
    expect([await stock(sale), (await orderOf(sale)).status]).toEqual([10, 'refunded']);
  });

  it('of a shipped order cancels no units', async () => {
    const sale = await orders.shipped();
    await close(await chargeBack(shop, { intentId: sale.paymentIntentId }), 'lost');
    await reconcile(sale);
    expect(await refundsOf(sale)).toMatchObject([{ status: 'succeeded', cancels_units: false }]);
    expect([await stock(sale), (await orderOf(sale)).status]).toEqual([8, 'refunded']);
  });

  it('gets a new evidence deadline when Stripe changes it', async () => {
    const sale = await orders.paid();
    const { orderId } = sale.order;
    const disputeId = await chargeBack(shop, { intentId: sale.paymentIntentId });
    await reconcile(sale);
    const read = () =>
      shop.services.db.row<FoundDispute & { due: Date }>(
        'select reason, status, currency, evidence_due_by as due from disputes where id = $1',
        [disputeId],
      );
    const { due, ...dispute } = (await read())!;
    const evidenceDueBy = new Date(due.getTime() + 86_400_000);
    const found = { ...dispute, disputeId, amountCents: 2_500, evidenceDueBy };
    await recordFound(shop.services.db, orderId, { refunds: [], disputes: [found] });
    expect((await read())!.due).toEqual(evidenceDueBy);
    await close(disputeId, 'won');
    await reconcile(sale);
  });

  it('that was lost does not count toward anyone’s refund limit', async () => {
    const sale = await orders.paid({ price: '100.00' });
    await close(await chargeBack(shop, { intentId: sale.paymentIntentId }, 9_000), 'lost');
    await reconcile(sale);
    const limit = shop.services.settings.REFUND_LIMIT_SUPPORT_CENTS;
    expect((await orders.refunded(sale.order.orderId, { amountCents: limit })).status).toBe('pending');
  });
});

describe('a full refund in the Stripe Dashboard', () => {
  /** States of an earlier refund of one unit, and what each becomes. */
  const EARLIER: Readonly<Record<string, { becomes: object; make: (sale: PaidOrder) => Promise<unknown> }>> = {
    'is waiting for approval': {
      becomes: { status: 'rejected', replaced: true },
      make: (sale) => orders.refunded(sale.order.orderId, { amountCents: 12_000 }),
    },
    'has failed': {
      becomes: { status: 'rejected', replaced: true },
      make: async (sale) => {
        const lines = [{ productId: sale.product.id, quantity: 1 }];
        await fail((await orders.refunded(sale.order.orderId, { lines })).refundId);
      },
    },
    'is owed, since its unit is in stock': {
      becomes: { status: 'failed', replaced: false },
      make: async (sale) => {
        const lines = [{ productId: sale.product.id, quantity: 1 }];
        const { refundId } = await orders.refunded(sale.order.orderId, { lines });
        const atBank = { refundId, attempt: 1, stripeRefundId: `re_${refundId}` };
        await shop.activities.recordRefund({ ...atBank, status: 'succeeded' });
        await shop.activities.recordRefund({ ...atBank, status: 'failed' });
      },
    },
  };
  it.each(Object.entries(EARLIER))(
    'replaces an earlier refund unless that is owed: one that %s',
    async (_, { becomes, make }) => {
      const sale = await orders.paid({ price: '80.00' });
      await make(sale);
      await refundInDashboard(sale);
      await reconcile(sale);
      expect(await refundsOf(sale)).toMatchObject([becomes, { status: 'succeeded', cancels_units: true }]);
      expect([await stock(sale), (await orderOf(sale)).refundedCents]).toEqual([10, 16_000]);
      // Close the failed refund, so that it does not stay open for other tests.
      await shop.services.db.run(`update refunds set status = 'rejected' where order_id = $1 and status = 'failed'`, [
        sale.order.orderId,
      ]);
    },
  );

  it('of a payment that arrived too late restocks nothing, since nothing was sold', async () => {
    const opened = await orders.opened({ price: '80.00' });
    const { orderId } = opened.order;
    const sale = { ...opened, paymentIntentId: await orders.charge(opened.order) };
    await shop.activities.closeOrder({ orderId, to: 'expired' });
    await shop.activities.checkPayment({ orderId });
    expect(await shop.activities.applyPayments({ orderId })).toMatchObject({ outcome: 'refund_due' });
    await refundInDashboard(sale);
    await reconcile(sale);
    expect((await refundsOf(sale)).map((refund) => refund.cancels_units)).not.toContain(true);
    expect(await stock(sale)).toBe(10);
  });

  it('of part of the payment replaces nothing, and cancels no units', async () => {
    const sale = await orders.paid({ price: '80.00' });
    await orders.refunded(sale.order.orderId, { amountCents: 12_000 });
    await refundInDashboard(sale, 500);
    await reconcile(sale);
    expect(await refundsOf(sale)).toMatchObject([
      { status: 'awaiting_approval', replaced: false },
      { status: 'succeeded', cancels_units: false },
    ]);
  });

  it('that failed before it was read is not recorded', async () => {
    const sale = await orders.paid();
    await nextIsRefused();
    await untilFailed((await refundInDashboard(sale)).id);
    await reconcile(sale);
    expect(await refundsOf(sale)).toEqual([]);
    expect(await orderOf(sale)).toMatchObject({ status: 'paid', refundedCents: 0 });
  });

  it('that fails before its units are restocked lets them ship', async () => {
    const sale = await orders.paid();
    await nextIsRefused();
    const { id } = await refundInDashboard(sale);
    await reconcile(sale);
    await untilFailed(id);
    await reconcile(sale);
    expect(await refundsOf(sale)).toMatchObject([{ status: 'failed', cancels_units: false }]);
    expect([await stock(sale), (await orderOf(sale)).status]).toEqual([8, 'paid']);
  });

  it('that fails after its units were restocked leaves them canceled', async () => {
    const sale = await orders.paid();
    const { id } = await refundInDashboard(sale);
    await reconcile(sale);
    expect(await stock(sale)).toBe(10);
    const failed = { stripeRefundId: id, refundId: undefined, amountCents: 2_500, currency: 'usd', status: 'failed' };
    await recordFound(shop.services.db, sale.order.orderId, { refunds: [failed as never], disputes: [] });
    expect(await refundsOf(sale)).toMatchObject([{ status: 'failed', cancels_units: true }]);
    expect([await stock(sale), (await orderOf(sale)).refundedCents]).toEqual([10, 0]);
    // Stripe still reports success, so reading it again corrects the record.
    await reconcile(sale);
    expect((await orderOf(sale)).refundedCents).toBe(2_500);
  });
});

it('a refund by the shop that fails at the bank still blocks its unit from shipping', async () => {
  const sale = await orders.paid();
  const lines = [{ productId: sale.product.id, quantity: 1 }];
  const { refundId } = await orders.refunded(sale.order.orderId, { lines });
  await nextIsRefused();
  const { stripeRefundId } = await orders.sent(refundId);
  await untilFailed(stripeRefundId!);
  await reconcile(sale);
  expect(await refundsOf(sale)).toMatchObject([{ status: 'failed', cancels_units: true }]);
  const parcel = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z' } as const;
  const shipped = { orderId: sale.order.orderId, requestId: 'p', actor: 'ui:Anna', step: parcel };
  expect((await shop.activities.stepOrder(shipped)).outcome).toBe('refused');
});
