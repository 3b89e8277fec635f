/**
 * Every statement that a shopper's requests run, on a full-size database: none scans a large table and none is slow, with both custom
 * and generic plans. The statements are recorded during the requests, so new ones are tested automatically.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Activities, createActivities } from '../activities/index.ts';
import { ensureStockCounters } from '../activities/reservations/stock-counters-rebuild.ts';
import { type RunningApi, startApi } from '../api/server.ts';
import { recordPayment } from '../infra/postgres/payments.ts';
import type { Services } from '../infra/services.ts';
import { type LargeShop, makeLargeShop, uuidOf } from './query-plans/large-shop.ts';
import { type PlanKind, planOf } from './query-plans/plans.ts';
import { recorded, type Statement } from './query-plans/recorder.ts';
import { PASSWORD } from './support/accounts.ts';
import { reservationInput } from './support/reservations.ts';
import { ADDRESS, type Answer, type AnyBody, connectTestServices, Shopper, until } from './support/shop.ts';

const MAX_MS = 5;
/** Statements whose results are cached for minutes or hours, and reloaded by one request or in the background. */
const SHARED: readonly { of: RegExp; why: string }[] = [
  { of: /as "product_count" from "categories"/, why: 'the categories are cached for two hours' },
  {
    of: /"orders"\."paid_at" > now\(\) - make_interval\(days => /,
    why: 'the bestsellers of a month are read in the background',
  },
];
/** The shopper's order, and arbitrary products. */
const [ORDER, PRODUCT, VARIANT] = [uuidOf('order', 12_345), uuidOf('product', 60_001), uuidOf('product', 10)];
/** A separate Redis database, so that no other test sees these products. */
const REDIS_DATABASE = 5;

let large: LargeShop;
let services: Services;
let api: RunningApi;
let activities: Activities;
let statements: Statement[];

beforeAll(async () => {
  const { POSTGRES_URL, REDIS_URL } = process.env;
  large = await makeLargeShop(POSTGRES_URL!, (table) => console.log(`large shop: ${table}`));
  services = await connectTestServices({
    POSTGRES_URL: large.url,
    REDIS_URL: Object.assign(new URL(REDIS_URL!), { pathname: `/${REDIS_DATABASE}` }).href,
    ELASTICSEARCH_INDEX: `large-${randomUUID()}`,
    REDIS_TIMEOUT_MS: 60_000,
    RATE_LIMIT_ENABLED: false,
  });
  await until(
    () => ensureStockCounters(services.db, services.stockCounters, services.log),
    'the stock counters to be ready',
    120_000,
  );
  api = await startApi(services);
  // No workflow runs here, so signals from activities are discarded.
  const handle = { signal: async () => {} };
  const temporal = { workflow: { getHandle: () => handle, signalWithStart: async () => handle } } as never;
  activities = createActivities({ ...services, temporal });
  statements = await recorded(shop);
}, 600_000);
afterAll(async () => {
  await api?.stop();
  await services?.redis.flushdb();
  await services?.close();
  await large?.drop();
});

/** Runs each of a shopper's requests once. */
async function shop(): Promise<void> {
  await browse();
  await signInWithCart();
  await buy();
  await lookAtOrders();
}

async function browse(): Promise<void> {
  const shopper = new Shopper(api.url);
  const optional = (name: string, value: string) => ['', `&${name}=${value}`];
  for (const sort of ['newest', 'price_asc', 'price_desc'])
    for (const category of optional('category', 'category-7'))
      for (const minPrice of optional('min_price', '20'))
        for (const maxPrice of optional('max_price', '80')) {
          const path = `/products?sort=${sort}&limit=20${category}${minPrice}${maxPrice}`;
          const page = await ok(shopper.call('GET', path));
          await ok(shopper.call('GET', `${path}&cursor=${encodeURIComponent(page.next_cursor)}`));
        }
  await ok(shopper.call('GET', '/categories'));
  for (const id of [PRODUCT, VARIANT]) {
    await ok(shopper.call('GET', `/products/${id}`));
    await ok(shopper.call('GET', `/products/${id}/similar`));
  }
  await ok(shopper.call('GET', '/recommendations'));
}

async function signInWithCart(): Promise<void> {
  const shopper = new Shopper(api.url);
  await ok(shopper.call('PUT', `/cart/items/${PRODUCT}`, { quantity: 2 }));
  await ok(shopper.call('PUT', `/cart/items/${VARIANT}`, { quantity: 1 }));
  await ok(shopper.call('GET', '/cart'));
  await ok(shopper.call('GET', '/cart/suggestions'));
  await ok(shopper.call('DELETE', `/cart/items/${VARIANT}`));
  const account = { email: `${randomUUID()}@example.test`, password: PASSWORD };
  await ok(shopper.call('POST', '/auth/register', { ...account, full_name: 'Ada Test' }));
  const session = await ok(shopper.call('POST', '/auth/login', account));
  shopper.token = session.access_token;
  for (const path of ['/me', '/cart', '/orders', '/recommendations', '/recommendations/choices'])
    await ok(shopper.call('GET', path));
  await ok(shopper.call('PATCH', '/me', { full_name: 'Ada Moss' }));
}

async function buy(): Promise<void> {
  const reservation = reservationInput([{ productId: PRODUCT, quantity: 1 }]);
  await activities.reserveStock(reservation);
  const shopper = new Shopper(api.url);
  const cart = { 'x-cart-id': reservation.owners[0]!.replace('cart:', '') };
  await ok(shopper.call('GET', `/reservations/${reservation.reservationId}`, undefined, cart));
  await activities.loadReservation({ reservationId: reservation.reservationId });
  const orderId = randomUUID();
  const begin = {
    orderId,
    reservationId: reservation.reservationId,
    owners: reservation.owners,
    userId: null,
    email: null,
  };
  await activities.openOrder({ ...begin, shipping_address: ADDRESS });
  const { paymentIntentId } = await activities.createPayment({ orderId, amountCents: 1_250, currency: 'usd' });
  const order = (await activities.loadOrder({ orderId }))!;
  await recordPayment(services.db, orderId, {
    paymentIntentId,
    status: 'succeeded',
    receivedCents: order.totalCents,
    currency: 'usd',
  });
  await activities.applyPayments({ orderId });
  const lines = [{ productId: PRODUCT, quantity: 1 }];
  await activities.requestRefund({
    orderId,
    requestId: 'r1',
    reason: 'late',
    restock: false,
    requestedBy: 'Anna',
    lines,
  });
  await activities.cancelPaid({ orderId, requestId: 'c1', reason: 'late', sender: { requestedBy: 'Anna' } });

  const released = reservationInput([{ productId: VARIANT, quantity: 1 }]);
  await activities.reserveStock(released);
  await activities.releaseReservation({ reservationId: released.reservationId });
}

async function lookAtOrders(): Promise<void> {
  const { user_id: userId, owner } = (await services.db.row<{ user_id: string | null; owner: string }>(
    'select user_id, owner from orders where id = $1',
    [ORDER],
  ))!;
  if (!userId) throw new Error('order 12,345 is to be of an account');
  const shopper = new Shopper(api.url);
  const guestOrder = uuidOf('order', 12_344);
  const guest = `cart:${shopper.cartId}`;
  await services.db.run('update orders set owner = $2 where id = $1', [guestOrder, guest]);
  for (const [order, orderOwner] of [
    [guestOrder, guest],
    [ORDER, owner],
  ] as const) {
    const headers: Record<string, string> = orderOwner.startsWith('cart:') ? { 'x-cart-id': orderOwner.slice(5) } : {};
    for (const path of ['/orders', `/orders/${order}`, `/orders/${order}/refunds`])
      await shopper.call('GET', path, undefined, headers);
  }
  await activities.loadCase({ orderId: ORDER });
}

async function ok(answer: Promise<Answer<AnyBody>>): Promise<AnyBody> {
  const { status, body } = await answer;
  if (status >= 400) throw new Error(`${status} ${JSON.stringify(body)}`);
  return body;
}

it('none scans a large table or is slow', async () => {
  expect(statements.length).toBeGreaterThan(60);
  const client = new pg.Client({ connectionString: large.url });
  await client.connect();
  const problems: string[] = [];
  const figures: { text: string; kind: PlanKind; milliseconds: number }[] = [];
  try {
    for (const statement of statements)
      for (const kind of statement.isPrepared ? (['custom', 'generic'] as const) : (['custom'] as const)) {
        const plan = await planOf(client, statement, kind);
        const text = statement.text.replaceAll(/\s+/g, ' ').trim();
        figures.push({ text, kind, milliseconds: plan.milliseconds });
        const isSlow = plan.milliseconds > MAX_MS && !SHARED.some(({ of }) => of.test(text));
        if (plan.scans.length > 0 || isSlow)
          problems.push(
            `${kind} plan, ${plan.milliseconds.toFixed(1)} ms, scans [${plan.scans.join(', ')}]:\n${text}\n${JSON.stringify(statement.values)}\n${plan.text}`,
          );
      }
  } finally {
    await client.end();
  }
  const slowest = figures.sort((one, other) => other.milliseconds - one.milliseconds).slice(0, 10);
  console.log(`${figures.length} plans of ${statements.length} statements; the slowest:`);
  for (const { kind, milliseconds, text } of slowest)
    console.log(`${milliseconds.toFixed(2)} ms ${kind}: ${text.slice(0, 140)}`);
  expect(problems).toEqual([]);
}, 300_000);
