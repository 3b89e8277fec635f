/**
 * Redis and PostgreSQL that hang (connections stay open but nothing answers) or die: shoppers quickly get an understandable error, can
 * read what does not need the store, and can continue when it recovers. Uses its own servers, which it stops by their process IDs.
 */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { issueCartId } from '../infra/cart-ids.ts';
import { readSettings } from '../infra/config.ts';
import { connectServices, type Services } from '../infra/services.ts';
import { type RunningShop, startShop } from '../local/stack/shop.ts';
import { PASSWORD } from './support/accounts.ts';
import { type Answer, type AnyBody, createProduct, Shopper, type TestProduct, until } from './support/shop.ts';

/** Far above the timeouts in the settings, and far below the 40 s or more of a client without timeouts. */
const MAX_RESPONSE_MS = 15_000;

let shop: RunningShop;
let services: Services;
let product: TestProduct;
let stopped: number[] = [];

beforeAll(async () => {
  shop = await startShop({
    profile: 'hanging',
    fresh: true,
    parts: ['stripe', 'mailbox', 'worker', 'api'],
    seed: null,
    settings: { RATE_LIMIT_API: '1000000', RATE_LIMIT_AUTH: '1000', POSTGRES_TIMEOUT_MS: '1000', LOG_LEVEL: 'error' },
  });
  services = await connectServices({ ...readSettings({ ...shop.environment }), LOG_LEVEL: 'silent' }, 'test');
  product = await createProduct(services, { stock: 1_000 });
}, 180_000);
afterEach(() => {
  resume();
});
afterAll(async () => {
  await services?.close();
  await shop?.stop();
}, 60_000);

/** Suspends a server and its child processes, like a machine that hangs. */
function pause(name: 'redis' | 'postgres'): void {
  const pid = shop.process(name)!.pid!;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  stopped = [pid, ...children.map(Number)];
  for (const each of stopped) process.kill(each, 'SIGSTOP');
}

function resume(): void {
  for (const pid of stopped.splice(0)) process.kill(pid, 'SIGCONT');
}

const shopper = () =>
  new Shopper(`http://127.0.0.1:${shop.environment.API_PORT}`, undefined, issueCartId(shop.environment.JWT_SECRET!));

/** @throws when there is no response within `MAX_RESPONSE_MS` */
async function inTime(call: Promise<Answer<AnyBody>>): Promise<Answer<AnyBody>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no response within ${MAX_RESPONSE_MS} ms`)), MAX_RESPONSE_MS);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

const read = (buyer = shopper()) => inTime(buyer.call('GET', `/products/${product.id}`));
const reserve = (buyer = shopper()) => inTime(buyer.reserve([{ productId: product.id }]));
const problem = ({ status, body, headers }: Answer<AnyBody>) => [
  status,
  body.code,
  Number(headers.get('retry-after')) > 0,
];

async function untilSelling(): Promise<void> {
  await until(
    async () => (await reserve().catch(() => undefined))?.status === 201,
    'the shop to accept reservations',
    60_000,
  );
}

describe('Redis that hangs', () => {
  it('leaves products, carts, and accounts readable; reservations and sign-ins get 503; everything works when it recovers', async () => {
    const customer = shopper();
    const account = { email: `hang-${Date.now()}@example.test`, password: PASSWORD };
    customer.token = (await customer.call('POST', '/auth/register', account)).body.access_token;
    expect((await read()).status).toBe(200);
    expect((await reserve()).status).toBe(201);

    pause('redis');
    // The hang has not been noticed yet: these requests arrive together and time out together.
    const [seen, refused] = await Promise.all([read(), reserve()]);
    expect([seen.status, seen.body.id]).toEqual([200, product.id]);
    expect(seen.body.available_quantity).toBeGreaterThan(0);
    expect(problem(refused)).toEqual([503, 'stock_unavailable', true]);
    expect((await inTime(customer.call('GET', '/me'))).status).toBe(200);
    expect((await inTime(customer.call('PUT', `/cart/items/${product.id}`, { quantity: 2 }))).body.total).toBe(25);
    expect((await inTime(customer.call('GET', '/products'))).status).toBe(200);
    expect((await inTime(customer.call('GET', '/categories'))).status).toBe(200);
    expect(problem(await inTime(shopper().call('POST', '/auth/login', account)))).toEqual([503, 'unavailable', true]);

    resume();
    await untilSelling();
    expect((await inTime(shopper().call('POST', '/auth/login', account))).status).toBe(200);
  }, 180_000);

  it('delays only the first requests', async () => {
    pause('redis');
    await read();
    // Each read sends three commands; a one-second timeout for each would take two minutes.
    const reads = (async () => {
      for (let count = 0; count < 40; count++) await read();
      return { status: 200 } as Answer<AnyBody>;
    })();
    expect((await inTime(reads)).status).toBe(200);
    resume();
    await untilSelling();
  }, 180_000);
});

describe('PostgreSQL', () => {
  it('that hangs causes 503 with Retry-After, and works when it recovers', async () => {
    expect((await inTime(shopper().call('GET', '/cart'))).status).toBe(200);
    pause('postgres');
    const responses = await Promise.all([
      inTime(shopper().call('GET', '/cart')),
      inTime(shopper().call('PUT', `/cart/items/${product.id}`, { quantity: 1 })),
      inTime(shopper().call('POST', '/auth/login', { email: 'a@example.test', password: 'wrong password' })),
    ]);
    for (const response of responses) expect(problem(response)).toEqual([503, 'unavailable', true]);
    resume();
    await until(async () => (await inTime(shopper().call('GET', '/cart'))).status === 200, 'carts to be readable');
    await untilSelling();
  }, 180_000);

  it('cancels a statement that waits too long for a lock', async () => {
    const client = await services.db.pool.connect();
    try {
      await client.query('begin');
      await client.query('lock table carts in access exclusive mode');
      const buyer = shopper();
      expect(problem(await inTime(buyer.call('PUT', `/cart/items/${product.id}`, { quantity: 1 })))).toEqual([
        503,
        'unavailable',
        true,
      ]);
    } finally {
      await client.query('rollback');
      client.release();
    }
  }, 60_000);

  it('whose connections are closed, or that is killed, causes 503 and never 500', async () => {
    const statuses = new Set<number>();
    let isRequesting = true;
    const requests = Array.from({ length: 6 }, async () => {
      while (isRequesting) statuses.add((await inTime(shopper().call('GET', '/cart'))).status);
    });
    for (let round = 0; round < 10; round++) {
      await services.db.rows(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()',
      );
    }
    const postgres = shop.process('postgres')!;
    await postgres.kill();
    // A connection's process may outlive the killed server for a moment and answer once more.
    const unavailable = async () => (await inTime(shopper().call('GET', '/cart'))).status === 503;
    await until(unavailable, 'the last connections to end', 5_000);
    expect(problem(await inTime(shopper().call('GET', '/cart')))).toEqual([503, 'unavailable', true]);
    expect(problem(await inTime(shopper().call('PUT', `/cart/items/${product.id}`, { quantity: 1 })))).toEqual([
      503,
      'unavailable',
      true,
    ]);
    await postgres.start();
    await until(async () => (await inTime(shopper().call('GET', '/cart'))).status === 200, 'carts to be readable');
    isRequesting = false;
    await Promise.all(requests);
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    await untilSelling();
  }, 180_000);
});
