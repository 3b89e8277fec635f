/** Refunds in the API: their visibility, the list for staff, and the fields of a request. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { type Sale, sell } from '../../tests/support/sales.ts';
import { type AnyBody, type Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { startAttributes } from '../../tests/support/start-attributes.ts';
import { deleteRefund, type WrittenRefund, writeRefund } from '../../tests/support/written-refunds.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';

let shop: TestShop;
let support: Shopper;
let lead: Shopper;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  support = await signedIn(shop, 'support');
  lead = await signedIn(shop, 'support_lead');
});
afterAll(() => shop?.stop());

const handleOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);
const day = () => new Date().toISOString().slice(0, 10);
const ask = (person: Shopper, { orderId }: Sale, body: object, key: string = randomUUID()) =>
  person.call('POST', `/orders/${orderId}/refunds`, { reason: 'Late', ...body }, { 'idempotency-key': key });
const listFor = async (person: Shopper, { orderId }: Sale) =>
  (await person.call('GET', `/orders/${orderId}/refunds`)).body;

/** Sells for more than support may refund without approval. */
const sellBig = (options: Parameters<typeof sell>[1] = {}) =>
  sell(shop, { lines: [{ price: '150.00', quantity: 1 }], ...options });

describe('a refund', () => {
  it('shows its shopper why it was rejected, but not why it was approved or which staff member requested it', async () => {
    for (const [decision, shownReason] of [
      ['approve', null],
      ['reject', 'As we said'],
    ] as const) {
      const sale = await sellBig();
      const { id } = (await ask(support, sale, { amount: 120 })).body.refund;
      const decided = await lead.call('POST', `/refunds/${id}/${decision}`, { reason: 'As we said' });
      expect(decided.body.refund).toMatchObject({ decision_reason: 'As we said' });
      const [forShopper] = (await listFor(sale.buyer, sale)).items;
      expect(forShopper).toMatchObject({ decision_reason: shownReason, requested_by: null, workflow_url: null });
      const [forStaff] = (await listFor(support, sale)).items;
      expect(forStaff).toMatchObject({
        decision_reason: 'As we said',
        requested_by: expect.stringMatching(/^support:/),
        workflow_url: expect.stringContaining(`refund-${sale.orderId}-`),
      });
    }
  });

  it('requested twice without a key is two refunds, and with the same key one', async () => {
    const sale = await sell(shop);
    const bare = () => support.call('POST', `/orders/${sale.orderId}/refunds`, { reason: 'Late', amount: 1 });
    const [one, two] = [await bare(), await bare()];
    expect(one.body.refund.id).not.toBe(two.body.refund.id);
    const [three, four] = [await ask(support, sale, { amount: 1 }, 'k'), await ask(support, sale, { amount: 1 }, 'k')];
    expect(three.body.refund.id).toBe(four.body.refund.id);
    expect((await listFor(support, sale)).items).toHaveLength(3);
  });

  it('can have items and a lower amount, and awaits their return if staff request it', async () => {
    const sale = await sell(shop);
    await handleOf(orderWorkflowId(sale.orderId)).executeUpdate('markShipped', {
      args: [{ requestId: 'p', requestedBy: 'Anna', reason: 'packed', carrier: 'UPS', trackingNumber: '1Z' }],
    });
    const lines = [{ product_id: sale.products[0]!.id, quantity: 1 }];
    const awaited = await ask(support, sale, { lines, amount: 10, await_return: true });
    expect(awaited.body.refund).toMatchObject({ status: 'awaiting_return', amount: 10, lines, reason: 'Late' });
    const sent = await ask(support, sale, { lines, restock: true });
    expect(sent.body.refund).toMatchObject({ status: 'pending', amount: 12.5, lines });
    await sale.buyer.untilStatus(sale.orderId, 'shipped');
    const row = await shop.services.db.row('select restock from refunds where id = $1', [sent.body.refund.id]);
    expect(row).toEqual({ restock: true });
  });

  it.each<[number, Partial<WrittenRefund>]>([
    [15, { status: 'failed', isGivenUp: true }],
    [25, { status: 'failed' }],
    [25, { status: 'rejected' }],
    [15, { status: 'awaiting_return' }],
    [15, { status: 'succeeded' }],
  ])('leaves a refundable amount of %d with %o', async (left, of) => {
    const sale = await sell(shop);
    const refund = { status: 'pending', cancelsUnits: false, quantity: 1, amount: 10, ...of };
    const id = await writeRefund(shop.services.db, sale, refund);
    const { refundable_amount, items } = await listFor(sale.buyer, sale);
    expect([refundable_amount, items[0].given_up]).toEqual([left, of.isGivenUp ?? false]);
    await deleteRefund(shop.services.db, id);
  });

  it('has its order, account, amount, and day as search attributes from the start', async () => {
    const buyer = await signedIn(shop);
    const sale = await sell(shop, { buyer });
    await ask(support, sale, { amount: 7.5 }, 'named');
    expect(await startAttributes(shop.services, refundWorkflowId(sale.orderId, 'named'))).toMatchObject({
      OrderId: sale.orderId,
      CustomerId: buyer.session.user.id,
      Amount: 7.5,
      Day: day(),
    });
  });
});

describe('the list of waiting refunds', () => {
  it('has refunds that await a return, approval, or either, oldest first', async () => {
    const sale = await sell(shop, { lines: [{ price: '50.00', quantity: 5 }] });
    const { db } = shop.services;
    const ids = new Map<string, string>();
    for (const status of ['awaiting_return', 'pending', 'awaiting_approval', 'failed', 'rejected', 'succeeded'])
      ids.set(status, await writeRefund(db, sale, { status, cancelsUnits: false, quantity: 1 }));
    // The refund that awaits approval is older.
    const created = `update refunds set created_at = now() - interval '1 hour' where id = $1`;
    await db.run(created, [ids.get('awaiting_approval')]);
    const listed = async (query: string) => {
      const { items } = (await support.call('GET', `/refunds${query}`)).body;
      return items.map(({ id }: AnyBody) => id).filter((id: string) => [...ids.values()].includes(id));
    };
    const [back, agreed] = [ids.get('awaiting_return'), ids.get('awaiting_approval')];
    expect(await listed('')).toEqual([agreed, back]);
    expect(await listed('?status=awaiting_return')).toEqual([back]);
    expect(await listed('?status=awaiting_approval')).toEqual([agreed]);
    for (const id of ids.values()) await deleteRefund(db, id);
  });
});

describe('a case whose workflow was terminated', () => {
  it('of a refund is resumed by a decision, with the same search attributes', async () => {
    const buyer = await signedIn(shop);
    const sale = await sellBig({ buyer });
    const { id } = (await ask(support, sale, { amount: 120 }, 'big')).body.refund;
    const workflowId = refundWorkflowId(sale.orderId, 'big');
    await handleOf(workflowId).terminate('as an operator may');
    const approved = await lead.call('POST', `/refunds/${id}/approve`, { reason: 'ok' });
    expect(approved.status).toBe(200);
    expect(await handleOf(workflowId).result()).toBe('succeeded');
    expect(await startAttributes(shop.services, workflowId)).toMatchObject({
      OrderId: sale.orderId,
      CustomerId: buyer.session.user.id,
      Amount: 120,
      Day: day(),
    });
  });

  it('of an order is resumed by a cancellation, with the same search attributes', async () => {
    const buyer = await signedIn(shop);
    const sale = await sell(shop, { buyer });
    const workflowId = orderWorkflowId(sale.orderId);
    await handleOf(workflowId).terminate('as an operator may');
    const canceled = await buyer.call('POST', `/orders/${sale.orderId}/cancel`);
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    expect(await startAttributes(shop.services, workflowId)).toMatchObject({
      OrderId: sale.orderId,
      CustomerId: buyer.session.user.id,
      OrderStatus: 'paid',
      Amount: 25,
      Day: day(),
    });
  });
});

describe('a cancellation', () => {
  it('shows the shopper’s reason, or a default', async () => {
    for (const [body, reason] of [
      [{ reason: 'Found it elsewhere' }, 'Found it elsewhere'],
      [undefined, 'Canceled by the customer'],
    ] as const) {
      const sale = await sell(shop);
      await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`, body);
      expect((await listFor(sale.buyer, sale)).items).toMatchObject([{ kind: 'cancellation', reason, amount: 25 }]);
    }
  });

  it('by staff is recorded as theirs, and has their limit', async () => {
    const sale = await sellBig();
    const waits = await support.call('POST', `/orders/${sale.orderId}/cancel`);
    expect([waits.status, waits.body.cancellation_waits]).toEqual([202, true]);
    const [waiting] = (await listFor(support, sale)).items;
    expect(waiting.requested_by).toMatch(/^support:/);
    await lead.call('POST', `/refunds/${waiting.id}/reject`, { reason: 'no' });
    const canceled = await lead.call('POST', `/orders/${sale.orderId}/cancel`);
    expect([canceled.status, canceled.body.status]).toEqual([200, 'canceled']);
    expect((await listFor(support, sale)).items.at(-1).requested_by).toMatch(/^support_lead:/);
  });

  it('of a shipped order is rejected with the order’s status', async () => {
    const sale = await sell(shop);
    await handleOf(orderWorkflowId(sale.orderId)).executeUpdate('markShipped', {
      args: [{ requestId: 'p', requestedBy: 'Anna', reason: 'packed', carrier: 'UPS', trackingNumber: '1Z' }],
    });
    const refused = await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
    expect([refused.status, refused.body.code]).toEqual([409, 'order_not_cancelable']);
    expect(refused.body).toMatchObject({ order_status: 'shipped' });
  });
});
