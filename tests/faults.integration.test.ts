/**
 * No accepted order or event is lost while the shop's processes and servers are killed one after the other under load from shoppers and
 * analytics events.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runAudit } from '../activities/audit/audit.ts';
import { ensureStockCounters } from '../activities/reservations/stock-counters-rebuild.ts';
import { issueCartId } from '../infra/cart-ids.ts';
import { readSettings } from '../infra/config.ts';
import { connectServices, type Services } from '../infra/services.ts';
import { type RunningShop, startShop } from '../local/stack/shop.ts';
import { buildWorkflowBundle } from '../worker/bundle.ts';
import { replayServer } from './support/replay.ts';
import { ADDRESS, type AnyBody, CARDS, createProduct, Shopper, stockOf, until } from './support/shop.ts';

/** Processes that are killed without warning during orders, and restarted as a supervisor would. */
const VICTIMS = [
  'worker',
  'influxdb',
  'api',
  'stripe',
  'worker',
  'redis',
  'temporal',
  'postgres',
  'influxdb',
  'worker',
] as const;
const SHOPPERS = 8;
const STOCK = 60;

let shop: RunningShop;
let services: Services;

async function connect(): Promise<Services> {
  return connectServices({ ...readSettings({ ...shop.environment }), LOG_LEVEL: 'silent' }, 'test');
}

beforeAll(async () => {
  shop = await startShop({
    profile: 'faults',
    fresh: true,
    parts: ['stripe', 'mailbox', 'worker', 'api'],
    seed: null,
    settings: {
      RATE_LIMIT_ENABLED: 'false',
      RESERVATION_SECONDS: '60',
      RESERVATION_GRACE_SECONDS: '5',
      LOG_LEVEL: 'error',
    },
  });
  services = await connect();
}, 180_000);
afterAll(async () => {
  await services?.close();
  await shop?.stop();
}, 60_000);

const apiUrl = () => `http://127.0.0.1:${shop.environment.API_PORT}`;

/** Retries with the same key while the network or the shop is unavailable. */
async function retry(
  call: () => Promise<{ status: number; body: AnyBody }>,
): Promise<{ status: number; body: AnyBody }> {
  for (let attempt = 0; ; attempt++) {
    const answer = await call().catch(() => undefined);
    if (answer && answer.status < 500) return answer;
    if (attempt > 400) throw new Error(`no success after 400 retries: ${JSON.stringify(answer)}`);
    await delay(150);
  }
}

async function buy(shopper: Shopper, productId: string): Promise<string | undefined> {
  const key = randomUUID();
  const reserved = await retry(() => shopper.reserve([{ productId }], key));
  if (reserved.status === 409) return undefined;
  expect(reserved.status).toBe(201);
  const begun = await retry(() =>
    shopper.call('POST', '/checkouts', {
      reservation_id: reserved.body.id,
      shipping_address: ADDRESS,
      email: 'guest@example.test',
    }),
  );
  // A reservation may legitimately expire while the shop is down.
  if (begun.status === 409) return undefined;
  expect(begun.status).toBe(201);
  if (begun.body.payment) {
    await retry(async () => ({ status: 200, body: await shopper.pay(begun.body, CARDS.good) }));
  }
  return begun.body.order.id as string;
}

/** Reports a view as a browser does: once, without retries. @returns its ID if it was accepted */
async function reportView(productId: string): Promise<string | undefined> {
  const id = randomUUID();
  const view = { event: 'product_view', id, occurred_at: new Date().toISOString(), product_id: productId };
  const answer = await new Shopper(apiUrl()).call('POST', '/events', { events: [view] }).catch(() => undefined);
  return answer?.status === 202 ? id : undefined;
}

async function viewsWritten(productId: string): Promise<string[]> {
  const series = await services.influx.series(
    `SELECT "id" FROM "events" WHERE "event" = 'product_view' AND "product_id" = '${productId}'`,
  );
  return series.flatMap(({ values }) => values.map(([, id]) => String(id)));
}

describe('killing processes and servers one after the other under load', () => {
  it('loses no order, sells nothing twice, and charges no one without an order', async () => {
    const product = await createProduct(services, { stock: STOCK, price: '20.00' });
    let buying = true;
    const orders: string[] = [];
    const rush = Array.from({ length: SHOPPERS }, async () => {
      while (buying) {
        const shopper = new Shopper(apiUrl(), undefined, issueCartId(shop.environment.JWT_SECRET!));
        const orderId = await buy(shopper, product.id);
        if (orderId) orders.push(orderId);
        else await delay(100);
      }
    });
    const views: string[] = [];
    const viewing = (async () => {
      while (buying) {
        const reported = await Promise.all(Array.from({ length: 5 }, () => reportView(product.id)));
        views.push(...reported.filter((id) => id !== undefined));
        await delay(20);
      }
    })();
    const killing = (async () => {
      for (const name of VICTIMS) {
        await delay(1_200);
        const victim = shop.process(name)!;
        await victim.kill();
        await delay(300);
        await victim.start();
      }
    })();
    await killing;
    await delay(2_000);
    buying = false;
    await Promise.all([...rush, viewing]);
    expect(orders.length).toBeGreaterThan(SHOPPERS);

    await services.close();
    services = await connect();
    await until(
      () => ensureStockCounters(services.db, services.stockCounters, services.log),
      'the stock counters to be ready',
    );
    await until(
      async () => {
        const open = await services.db.row<{ open: number }>(
          `select count(*)::int as open from orders where status = 'pending'`,
        );
        return open?.open === 0;
      },
      'every order to be paid or closed',
      120_000,
    );
    const byStatus = await services.db.rows<{ status: string; orders: number; units: number }>(
      `select o.status, count(*)::int as orders, sum(item.quantity)::int as units
       from orders o join order_items item on item.order_id = o.id group by o.status`,
    );
    const paid = byStatus.find((each) => each.status === 'paid')?.units ?? 0;
    const left = await until(
      async () => {
        const now = await stockOf(services, product.id);
        return now.reserved === 0 ? now : undefined;
      },
      'reservations without an order to end',
      120_000,
    );
    expect(left.stock).toBe(STOCK - paid);
    expect(paid).toBeGreaterThan(0);
    const report = await runAudit(services);
    expect(report.problems).toEqual([]);
    const usd = report.ledgers.find(({ currency }) => currency === 'usd')!;
    expect(usd.stripeCapturedCents - usd.stripeRefundedCents).toBe(paid * 2000);
    expect((await services.stockCounters.available([product.id])).get(product.id)).toBe(left.stock);

    // Every accepted view was written exactly once; a view whose 202 response was lost may have been written as well.
    expect(views.length).toBeGreaterThan(100);
    await until(
      async () => {
        const known = new Set(await viewsWritten(product.id));
        return views.every((id) => known.has(id));
      },
      'every accepted view to be in InfluxDB',
      60_000,
    );
    const written = await viewsWritten(product.id);
    expect(new Set(written).size).toBe(written.length);
  }, 400_000);

  it('leaves only histories that replay', async () => {
    const { settings, temporal } = services;
    const report = await replayServer(temporal, { settings, workflowBundle: await buildWorkflowBundle() });
    expect(report.problems).toEqual([]);
    expect(report.replayed).toBeGreaterThan(SHOPPERS);
  }, 120_000);
});
