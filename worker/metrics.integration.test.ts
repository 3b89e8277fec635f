import { register } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { atStripe, chargeBack, sell } from '../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../tests/support/shop.ts';
import { registerMetrics } from './metrics.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  registerMetrics(shop.services);
});
afterAll(() => shop?.stop());

async function read(name: string, labels = ''): Promise<number> {
  const line = (await register.metrics()).split('\n').find((each) => each.startsWith(`${name}${labels} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

it('counts chargebacks by their status, and reports the earliest response deadline', async () => {
  const needing = () => read('disputes_open', '{status="needs_response"}');
  const before = await needing();
  const sale = await sell(shop);
  const disputeId = await chargeBack(shop, sale);
  await until(async () => (await needing()) === before + 1, 'the chargeback to be counted');
  // Stripe sets a deadline of eight days; a dispute of another test may be due earlier.
  expect(await read('dispute_next_due_seconds')).toBeLessThanOrEqual(8 * 86_400);
  await atStripe(shop, `disputes/${disputeId}/close`, { outcome: 'won' });
  await until(async () => (await needing()) === before, 'the closed dispute to be counted');
});

it('reports no response deadline while no chargeback needs a response', async () => {
  const { db } = shop.services;
  const sale = await sell(shop);
  // Chargebacks of other tests are changed for the duration of this test.
  const open = await db.rows<{ id: string; status: string }>(
    `select id, status from disputes where status in ('needs_response', 'warning_needs_response')`,
  );
  await db.run(`update disputes set status = 'lost' where id = any($1)`, [open.map(({ id }) => id)]);
  try {
    expect(await read('dispute_next_due_seconds')).toBeNaN();
    await db.run(
      `insert into disputes (id, order_id, amount, currency, reason, status, evidence_due_by)
       values ($1, $2, 5, 'usd', 'general', 'needs_response', now() + interval '1 hour')`,
      [`dp_metric_${sale.orderId}`, sale.orderId],
    );
    expect(await read('dispute_next_due_seconds')).toBeGreaterThan(3_000);
    await db.run(`delete from disputes where order_id = $1`, [sale.orderId]);
    expect(await read('dispute_next_due_seconds')).toBeNaN();
  } finally {
    await db.run(`delete from disputes where order_id = $1`, [sale.orderId]);
    for (const { id, status } of open) await db.run('update disputes set status = $2 where id = $1', [id, status]);
  }
});

it('counts unmatched payments and failed refunds until they are resolved', async () => {
  const { db } = shop.services;
  const sale = await sell(shop);
  const [payments, refunds] = [await read('unmatched_payments_open'), await read('refunds_failed')];
  const paymentId = `pi_metric_${sale.orderId}`;
  await db.run(
    `insert into payments (id, order_id, status, received_amount, currency, unmatched_reason)
     values ($1, $2, 'succeeded', 5, 'usd', 'other_intent')`,
    [paymentId, sale.orderId],
  );
  await db.run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status)
     values ($1, $1, 'metric', 1, 'usd', 'x', 'system', 'failed')`,
    [sale.orderId],
  );
  try {
    expect([await read('unmatched_payments_open'), await read('refunds_failed')]).toEqual([payments + 1, refunds + 1]);
  } finally {
    await db.run('delete from payments where id = $1', [paymentId]);
    await db.run('delete from refunds where id = $1', [sale.orderId]);
  }
  expect([await read('unmatched_payments_open'), await read('refunds_failed')]).toEqual([payments, refunds]);
});
