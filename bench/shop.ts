/** The measured shop: all its processes, with the servers and data of the bench profile. */
import pg from 'pg';
import { plainProgress } from '../infra/plain-progress.ts';
import { type RunningShop, startShop } from '../local/stack/shop.ts';

const MEASURED = [
  'api',
  'worker',
  'stripe',
  'mailbox',
  'temporal',
  'postgres',
  'redis',
  'elasticsearch',
  'influxdb',
] as const;

export interface BenchShop {
  /** URL of the API, including `/api`. */
  api: string;
  environment: Readonly<Record<string, string>>;
  db: pg.Pool;
  /** Process IDs by name. */
  processes(): Map<string, number>;
  /** Creates products with the given stock. @returns their IDs */
  products(count: number, stock: number): Promise<string[]>;
  /** Resolves when the order is paid, by a database notification instead of polling. */
  paid(orderId: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startBenchShop(seed: readonly string[] | null = null): Promise<BenchShop> {
  const shop: RunningShop = await startShop({
    profile: 'bench',
    fresh: true,
    parts: ['stripe', 'mailbox', 'worker', 'api'],
    seed,
    settings: {
      RATE_LIMIT_ENABLED: 'true',
      RATE_LIMIT_CATALOG: '100000000',
      RATE_LIMIT_API: '100000000',
      RATE_LIMIT_PAYMENT: '100000000',
      RATE_LIMIT_EVENTS: '100000000',
      RESERVATION_MAX_OPEN_PER_ADDRESS: '100000000',
      RESERVATION_MAX_UNITS_PER_ADDRESS: '100000000',
      LOG_LEVEL: 'warn',
    },
    onProgress: plainProgress((line) => console.error(line)),
  });
  const environment = shop.environment;
  const db = new pg.Pool({ connectionString: environment.POSTGRES_URL, max: 4 });
  const waiting = new Map<string, () => void>();
  const listener = new pg.Client({ connectionString: environment.POSTGRES_URL });
  await listener.connect();
  listener.on('notification', async ({ payload }) => {
    const done = waiting.get(payload!);
    if (!done) return;
    const { rows } = await db.query({
      name: 'status',
      text: 'select status from orders where id = $1',
      values: [payload],
    });
    if (rows[0]?.status !== 'paid') return;
    waiting.delete(payload!);
    done();
  });
  await listener.query('listen order_changed');
  return {
    api: `${shop.addresses.api}`.replace(/\/$/, '').replace(/(\/api)?$/, '/api'),
    environment,
    db,
    processes: () => {
      const found = new Map<string, number>();
      for (const name of MEASURED) {
        const pid = shop.process(name)?.pid;
        if (pid) found.set(name, pid);
      }
      return found;
    },
    async products(count, stock) {
      const { rows } = await db.query<{ id: string }>(
        `insert into products (sku, name, description, price, currency, stock_quantity)
         select 'BENCH-' || gen_random_uuid(), 'Bench product ' || n, 'For measuring', 10 + n, 'usd', $2 from generate_series(1, $1) n
         returning id`,
        [count, stock],
      );
      // The outbox updates the stock counters.
      for (;;) {
        const { rows: left } = await db.query('select 1 from outbox limit 1');
        if (left.length === 0) return rows.map((row) => row.id);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
    paid: (orderId) => new Promise((resolve) => waiting.set(orderId, resolve)),
    async stop() {
      await listener.end();
      await db.end();
      await shop.stop();
    },
  };
}
