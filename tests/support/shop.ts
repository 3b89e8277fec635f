/** A shop for integration tests: API and worker in this process, on the real servers that `npm test` started. */
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Activities, createActivities } from '../../activities/index.ts';
import { type RunningApi, startApi } from '../../api/server.ts';
import { issueCartId } from '../../infra/cart-ids.ts';
import { readSettings, readSome, type Settings } from '../../infra/config.ts';
import { connectServices, type Services } from '../../infra/services.ts';
import { installRuntime } from '../../worker/runtime.ts';
import { type RunningWorker, startWorker } from '../../worker/worker.ts';

export interface TestShop {
  services: Services;
  api: RunningApi;
  worker: RunningWorker;
  stop(): Promise<void>;
}

let runtimeInstalled = false;

export async function connectTestServices(overrides: Partial<Settings> = {}): Promise<Services> {
  const settings = { ...readSettings({ LOG_LEVEL: 'error', ...process.env }), ...overrides };
  return connectServices({ ...settings, LOG_LEVEL: 'error' }, 'test');
}

/** Sends the SDK's log messages to the test's log; called once per process, before any worker starts. */
export function ensureRuntime(services: Services): void {
  if (!runtimeInstalled) installRuntime(services);
  runtimeInstalled = true;
}

/** @param wrapActivities returns the activities that the worker runs instead of the shop's, such as the same ones with delays */
export async function startTestShop(
  overrides: Partial<Settings> = {},
  wrapActivities: (activities: Activities) => Activities = (activities) => activities,
): Promise<TestShop> {
  const services = await connectTestServices(overrides);
  ensureRuntime(services);
  const worker = await startWorker(services, wrapActivities(createActivities(services)));
  const api = await startApi(services);
  await until(() => worker.ready(), 'the worker to be ready');
  return {
    services,
    api,
    worker,
    async stop() {
      await api.stop();
      await worker.stop();
      await services.close();
    },
  };
}

/** Waits until `look` returns a truthy value. @throws after `timeoutMs`, with the name of the awaited condition */
export async function until<Result>(
  look: () => Promise<Result> | Result,
  condition: string,
  timeoutMs = 15_000,
): Promise<NonNullable<Result>> {
  const giveUpAt = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (Date.now() > giveUpAt) throw new Error(`waited ${timeoutMs} ms for ${condition}`);
    await delay(20);
  }
}

export interface TestProduct {
  id: string;
  sku: string;
  name: string;
}

/** Creates a product in stock, and waits for its stock counter. */
export async function createProduct(
  { db, stockCounters }: Pick<Services, 'db' | 'stockCounters'>,
  {
    stock = 10,
    price = '12.50',
    name = 'Test mug',
    currency = 'usd',
  }: { stock?: number; price?: string; name?: string; currency?: string } = {},
): Promise<TestProduct> {
  const sku = `TEST-${randomUUID().slice(0, 13)}`;
  const row = await db.row<TestProduct>(
    `insert into products (sku, name, description, price, currency, stock_quantity) values ($1, $2, 'For tests', $3, $5, $4)
     returning id, sku, name`,
    [sku, name, price, stock, currency],
  );
  await until(
    async () => (await stockCounters.available([row!.id])).get(row!.id) === stock,
    'the stock counter of the product',
  );
  return row!;
}

export async function stockOf(
  { db }: Pick<Services, 'db'>,
  productId: string,
): Promise<{ stock: number; reserved: number }> {
  const row = await db.row<{ stock: number; reserved: number }>(
    'select stock_quantity as stock, reserved_quantity as reserved from products where id = $1',
    [productId],
  );
  return row!;
}

export interface Answer<Body> {
  status: number;
  body: Body;
  headers: Headers;
}

// biome-ignore lint/suspicious/noExplicitAny: tests assert on the response, whatever its shape
export type AnyBody = any;

/** The ID of a guest's cart, as the shop issues it. */
export const newCartId = (): string => issueCartId(readSome(['JWT_SECRET']).JWT_SECRET);

const newAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;

/** A shopper with a separate address and cart, so that limits and owners don't interfere. */
export class Shopper {
  readonly cartId: string;
  readonly address: string;
  readonly #url: string;
  token: string | undefined;

  /** @param cartId of a shop with a secret of its own, as that shop issues it */
  constructor(url: string, address = newAddress(), cartId = newCartId()) {
    this.#url = url;
    this.address = address;
    this.cartId = cartId;
  }

  async call<Body = AnyBody>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.#url}/api${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        'x-forwarded-for': this.address,
        'x-cart-id': this.cartId,
        ...(this.token && { authorization: `Bearer ${this.token}` }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Body };
  }

  async reserve(
    items: { productId: string; quantity?: number }[],
    key: string = randomUUID(),
  ): Promise<Answer<AnyBody>> {
    const lines = items.map(({ productId, quantity }) => ({ product_id: productId, quantity: quantity ?? 1 }));
    return this.call('POST', '/reservations', { items: lines }, { 'idempotency-key': key });
  }

  async checkout(reservationId: string, email = 'guest@example.test'): Promise<Answer<AnyBody>> {
    return this.call('POST', '/checkouts', { reservation_id: reservationId, shipping_address: ADDRESS, email });
  }

  /** Makes a reservation and checks out. @throws when either is refused */
  async order(productId: string, quantity = 1): Promise<AnyBody> {
    const reserved = await this.reserve([{ productId, quantity }]);
    if (reserved.status !== 201) throw new Error(`reservation: ${JSON.stringify(reserved.body)}`);
    const begun = await this.checkout(reserved.body.id);
    if (begun.status !== 201) throw new Error(`checkout: ${JSON.stringify(begun.body)}`);
    return begun.body;
  }

  async pay(
    order: { payment: { client_secret: string; publishable_key: string; api_url: string } },
    card: string = CARDS.good,
  ): Promise<AnyBody> {
    const { client_secret, publishable_key, api_url } = order.payment;
    const intentId = client_secret.split('_secret')[0];
    const response = await fetch(`${api_url}/v1/payment_intents/${intentId}/confirm`, {
      method: 'POST',
      headers: { authorization: `Bearer ${publishable_key}` },
      body: new URLSearchParams({
        client_secret,
        return_url: 'http://127.0.0.1/return',
        'payment_method_data[type]': 'card',
        'payment_method_data[card][number]': card,
        'payment_method_data[card][exp_month]': '12',
        'payment_method_data[card][exp_year]': '2034',
        'payment_method_data[card][cvc]': '123',
      }),
    });
    return response.json();
  }

  async status(orderId: string): Promise<string> {
    return (await this.call('GET', `/orders/${orderId}`)).body.status;
  }

  async untilStatus(orderId: string, status: string, timeoutMs?: number): Promise<void> {
    await until(async () => (await this.status(orderId)) === status, `order ${orderId} to be ${status}`, timeoutMs);
  }
}

export const CARDS = {
  good: '4242424242424242',
  declined: '4000000000000002',
  insufficientFunds: '4000000000009995',
  refundPendingThenFails: '4000000000005126',
} as const;

export const ADDRESS = {
  name: 'Ada Test',
  street: '1 Main Street',
  city: 'Springfield',
  postal_code: '12345',
  country: 'US',
};
