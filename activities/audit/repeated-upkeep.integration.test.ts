/** Maintenance activities, repeated and concurrent: the next run finds done whatever one run ended, started, or repaired. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inActivity } from '../../tests/support/repeated.ts';
import { endedAgo } from '../../tests/support/reservations.ts';
import { openOrder, sell } from '../../tests/support/sales.ts';
import { createProduct, Shopper, startTestShop, stockOf, type TestShop, until } from '../../tests/support/shop.ts';
import { SWEEP_SCHEDULE_ID } from '../../workflows/maintenance/messages.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { reservationWorkflowId } from '../../workflows/reservation/messages.ts';
import { createAuditActivities } from './activities.ts';

let shop: TestShop;
let upkeep: ReturnType<typeof createAuditActivities>;
// The scheduled sweep could run before the one of the test.
const schedule = () => shop.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID);
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  upkeep = createAuditActivities(shop.services);
  await schedule().pause('a test sweeps itself');
});
afterAll(async () => {
  await schedule().unpause();
  await shop.stop();
});

const workflowOf = (workflowId: string) => shop.services.temporal.workflow.getHandle(workflowId);
const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);

/** Runs it twice in sequence, or four times concurrently and then once more. */
async function runs(how: 'in turn' | 'at once', activity: () => Promise<unknown>): Promise<void> {
  if (how === 'at once') await Promise.all([1, 2, 3, 4].map(() => inActivity(activity)));
  else await inActivity(activity);
  await inActivity(activity);
}

it('tests every activity', () => {
  expect(Object.keys(upkeep).sort()).toEqual(['audit', 'startMissingWorkflows', 'sweepOverdue']);
});

describe.each(['in turn', 'at once'] as const)('%s', (how) => {
  it('sweepOverdue ends a reservation once, and resumes an order by one workflow', async () => {
    const product = await createProduct(shop.services, { stock: 3 });
    const { body } = await new Shopper(shop.api.url).reserve([{ productId: product.id, quantity: 2 }]);
    await workflowOf(reservationWorkflowId(body.id)).terminate('as an operator may');
    await endedAgo(shop.services, body.id, 3_600);
    const sale = await openOrder(shop);
    const workflow = workflowOf(orderWorkflowId(sale.orderId));
    await workflow.terminate('as an operator may');
    await shop.services.db.run(`update orders set expires_at = now() - interval '1 hour' where id = $1`, [
      sale.orderId,
    ]);
    await runs(how, upkeep.sweepOverdue);
    expect(await stockOf(shop.services, product.id)).toEqual({ stock: 3, reserved: 0 });
    expect(await available(product.id)).toBe(3);
    await sale.buyer.untilStatus(sale.orderId, 'expired');
    expect(await stockOf(shop.services, sale.products[0]!.id)).toEqual({ stock: 10, reserved: 0 });
    expect(await available(sale.products[0]!.id)).toBe(10);
    const { runId } = await workflow.describe();
    await workflow.result();
    await inActivity(upkeep.sweepOverdue);
    expect((await workflow.describe()).runId).toBe(runId);
  }, 60_000);

  it('startMissingWorkflows starts one workflow, and ignores a running one', async () => {
    const sale = await sell(shop);
    const workflow = workflowOf(orderWorkflowId(sale.orderId));
    const { runId: terminated } = await workflow.describe();
    await workflow.terminate('as an operator may');
    await runs(how, upkeep.startMissingWorkflows);
    const { runId, status } = await workflow.describe();
    expect([runId === terminated, status.name]).toEqual([false, 'RUNNING']);
    await inActivity(upkeep.startMissingWorkflows);
    expect((await workflow.describe()).runId).toBe(runId);
  }, 60_000);

  it('audit repairs a counter once', async () => {
    const product = await createProduct(shop.services);
    await shop.services.stockCounters.correct(product.id, 10, 7);
    const repaired: string[] = [];
    await runs(how, async () => {
      repaired.push(...(await upkeep.audit()).repaired.map(({ subject }) => subject));
    });
    expect(repaired.filter((subject) => subject === `product ${product.id}`)).toHaveLength(1);
    await until(async () => (await available(product.id)) === 10, 'the counter to be right');
  }, 90_000);
});
