/** Every open case whose workflow was terminated gets a new one. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { force } from '../../tests/support/force.ts';
import { atStripe, chargeBack, type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { startAttributes } from '../../tests/support/start-attributes.ts';
import { deleteRefund, type WrittenRefund, writeRefund } from '../../tests/support/written-refunds.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { refundWorkflowId } from '../../workflows/refund/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import { startMissingWorkflows } from './missing-workflows.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const run = (text: string, values: unknown[]) => shop.services.db.run(text, values);
const workflowOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);
const statusOf = async (workflowId: string) => (await workflowOf(workflowId).describe()).status.name;

/** @returns the status of the order workflow after it was terminated and missing workflows were started */
async function startedCases({ orderId }: Sale): Promise<string> {
  const workflowId = orderWorkflowId(orderId);
  await workflowOf(workflowId).terminate('as an operator may');
  await startMissingWorkflows(shop.services);
  return statusOf(workflowId);
}

it('an order with a full chargeback', async () => {
  const sale = await sell(shop);
  const disputeId = await chargeBack(shop, sale);
  await sale.buyer.untilStatus(sale.orderId, 'refunded');
  expect(await startedCases(sale)).toBe('RUNNING');
  await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
  await sale.buyer.untilStatus(sale.orderId, 'paid');
});

it('a delivered order past its return window, for as long as a refund is open', async () => {
  const sale = await sell(shop);
  await run(`update orders set status = 'shipped', fulfillment = 'shipped', shipped_at = now() where id = $1`, [
    sale.orderId,
  ]);
  await run(
    `update orders set status = 'delivered', fulfillment = 'delivered', delivered_at = now() - interval '1 year' where id = $1`,
    [sale.orderId],
  );
  expect(await startedCases(sale)).toBe('TERMINATED');

  const refundId = randomUUID();
  await run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status)
     values ($1, $2, $3, 1, 'usd', 'test', 'stripe', 'pending')`,
    [refundId, sale.orderId, refundId],
  );
  await startMissingWorkflows(shop.services);
  const workflowId = orderWorkflowId(sale.orderId);
  expect(await statusOf(workflowId)).toBe('RUNNING');
  // Without the refund nothing is open, so the workflow completes.
  await run('delete from refunds where id = $1', [refundId]);
  await workflowOf(workflowId).signal('orderChanged');
  await workflowOf(workflowId).result();
});

describe('an order', () => {
  const YESTERDAY = `now() - interval '1 day'`;
  it.each<[string, string, Record<string, string>]>([
    ['RUNNING', 'that is under review', { status: `'under_review'`, fulfillment: `'under_review'` }],
    ['RUNNING', 'that is partially refunded', { status: `'partially_refunded'` }],
    ['RUNNING', 'that has shipped', { status: `'shipped'`, fulfillment: `'shipped'`, shipped_at: YESTERDAY }],
    [
      'RUNNING',
      'that was delivered yesterday',
      { status: `'delivered'`, fulfillment: `'delivered'`, shipped_at: YESTERDAY, delivered_at: YESTERDAY },
    ],
    ['TERMINATED', 'that is refunded', { status: `'refunded'` }],
    ['TERMINATED', 'that is canceled', { status: `'canceled'` }],
  ])('has a workflow that is %s afterwards: an order %s', async (expected, _, columns) => {
    const buyer = await signedIn(shop);
    const sale = await sell(shop, { buyer });
    const set = Object.entries(columns).map(([name, value]) => `${name} = ${value}`);
    await force(shop.services.db, [`update orders set ${set.join(', ')} where id = $1`], [sale.orderId]);
    const workflowId = orderWorkflowId(sale.orderId);
    try {
      expect(await startedCases(sale)).toBe(expected);
      if (expected === 'RUNNING') {
        const found = { OrderId: sale.orderId, CustomerId: buyer.session.user.id, Amount: 25 };
        expect(await startAttributes(shop.services, workflowId)).toMatchObject(found);
        await workflowOf(workflowId).terminate('the test is over');
      }
    } finally {
      const restore = `update orders set status = 'paid', fulfillment = 'unfulfilled', shipped_at = null, delivered_at = null where id = $1`;
      await force(shop.services.db, [restore], [sale.orderId]);
    }
  });
});

describe('a refund', () => {
  it.each<[boolean, Partial<WrittenRefund>]>([
    [true, { status: 'awaiting_return' }],
    [true, { status: 'awaiting_approval' }],
    [true, { status: 'pending' }],
    [true, { status: 'failed' }],
    [false, { status: 'failed', isGivenUp: true }],
    [false, { status: 'failed', requestedBy: 'stripe', kind: 'chargeback' }],
    [false, { status: 'pending', requestedBy: 'stripe', kind: 'chargeback' }],
    [false, { status: 'rejected' }],
    [false, { status: 'succeeded' }],
  ])('gets a workflow: %s, with %o', async (hasWorkflow, of) => {
    const buyer = await signedIn(shop);
    const sale = await sell(shop, { buyer });
    const { db } = shop.services;
    const id = await writeRefund(db, sale, { status: 'pending', cancelsUnits: false, quantity: 0, ...of });
    const workflowId = refundWorkflowId(sale.orderId, `provoked-${id}`);
    await startMissingWorkflows(shop.services);
    const found = await startAttributes(shop.services, workflowId).catch(() => undefined);
    if (!hasWorkflow) expect(found).toBeUndefined();
    else expect(found).toMatchObject({ OrderId: sale.orderId, CustomerId: buyer.session.user.id, Amount: 1 });
    // A pending refund is sent to Stripe and stays, like any other refund.
    if (of.status === 'pending' && hasWorkflow) expect(await workflowOf(workflowId).result()).toBe('succeeded');
    else {
      if (hasWorkflow) await workflowOf(workflowId).terminate('the test is over');
      await deleteRefund(db, id);
    }
  });
});

it('an unmatched payment, with search attributes for its order, amount, and day from the start', async () => {
  const { orderId } = await sell(shop);
  const paymentIntentId = `pi_unmatched_${orderId}`;
  await run(
    `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason, created_at)
     values ($1, $2, 'succeeded', 12.5, 'usd', 'other_intent', '2026-03-04T05:06:07Z')`,
    [paymentIntentId, orderId],
  );
  try {
    expect((await startMissingWorkflows(shop.services)).payments).toBeGreaterThan(0);
    const workflowId = unmatchedPaymentWorkflowId(paymentIntentId);
    expect(await startAttributes(shop.services, workflowId)).toMatchObject({
      OrderId: orderId,
      Amount: 12.5,
      Day: '2026-03-04',
    });
    await until(async () => (await statusOf(workflowId)) === 'RUNNING', 'the workflow to run');
    await workflowOf(workflowId).terminate('the test is over');
  } finally {
    await run('delete from payments where id = $1', [paymentIntentId]);
  }
});
