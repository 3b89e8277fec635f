/** Load of concurrent shoppers who buy one after the other, from a separate process that is the same for every checkout. */
import { randomInt, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { ComparedShop } from './compare-shop.ts';

export interface CompareLoad extends ComparedShop {
  shoppers: number;
  seconds: number;
}

export interface LoadResult {
  orders: number;
  elapsedSeconds: number;
}

const ADDRESS = {
  name: 'Bench',
  street: '1 Bench Street',
  city: 'Springfield',
  postal_code: '12345',
  country: 'US',
};
/** Poll interval for orders whose notification was missed. */
const LOOK_MS = 1_000;

process.once('message', (load: CompareLoad) => {
  run(load).then(
    (result) => process.send!(result, () => process.exit()),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run({ api, postgresUrl, products, shoppers, seconds }: CompareLoad): Promise<LoadResult> {
  const payments = await watchPayments(postgresUrl);
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let orders = 0;
  await Promise.all(
    Array.from({ length: shoppers }, async () => {
      while (performance.now() < until) {
        await buy(api, products[randomInt(products.length)]!, payments.paid);
        orders += 1;
      }
    }),
  );
  const elapsedSeconds = (performance.now() - begun) / 1_000;
  await payments.stop();
  return { orders, elapsedSeconds };
}

/** Waits for orders to be paid by listening to the database instead of polling the API. */
async function watchPayments(connectionString: string) {
  const waiting = new Map<string, () => void>();
  const pool = new pg.Pool({ connectionString, max: 4 });
  const client = new pg.Client({ connectionString });
  await client.connect();
  const look = async (ids: readonly string[]) => {
    const { rows } = await pool.query<{ id: string }>({
      name: 'paid',
      text: `select id from orders where id = any($1::uuid[]) and status = 'paid'`,
      values: [ids],
    });
    for (const { id } of rows) {
      waiting.get(id)?.();
      waiting.delete(id);
    }
  };
  client.on('notification', ({ payload }) => {
    if (payload && waiting.has(payload)) void look([payload]);
  });
  await client.query('listen order_changed');
  const timer = setInterval(() => void look([...waiting.keys()]), LOOK_MS);
  return {
    paid: (orderId: string) => new Promise<void>((resolve) => waiting.set(orderId, resolve)),
    async stop() {
      clearInterval(timer);
      await Promise.all([client.end(), pool.end()]);
    },
  };
}

/** Buys as a new shopper, because limits apply per cart and per address. */
async function buy(api: string, productId: string, paid: (orderId: string) => Promise<void>): Promise<void> {
  const address = { 'x-forwarded-for': `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}` };
  const cart = await fetch(`${api}/cart`, { headers: address });
  const headers = {
    ...address,
    'content-type': 'application/json',
    'x-cart-id': cart.headers.get('x-cart-id') ?? '',
    'idempotency-key': randomUUID(),
  };
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as {
      id: string;
      order: { id: string };
      payment: { client_secret: string; api_url: string; publishable_key: string };
    };
  };
  const { id } = await post('/reservations', { items: [{ product_id: productId, quantity: 1 }] });
  const { order, payment } = await post('/checkouts', {
    reservation_id: id,
    shipping_address: ADDRESS,
    email: 'bench@example.test',
  });
  const isPaid = paid(order.id);
  const intentId = payment.client_secret.split('_secret')[0];
  const confirmed = await fetch(`${payment.api_url}/v1/payment_intents/${intentId}/confirm`, {
    method: 'POST',
    headers: { authorization: `Bearer ${payment.publishable_key}` },
    body: new URLSearchParams({
      client_secret: payment.client_secret,
      return_url: 'http://127.0.0.1/return',
      payment_method: 'pm_card_visa',
    }),
  });
  const text = await confirmed.text();
  if (!confirmed.ok) throw new Error(`confirm: ${confirmed.status} ${text}`);
  await isPaid;
}
