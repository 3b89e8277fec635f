/** A payment for an order that has ended is found and refunded, even if its webhook never arrived. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createActivities } from '../activities/index.ts';
import { orderWorkflowId } from '../workflows/order/messages.ts';
import { resumedOrderStart } from '../workflows/order/start.ts';
import { Desk } from './support/desk.ts';
import { atStripe, openOrder, orderOf, type Sale, untilRefundedAtStripe } from './support/sales.ts';
import { startTestShop, stockOf, type TestShop } from './support/shop.ts';

let shop: TestShop;
let desk: Desk;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  desk = new Desk(shop.services);
});
afterAll(() => shop?.stop());

const workflowOf = (sale: Sale) => shop.services.temporal.workflow.getHandle(orderWorkflowId(sale.orderId));

/** An order that ended while its workflow was terminated, and was paid at Stripe without a webhook. */
async function paidWithoutWebhook(to: 'expired' | 'canceled'): Promise<Sale> {
  const sale = await openOrder(shop);
  await workflowOf(sale).terminate('as an operator may');
  await createActivities(shop.services).closeOrder({ orderId: sale.orderId, to });
  const lost = { target: 'webhook', match: { event_type: 'payment_intent.succeeded' }, kind: 'lost', times: 1 };
  await atStripe(shop, 'faults', lost);
  expect((await sale.buyer.pay(sale.begun)).status).toBe('succeeded');
  expect(await orderOf(sale)).toMatchObject({ status: to, captured_amount: 0 });
  return sale;
}

it.each(['expired', 'canceled'] as const)(
  'when the workflow of an order that is %s is resumed',
  async (to) => {
    const sale = await paidWithoutWebhook(to);
    const { workflowType, ...start } = resumedOrderStart(
      {
        orderId: sale.orderId,
        orderNumber: sale.begun.order.number,
        emailHash: null,
        customerId: null,
        amount: 25,
        status: to,
        createdAt: new Date(),
      },
      'by the audit',
    );
    await shop.services.temporal.workflow.start(workflowType, start);
    await untilRefundedAtStripe(shop, sale.intentId, 2500);
    await workflowOf(sale).result();
    expect(await orderOf(sale)).toMatchObject({ status: to, captured_amount: 25, refunded_amount: 25 });
    expect(await stockOf(shop.services, sale.products[0]!.id)).toEqual({ stock: 10, reserved: 0 });
    expect((await desk.events(sale.orderId)).map(({ type }) => type)).toContain('payment_returned');
  },
  60_000,
);
