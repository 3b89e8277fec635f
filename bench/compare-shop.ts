/** Starts a checkout's shop with that checkout's own code, and stops it when the parent process disconnects. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { startShop } from '../local/stack/shop.ts';

export interface ComparedShop {
  /** URL of the API, including `/api`. */
  api: string;
  postgresUrl: string;
  products: string[];
  /** Name and process ID of every process of the shop. */
  processes: [string, number][];
}

const MEASURED = [
  ...['api', 'worker', 'stripe', 'mailbox'],
  ...['temporal', 'postgres', 'redis', 'elasticsearch', 'influxdb'],
] as const;
const PRODUCTS = 50;

const checkout = process.argv[2]!;
// The checkout may be an older commit, so this uses only what has always existed.
const module = (await import(pathToFileURL(join(checkout, 'local/stack/shop.ts')).href)) as {
  startShop: typeof startShop;
};
const shop = await module.startShop({
  profile: 'bench',
  fresh: true,
  parts: ['stripe', 'mailbox', 'worker', 'api'],
  seed: null,
  settings: { RATE_LIMIT_ENABLED: 'false', LOG_LEVEL: 'warn' },
});
process.once('disconnect', () => void shop.stop().finally(() => process.exit()));

const client = new pg.Client({ connectionString: shop.environment.POSTGRES_URL });
await client.connect();
const { rows } = await client.query<{ id: string }>(
  `insert into products (sku, name, description, price, currency, stock_quantity)
   select 'BENCH-' || n, 'Bench product ' || n, 'For measuring', 10 + n, 'usd', 1000000 from generate_series(1, $1) n
   returning id`,
  [PRODUCTS],
);
// The outbox updates Redis and the search index.
while ((await client.query('select 1 from outbox limit 1')).rowCount)
  await new Promise((done) => setTimeout(done, 100));
await client.end();

const started: ComparedShop = {
  api: `${shop.addresses.api}`.replace(/(\/api)?\/?$/, '/api'),
  postgresUrl: shop.environment.POSTGRES_URL!,
  products: rows.map(({ id }) => id),
  processes: MEASURED.flatMap((name) => {
    const pid = shop.process(name as 'api')?.pid;
    return pid ? [[name, pid] as [string, number]] : [];
  }),
};
process.send!(started);
