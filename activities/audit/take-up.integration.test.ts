/** Every open case whose workflow was terminated gets one again. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atStripe, chargeBack, type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { startAttributes } from '../../tests/support/start-attributes.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { unmatchedPaymentWorkflowId } from '../../workflows/unmatched-payment/messages.ts';
import { takeUpCases } from './take-up.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const run = (text: string, values: unknown[]) => shop.services.db.run(text, values);
const workflowOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);
const statusOf = async (workflowId: string) => (await workflowOf(workflowId).describe()).status.name;

/** @returns the status of the order's workflow after it was terminated and open cases were taken up */
async function takenUp({ orderId }: Sale): Promise<string> {
  const workflowId = orderWorkflowId(orderId);
  await workflowOf(workflowId).terminate('as an operator may');
  await takeUpCases(shop.services);
  return statusOf(workflowId);
}

it('an order that a chargeback took back in full', async () => {
  const sale = await sell(shop);
  const disputeId = await chargeBack(shop, sale);
  await sale.buyer.untilStatus(sale.orderId, 'refunded');
  expect(await takenUp(sale)).toBe('RUNNING');
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
  expect(await takenUp(sale)).toBe('TERMINATED');

  const refundId = randomUUID();
  await run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status)
     values ($1, $2, $3, 1, 'usd', 'test', 'stripe', 'pending')`,
    [refundId, sale.orderId, refundId],
  );
  await takeUpCases(shop.services);
  const workflowId = orderWorkflowId(sale.orderId);
  expect(await statusOf(workflowId)).toBe('RUNNING');
  // With the refund gone nothing is open: the workflow ends.
  await run('delete from refunds where id = $1', [refundId]);
  await workflowOf(workflowId).signal('orderChanged');
  await workflowOf(workflowId).result();
});

it('an unmatched payment, found by its order, amount and day from the start', async () => {
  const { orderId } = await sell(shop);
  const paymentIntentId = `pi_unmatched_${orderId}`;
  await run(
    `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason, created_at)
     values ($1, $2, 'succeeded', 12.5, 'usd', 'other_intent', '2026-03-04T05:06:07Z')`,
    [paymentIntentId, orderId],
  );
  try {
    expect((await takeUpCases(shop.services)).payments).toBeGreaterThan(0);
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
