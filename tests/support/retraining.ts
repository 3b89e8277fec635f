/**
 * A shop for tests of the retraining: a separate database, search index, and InfluxDB database on the servers that `npm test` started, so
 * that its purchases don't include other tests' orders, and its orders don't appear in other tests' audits.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import type { Settings } from '../../infra/config.ts';
import type { Services } from '../../infra/services.ts';
import { run } from '../../local/stack/processes/run.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';
import { RETRAINING_ID, RETRAINING_QUEUE } from '../../workflows/recommendations/messages.ts';
import { connectTestServices, until } from './shop.ts';

export interface RetrainingShop {
  services: Services;
  overrides: Partial<Settings>;
  /** Starts a worker for the recommendations queue in a separate process. */
  startWorkerProcess(): Promise<WorkerProcess>;
  stop(): Promise<void>;
}

export interface WorkerProcess {
  pid: number;
  /** Kills it without warning; resolves when it has exited. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export async function startRetrainingShop(): Promise<RetrainingShop> {
  const name = `retraining_${randomBytes(4).toString('hex')}`;
  const server = process.env.POSTGRES_URL!;
  await onServer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const redis = new URL(process.env.REDIS_URL!);
  redis.pathname = '/9';
  const overrides: Partial<Settings> = {
    POSTGRES_URL: url.href,
    REDIS_URL: redis.href,
    ELASTICSEARCH_INDEX: name,
    INFLUXDB_DATABASE: name,
    TASK_QUEUES: [RETRAINING_QUEUE],
  };
  const environment = {
    ...process.env,
    POSTGRES_URL: url.href,
    REDIS_URL: redis.href,
    ELASTICSEARCH_INDEX: name,
    INFLUXDB_DATABASE: name,
    TASK_QUEUES: RETRAINING_QUEUE,
    WORKER_METRICS_PORT: '0',
    LOG_LEVEL: 'info',
  };
  await run(process.execPath, [join(CHECKOUT, 'infra/postgres/migrate.ts')], {
    cwd: CHECKOUT,
    environment: { ...environment, NODE_OPTIONS: '' },
  });
  const services = await connectTestServices(overrides);
  await services.influx.prepare();
  const processes: WorkerProcess[] = [];
  return {
    services,
    overrides,
    async startWorkerProcess() {
      const child = spawn(process.execPath, [join(CHECKOUT, 'worker/main.ts')], {
        cwd: CHECKOUT,
        env: { ...environment, NODE_OPTIONS: '' },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      let output = '';
      child.stdout.on('data', (text: Buffer) => {
        output += text.toString();
      });
      const worker: WorkerProcess = {
        pid: child.pid!,
        kill(signal = 'SIGKILL') {
          child.kill(signal);
          return gone;
        },
      };
      processes.push(worker);
      await until(() => output.includes('worker started'), 'the worker process to start', 30_000);
      return worker;
    },
    async stop() {
      await services.temporal.workflow
        .getHandle(RETRAINING_ID)
        .terminate('the test is over')
        .catch(() => {});
      for (const worker of processes) await worker.kill();
      await services.productIndex.client.indices.delete({ index: `${name}-1` }).catch(() => {});
      await services.close();
      await onServer(server, `drop database ${name} with (force)`);
    },
  };
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}

export interface Purchases {
  shoppers: number;
  products: number;
  /** Number of orders, each with a few lines. */
  orders: number;
  days: number;
  /** Whether products before the held-out period are chosen regardless of taste. */
  shuffledBefore?: boolean;
}

/**
 * Creates purchases: shoppers and products have one of ten tastes, and shoppers buy within theirs nine times out of ten. The rows are
 * inserted directly with one statement per table, without payments.
 */
export async function makePurchases({ db }: Pick<Services, 'db'>, of: Purchases): Promise<void> {
  await db.run(
    `insert into users (email, password_hash)
     select 'shopper-' || n || '@example.test', '' from generate_series(0, $1::int - 1) n on conflict do nothing`,
    [of.shoppers],
  );
  await db.run(
    `insert into products (sku, name, price, currency, stock_quantity)
     select 'P' || n, 'Product ' || n, 1, 'usd', 0 from generate_series(0, $1::int - 1) n on conflict do nothing`,
    [of.products],
  );
  await db.run('drop table if exists made_orders');
  await db.run(
    `create table made_orders as
     select gen_random_uuid() as id, gen_random_uuid() as reservation_id, n,
       (n * 7919) % $2::int as shopper, now() - make_interval(secs => ($3::int * 86400.0 * ($1::int - n)) / $1::int) as paid_at
     from generate_series(1, $1::int) n`,
    [of.orders, of.shoppers, of.days],
  );
  await db.run(
    `insert into reservations (id, owner, status, currency, expires_at) select reservation_id, 'test', 'committed', 'usd', paid_at from made_orders`,
  );
  await db.run(
    `insert into orders (id, reservation_id, user_id, owner, status, total_amount, currency, shipping_address, expires_at, paid_at)
     select m.id, m.reservation_id, u.id, 'user:' || u.id, 'paid', 5, 'usd', '{}', m.paid_at, m.paid_at
     from made_orders m join users u on u.email = 'shopper-' || m.shopper || '@example.test'`,
  );
  await db.run(
    `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
     select distinct on (m.id, p.id) m.id, p.id, 1, 1, p.sku, p.name, ''
     from made_orders m
     cross join lateral (select
       case when random() < 0.1 or ($2 and m.paid_at < now() - make_interval(secs => $3::int * 86400 * 0.2 + 60))
         then floor(random() * $1::int)::int
         else floor(power(random(), 1.5) * ($1::int / 10))::int * 10 + m.shopper % 10 end as place
       from generate_series(1, 4 + least(m.n, 0)) line) chosen
     join products p on p.sku = 'P' || chosen.place`,
    [of.products, of.shuffledBefore ?? false, of.days],
  );
}

/** Deletes all purchases, but keeps products and shoppers. */
export async function clearPurchases({ db }: Pick<Services, 'db'>): Promise<void> {
  for (const table of ['refund_items', 'refunds', 'order_items', 'orders', 'reservations'] as const)
    await db.run(`delete from ${table}`);
}
