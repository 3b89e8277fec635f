/** Orders that ship in several parcels, and returns of which a part arrives: ledger, stock, and emails. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { stockOf } from '../../tests/support/shop.ts';
import { checkOrders } from '../audit/check-orders.ts';
import { checkUnits } from '../audit/check-units.ts';
import type { OrderStepRequest } from './order-steps.ts';

const shop = activityShop({ topics: ['stock.adjusted'] });
const { orders } = shop;

/** Two mugs for $12.50 each. */
const paid = async () => {
  const { order, product } = await orders.paid({ price: '12.50' });
  return { orderId: order.orderId, productId: product.id };
};
type Sold = Awaited<ReturnType<typeof paid>>;

const doStep = (orderId: string, step: OrderStepRequest['step'], requestId: string = randomUUID()) =>
  shop.activities.stepOrder({ orderId, requestId, actor: 'ui:Anna', step });
const parcel = ({ productId }: Sold, quantity: number, trackingNumber = `1Z-${randomUUID()}`) =>
  ({ action: 'markShipped', carrier: 'UPS', trackingNumber, lines: [{ productId, quantity }] }) as const;
const rest = { action: 'markShipped', carrier: 'UPS', trackingNumber: '1Z-rest' } as const;
const caseOf = async (orderId: string) => (await shop.activities.loadCase({ orderId }))!;
const stateOf = async (orderId: string) => (await caseOf(orderId)).order.status;
const done = { outcome: 'done' };
const findingsAbout = async (orderId: string) => {
  const { db } = shop.services;
  return [...(await checkUnits(db)), ...(await checkOrders(db))].filter(({ subject }) => subject.includes(orderId));
};
const shippingMails = async (orderId: string) =>
  (
    await shop.services.db.rows<{ id: string | null }>(
      `select payload->>'shipmentId' as id from outbox where topic = 'mail' and key = $1 and payload->>'kind' = 'order_shipped'`,
      [orderId],
    )
  ).map(({ id }) => id);

describe('an order that ships in parcels', () => {
  it('has shipped once its last unit has, and was delivered once its last parcel was', async () => {
    const sold = await paid();
    const { orderId } = sold;
    const [first, second] = [parcel(sold, 1), rest];
    expect(await doStep(orderId, first)).toEqual(done);
    expect(await caseOf(orderId)).toMatchObject({
      order: { status: 'partially_shipped', shipped: [{ productId: sold.productId, quantity: 1 }] },
      packing: [{ bought: 2, shipped: 1, toShip: 1 }],
      closesAt: null,
    });
    expect(await findingsAbout(orderId)).toEqual([]);
    expect(await doStep(orderId, second)).toEqual(done);
    expect(await stateOf(orderId)).toBe('shipped');
    expect(await doStep(orderId, { action: 'markDelivered' })).toMatchObject({
      message: `Several parcels are on their way: ${first.trackingNumber}, 1Z-rest. Specify "trackingNumber".`,
    });
    expect(await doStep(orderId, { action: 'markDelivered', trackingNumber: '1Z-rest' })).toEqual(done);
    expect(await stateOf(orderId)).toBe('shipped');
    expect(await doStep(orderId, { action: 'markDelivered', trackingNumber: '1Z-rest' })).toMatchObject({
      message: 'The parcel 1Z-rest is already delivered.',
    });
    expect(await doStep(orderId, { action: 'markDelivered', trackingNumber: '1Z-none' })).toMatchObject({
      message: `This order has no parcel 1Z-none. Parcels on their way: ${first.trackingNumber}.`,
    });
    expect(await doStep(orderId, { action: 'markDelivered' })).toEqual(done);
    const { order, shipments, history, closesAt } = await caseOf(orderId);
    expect([order.status, shipments.every(({ deliveredAt }) => deliveredAt)]).toEqual(['delivered', true]);
    expect(closesAt).not.toBeNull();
    expect(history.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(new RegExp(`^Shipped 1 × “.*” with UPS, tracking number ${first.trackingNumber}\\.$`)),
    );
    const mails = await shippingMails(orderId);
    expect([mails.length, new Set(mails).size, mails.includes(null)]).toEqual([2, 2, false]);
    expect(await findingsAbout(orderId)).toEqual([]);
  });

  it('ships each unit once, however often and however simultaneously it is requested', async () => {
    const sold = await paid();
    const { orderId } = sold;
    const step = parcel(sold, 1);
    const same = await Promise.all([1, 2, 3].map(() => doStep(orderId, step, 'parcel-1')));
    expect(same).toEqual([done, done, done]);
    const others = await Promise.all([1, 2, 3].map(() => doStep(orderId, parcel(sold, 1))));
    expect(others.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    expect(await doStep(orderId, { ...step, lines: [{ ...step.lines[0]!, quantity: 2 }] }, 'parcel-1')).toMatchObject({
      message: 'The request ID “parcel-1” was already used. Use a new one.',
    });
    const { lines: _lines, ...withoutLines } = step;
    expect(await doStep(orderId, withoutLines, 'parcel-1')).toMatchObject({ outcome: 'refused' });
    const { shipments, order } = await caseOf(orderId);
    expect([shipments.length, order.status]).toEqual([2, 'shipped']);
  });

  it('refuses more units than remain, and a review or a cancellation after the first parcel', async () => {
    const sold = await paid();
    const { orderId } = sold;
    await doStep(orderId, parcel(sold, 1));
    expect(await doStep(orderId, parcel(sold, 2))).toMatchObject({
      message: expect.stringMatching(/^Only 1 of “.*” remain to ship, but 2 were specified\.$/),
    });
    expect(await doStep(orderId, { action: 'putUnderReview' })).toMatchObject({ outcome: 'refused' });
    const canceled = await shop.activities.cancelPaid({
      orderId,
      requestId: randomUUID(),
      reason: 'Changed my mind',
      sender: { requestedBy: 'Anna' },
    });
    expect(canceled).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('A part of it has shipped'),
    });
  });

  it('has shipped as a whole when the refund of the rest succeeds; those units return to stock', async () => {
    const sold = await paid();
    const { orderId, productId } = sold;
    const before = await stockOf(shop.services, productId);
    await doStep(orderId, parcel(sold, 1));
    const refund = await orders.refunded(orderId, { lines: [{ productId, quantity: 1 }] });
    expect(refund).toMatchObject({ cancelsUnits: true, amountCents: 1250 });
    expect(await doStep(orderId, rest)).toMatchObject({ message: expect.stringContaining('is unfinished') });
    await orders.sent(refund.refundId);
    expect(await caseOf(orderId)).toMatchObject({
      order: { status: 'shipped', fulfillment: 'shipped', refundedCents: 1250 },
      packing: [{ canceled: 1, shipped: 1, toShip: 0 }],
    });
    expect((await stockOf(shop.services, productId)).stock).toBe(before.stock + 1);
    expect(await findingsAbout(orderId)).toEqual([]);
  });

  it('was delivered when its parcel was, and the refund of the rest succeeds after that', async () => {
    const sold = await paid();
    const { orderId, productId } = sold;
    await doStep(orderId, parcel(sold, 1));
    await doStep(orderId, { action: 'markDelivered' });
    expect(await stateOf(orderId)).toBe('partially_shipped');
    await orders.sent((await orders.refunded(orderId, { lines: [{ productId, quantity: 1 }] })).refundId);
    const { order, closesAt } = await caseOf(orderId);
    expect([order.status, closesAt === null]).toEqual(['delivered', false]);
  });

  it('can have shipped units returned while the rest has not shipped', async () => {
    const sold = await paid();
    const { orderId, productId } = sold;
    await doStep(orderId, parcel(sold, 1));
    const lines = [{ productId, quantity: 1 }];
    const back = await orders.refunded(orderId, { lines, awaitReturn: true });
    expect(back).toMatchObject({ status: 'awaiting_return', cancelsUnits: false });
    expect(await doStep(orderId, rest)).toEqual(done);
    expect(await findingsAbout(orderId)).toEqual([]);
  });
});

describe('a return of which a part arrives', () => {
  const expected = async () => {
    const sold = await paid();
    await doStep(sold.orderId, rest);
    const lines = [{ productId: sold.productId, quantity: 2 }];
    const { refundId } = await orders.refunded(sold.orderId, { lines, awaitReturn: true });
    const arrive = (quantity: number, more: { amountCents?: number; productId?: string } = {}) => {
      const { productId = sold.productId, ...part } = more;
      return shop.activities.receiveReturn({
        refundId,
        requestId: 'parcel',
        actor: 'ui:Anna',
        restock: true,
        lines: [{ productId, quantity }],
        ...part,
      });
    };
    return { ...sold, refundId, arrive };
  };

  it('refunds and restocks what arrived, once', async () => {
    const { orderId, productId, refundId, arrive } = await expected();
    const before = await stockOf(shop.services, productId);
    for (const result of await Promise.all([arrive(1), arrive(1)]))
      expect(result).toMatchObject({ outcome: 'decided', refund: { status: 'pending', amountCents: 1250 } });
    expect(await orders.sent(refundId)).toMatchObject({ status: 'succeeded', lines: [{ productId, quantity: 1 }] });
    expect((await stockOf(shop.services, productId)).stock).toBe(before.stock + 1);
    const { order, history } = await caseOf(orderId);
    expect(order.refundedCents).toBe(1250);
    expect(history.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^A part of the return has arrived: 1 × “.*”\.$/),
    );
    // The unit that did not arrive can be requested again.
    const again = await orders.refunded(orderId, { lines: [{ productId, quantity: 1 }], awaitReturn: true });
    expect(again).toMatchObject({ amountCents: 1250, status: 'awaiting_return' });
  });

  it('refunds less than its price if staff say so, and never more', async () => {
    const { refundId, arrive } = await expected();
    expect(await arrive(1, { amountCents: 1251 })).toMatchObject({ outcome: 'refused' });
    expect(await arrive(3)).toMatchObject({ message: expect.stringContaining('were expected, but 3 were specified') });
    expect(await arrive(1, { productId: randomUUID() })).toMatchObject({ outcome: 'refused' });
    expect(await shop.activities.loadRefund({ refundId })).toMatchObject({
      status: 'awaiting_return',
      amountCents: 2500,
    });
    expect(await arrive(1, { amountCents: 1000 })).toMatchObject({ refund: { amountCents: 1000 } });
  });
});
