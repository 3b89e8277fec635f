/** The cost of an order: each call's latency, orders per second, and the CPU time of every process, with 1, 10, and 25 shoppers. */
import { randomUUID } from 'node:crypto';
import { textTable } from '../infra/text-table.ts';
import { cpuSeconds } from './cpu.ts';
import { percentiles } from './figures.ts';
import type { BenchShop } from './shop.ts';

const ADDRESS = { street: '1 Bench Street', city: 'Springfield', postal_code: '12345', country: 'US' };
const SHOPPERS = [1, 10, 25];

interface Timing {
  reservationMs: number;
  checkoutMs: number;
  reservedToPaidMs: number;
}

export async function benchOrders(shop: BenchShop, seconds: number): Promise<void> {
  const products = await shop.products(50, 1_000_000);
  await burst(shop, products, 5, 3_000);

  const rows: string[][] = [];
  const cpuRows: string[][] = [];
  for (const shoppers of SHOPPERS) {
    const before = cpuSeconds(shop.processes());
    const ownBefore = process.cpuUsage();
    const startedAt = performance.now();
    const timings = await burst(shop, products, shoppers, seconds * 1000);
    const elapsed = (performance.now() - startedAt) / 1000;
    const own = process.cpuUsage(ownBefore);
    const after = cpuSeconds(shop.processes());
    const line = (name: string, pick: (timing: Timing) => number) => {
      const { p50, p95, p99 } = percentiles(timings.map(pick));
      rows.push([String(shoppers), name, p50.toFixed(1), p95.toFixed(1), p99.toFixed(1)]);
    };
    line('POST /reservations', (timing) => timing.reservationMs);
    line('POST /checkouts', (timing) => timing.checkoutMs);
    line('reserved to paid', (timing) => timing.reservedToPaidMs);
    rows.push([String(shoppers), 'orders a second', (timings.length / elapsed).toFixed(1), '', '']);
    const perOrder = [...after].map(
      ([name, cpu]) => [name, ((cpu - (before.get(name) ?? 0)) * 1000) / timings.length] as const,
    );
    const total = perOrder.reduce((sum, [, ms]) => sum + ms, 0);
    cpuRows.push([
      String(shoppers),
      total.toFixed(1),
      ...perOrder.map(([, ms]) => ms.toFixed(1)),
      ((own.user + own.system) / 1000 / timings.length).toFixed(1),
    ]);
    if (shoppers === SHOPPERS.at(-1)) {
      console.log(textTable(['shoppers', 'what', 'p50 ms', 'p95 ms', 'p99 ms'], rows));
      console.log('\nCPU, milliseconds an order, by process (the load generator is not counted in the total):\n');
      console.log(textTable(['shoppers', 'total', ...perOrder.map(([name]) => name), 'generator'], cpuRows));
    }
  }
}

async function burst(
  shop: BenchShop,
  products: readonly string[],
  shoppers: number,
  durationMs: number,
): Promise<Timing[]> {
  const until = performance.now() + durationMs;
  const timings: Timing[] = [];
  await Promise.all(
    Array.from({ length: shoppers }, async () => {
      while (performance.now() < until)
        timings.push(await buy(shop, products[Math.floor(Math.random() * products.length)]!));
    }),
  );
  return timings;
}

async function buy(shop: BenchShop, productId: string): Promise<Timing> {
  const cartId = (await fetch(`${shop.api}/cart`)).headers.get('x-cart-id') ?? '';
  const headers = { 'content-type': 'application/json', 'x-cart-id': cartId, 'idempotency-key': randomUUID() };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${shop.api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as {
      id: string;
      order: { id: string };
      payment: { client_secret: string; api_url: string; publishable_key: string };
    };
    if (response.status !== 201) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const startedAt = performance.now();
  const { id } = await post('/reservations', { items: [{ product_id: productId, quantity: 1 }] });
  const reservedAt = performance.now();
  const { order, payment } = await post('/checkouts', {
    reservation_id: id,
    shipping_address: ADDRESS,
    email: 'bench@example.test',
  });
  const begunAt = performance.now();
  const paid = shop.paid(order.id);
  const confirmed = await fetch(
    `${payment.api_url}/v1/payment_intents/${payment.client_secret.split('_secret')[0]}/confirm`,
    {
      method: 'POST',
      headers: { authorization: `Bearer ${payment.publishable_key}` },
      body: new URLSearchParams({
        client_secret: payment.client_secret,
        return_url: 'http://127.0.0.1/return',
        payment_method: 'pm_card_visa',
      }),
    },
  );
  if (!confirmed.ok) throw new Error(`confirm: ${confirmed.status} ${await confirmed.text()}`);
  await confirmed.arrayBuffer();
  await paid;
  return {
    reservationMs: reservedAt - startedAt,
    checkoutMs: begunAt - reservedAt,
    reservedToPaidMs: performance.now() - startedAt,
  };
}
