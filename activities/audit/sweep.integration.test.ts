/** A failed step of the sweep is named, and does not prevent the other steps. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listFailingWorkflows, recordFailingWorkflow } from '../../infra/postgres/failing-workflows.ts';
import { connectRedis } from '../../infra/redis/client.ts';
import { StockCounters } from '../../infra/redis/stock-counters.ts';
import { endedAgo } from '../../tests/support/reservations.ts';
import { openOrder } from '../../tests/support/sales.ts';
import { createProduct, Shopper, startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { SWEEP_SCHEDULE_ID } from '../../workflows/maintenance/messages.ts';
import { orderWorkflowId } from '../../workflows/order/messages.ts';
import { sweep } from './sweep.ts';

let shop: TestShop;
// The scheduled sweep could run before the one of the test.
const schedule = () => shop.services.temporal.schedule.getHandle(SWEEP_SCHEDULE_ID);
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  await schedule().pause('a test sweeps itself');
});
afterAll(async () => {
  await schedule().unpause();
  await shop.stop();
});

async function overdueReservation(): Promise<string> {
  const product = await createProduct(shop.services);
  const { body } = await new Shopper(shop.api.url).reserve([{ productId: product.id, quantity: 1 }]);
  await endedAgo(shop.services, body.id, 3_600);
  return body.id;
}

it('resumes orders and checks failing workflows while Redis is unavailable, and names each reservation that failed', async () => {
  const { services } = shop;
  const reservations = [await overdueReservation(), await overdueReservation()];
  const sale = await openOrder(shop);
  await services.temporal.workflow.getHandle(orderWorkflowId(sale.orderId)).terminate('as an operator may');
  await services.db.run(`update orders set expires_at = now() - interval '1 hour' where id = $1`, [sale.orderId]);
  const runId = randomUUID();
  const gone = { workflowId: `gone-${runId}`, runId, workflowType: 'order', failures: 3, cause: 'test' };
  await recordFailingWorkflow(services.db, gone);

  // Nothing listens on this port.
  const redis = connectRedis('redis://127.0.0.1:1', { timeoutMs: 500 });
  try {
    const error = await sweep({ ...services, stockCounters: new StockCounters(redis) }).then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    for (const id of reservations) expect(error?.message).toContain(`reservation ${id}`);
    expect(error?.message).not.toContain(sale.orderId);
    expect(error?.cause).toBeInstanceOf(Error);
  } finally {
    redis.disconnect();
  }
  expect((await listFailingWorkflows(services.db)).map((each) => each.runId)).not.toContain(runId);
  await sale.buyer.untilStatus(sale.orderId, 'expired');
});
