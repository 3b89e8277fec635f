/** The content of an export from real PostgreSQL and InfluxDB. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SIGNAL_KINDS } from '../../../domain/recommendations/signals.ts';
import { InfluxDb } from '../../../infra/influxdb/client.ts';
import { clearPurchases, type RetrainingShop, startRetrainingShop } from '../../../tests/support/retraining.ts';
import { until } from '../../../tests/support/shop.ts';
import { toPoint } from '../../analytics/event-points.ts';
import { exportHistory } from './export-history.ts';
import { readHistory } from './train-models.ts';

const VISITOR = 'ab'.repeat(16);
const retrainingId = 'retraining-test';

let shop: RetrainingShop;
let products: string[];
let users: string[];
beforeAll(async () => {
  shop = await startRetrainingShop();
  const { db } = shop.services;
  const ids = async (text: string) => (await db.rows<{ id: string }>(text)).map(({ id }) => id);
  products = await ids(
    `insert into products (sku, name, price, currency) select 'E' || n, 'Product', 1, 'usd' from generate_series(1, 5) n returning id`,
  );
  users = await ids(
    `insert into users (email, password_hash) select 'e' || n || '@example.test', '' from generate_series(1, 3) n returning id`,
  );
}, 60_000);
afterAll(() => shop?.stop(), 30_000);
beforeEach(async () => {
  await clearPurchases(shop.services);
  await shop.services.db.run('delete from shopper_choices');
});

interface MadeOrder {
  user?: string;
  items: { product: string; quantity: number }[];
  status?: string;
  daysAgo?: number;
}

async function order({ user, items, status = 'paid', daysAgo = 10 }: MadeOrder): Promise<string> {
  const { db } = shop.services;
  const id = randomUUID();
  await db.run(
    `insert into reservations (id, owner, status, currency, expires_at) values ($1, 'test', 'committed', 'usd', now())`,
    [id],
  );
  await db.run(
    `insert into orders (id, reservation_id, user_id, owner, status, total_amount, captured_amount, currency, shipping_address, expires_at, paid_at)
     values ($1, $1, $2, 'test', $3::text, 10, 10, 'usd', '{}', now(),
       case when $3::text in ('pending', 'expired') then null else now() - make_interval(days => $4::int) end)`,
    [id, user ?? null, status, daysAgo],
  );
  for (const { product, quantity } of items) {
    await db.run(
      `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url) values ($1, $2, $3, 1, 's', 'n', '')`,
      [id, product, quantity],
    );
  }
  return id;
}

async function executeRefund(
  orderId: string,
  product: string,
  quantity: number,
  as: 'succeeded' | 'failed' | 'wanted' | 'on its way' = 'succeeded',
): Promise<void> {
  const { db } = shop.services;
  const id = randomUUID();
  await db.run('update orders set refunded_amount = refunded_amount + 1 where id = $1', [orderId]);
  await db.run(
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, stripe_refund_id)
     values ($1::uuid, $2, $1::text, 1, 'usd', 'r', 'test', $3, $4)`,
    [id, orderId, as === 'succeeded' || as === 'failed' ? as : 'pending', as === 'on its way' ? id : null],
  );
  await db.run('insert into refund_items (refund_id, product_id, quantity) values ($1, $2, $3)', [
    id,
    product,
    quantity,
  ]);
}

/** Sorted lines "kind shopper product", with the indices of shoppers and products in this test. */
async function exported(influx = shop.services.influx, eventRetryAfterMs?: readonly number[]) {
  const { db } = shop.services;
  const facts = await exportHistory(db, influx, { retrainingId }, () => {}, eventRetryAfterMs);
  const history = await readHistory(db, retrainingId);
  const lines = Array.from(history.itemOf, (item, line) => {
    const customer = history.customers[history.customerOf[line]!];
    const place = customer === undefined ? 'guest' : users.includes(customer) ? users.indexOf(customer) : customer;
    return `${SIGNAL_KINDS[history.kindOf[line]!]} ${place} ${products.indexOf(history.items[item]!)}`;
  });
  return { facts, history, lines: lines.sort() };
}

const one = (product: number, quantity = 1) => ({ product: products[product]!, quantity });

it('contains paid items without fully refunded ones, and guests by their baskets', async () => {
  const partly = await order({ user: users[0]!, items: [one(0, 2), one(1), one(2), one(3), one(4)] });
  await executeRefund(partly, products[0]!, 1);
  await executeRefund(partly, products[1]!, 1);
  await executeRefund(partly, products[2]!, 1, 'failed');
  await executeRefund(partly, products[3]!, 1, 'wanted');
  await executeRefund(partly, products[4]!, 1, 'on its way');
  await order({ items: [one(0), one(3)], status: 'shipped' });
  for (const status of ['pending', 'expired', 'canceled', 'refunded'])
    await order({ user: users[1]!, items: [one(3)], status });
  const { lines, facts, history } = await exported();
  expect(lines).toEqual(['purchase 0 0', 'purchase 0 2', 'purchase 0 3', 'purchase guest 0', 'purchase guest 3']);
  expect(facts).toMatchObject({ lines: 5, baskets: 2, shoppers: 1, products: 3, mostOfProduct: 2, mostOfShopper: 3 });
  expect(history.invoices).toBe(2);
});

it('identifies nobody who opted out, and contains no forgotten history', async () => {
  await order({ user: users[0]!, items: [one(0)], daysAgo: 20 });
  await order({ user: users[0]!, items: [one(1)], daysAgo: 5 });
  await order({ user: users[1]!, items: [one(2)] });
  await shop.services.db.run(
    `insert into shopper_choices (who, personalized, forgotten_at) values ('user:' || $1, true, now() - interval '10 days'), ('user:' || $2, false, null)`,
    [users[0]!, users[1]!],
  );
  expect((await exported()).lines).toEqual(['purchase 0 1', 'purchase guest 0', 'purchase guest 2']);
});

it('contains views and carts of identified shoppers who consented, for products of the shop', async () => {
  const { influx, db } = shop.services;
  await order({ user: users[0]!, items: [one(0)] });
  await db.run(
    `insert into shopper_choices (who, personalized, forgotten_at) values ('user:' || $1, false, null), ('visitor:' || $2, true, now() - interval '2 days')`,
    [users[1]!, VISITOR],
  );
  const event = (name: string, daysAgo: number, data: object) =>
    toPoint({
      id: randomUUID(),
      event: name,
      at: String(Date.now() - Math.round(daysAgo * 86_400_000)),
      data: JSON.stringify(data),
    });
  await influx.write([
    event('product_view', 1, { product_id: products[1]!, user_id: users[0]! }),
    event('add_to_cart', 40, { product_id: products[2]!, user_id: users[0]!, quantity: 1 }),
    event('product_view', 1, { product_id: products[3]!, visitor: VISITOR }),
    // Excluded: forgotten, opted out, anonymous, not a product, too old, and of another kind.
    event('product_view', 3, { product_id: products[3]!, visitor: VISITOR }),
    event('product_view', 1, { product_id: products[3]!, user_id: users[1]! }),
    event('product_view', 1, { product_id: products[3]! }),
    event('product_view', 1, { product_id: randomUUID(), user_id: users[2]! }),
    event('product_view', 91, { product_id: products[3]!, user_id: users[2]! }),
    event('remove_from_cart', 1, { product_id: products[3]!, user_id: users[2]!, quantity: 1 }),
  ]);
  const { lines, facts } = await exported();
  expect(lines).toEqual(['cart 0 2', 'purchase 0 0', 'view 0 1', `view visitor:${VISITOR} 3`]);
  expect(facts).toMatchObject({ lines: 1, carts: 1, views: 2 });
  expect(facts.withoutEvents).toBeUndefined();
});

it('continues without views and carts when InfluxDB is unavailable, and reports that', async () => {
  await order({ user: users[0]!, items: [one(0)] });
  const unavailable = new InfluxDb({ ...shop.services.settings, INFLUXDB_URL: 'http://127.0.0.1:1' });
  const { lines, facts } = await exported(unavailable, [10, 20]);
  expect(lines).toEqual(['purchase 0 0']);
  expect(facts.withoutEvents).toContain('InfluxDB');
});

it('of a shop without visitors has no events, which is not unusual', async () => {
  await order({ user: users[0]!, items: [one(0)] });
  const fresh = new InfluxDb({ ...shop.services.settings, INFLUXDB_DATABASE: `fresh_${randomUUID().slice(0, 8)}` });
  const { lines, facts } = await exported(fresh);
  expect(lines).toEqual(['purchase 0 0']);
  expect(facts.withoutEvents).toBeUndefined();
});

it('is one snapshot, without purchases that are made during the export', async () => {
  const { db } = shop.services;
  await order({ user: users[0]!, items: [one(0)] });
  const blocker = await db.pool.connect();
  try {
    await blocker.query('begin');
    await blocker.query('lock table shopper_choices in access exclusive mode');
    const running = exported();
    await until(
      () => db.row("select 1 from pg_locks where relation = 'shopper_choices'::regclass and not granted"),
      'the export to wait for the lock',
    );
    await order({ user: users[1]!, items: [one(1)] });
    await blocker.query('rollback');
    expect((await running).lines.filter((line) => line.startsWith('purchase'))).toEqual(['purchase 0 0']);
  } finally {
    blocker.release(true);
  }
});
