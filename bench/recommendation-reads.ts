/**
 * Recommendations over 50 connections, with 50,000 shoppers and 100,000 products loaded, compared with direct nearest-neighbor queries to
 * Elasticsearch for the shoppers' SVD vectors. Environment: BENCH_PRODUCTS, BENCH_SHOPPERS, BENCH_LINES, BENCH_SECONDS.
 */
import { randomUUID } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import jwt from 'jsonwebtoken';
import { trainBlend } from '../activities/recommendations/model/blend.ts';
import { binary } from '../activities/recommendations/model/csr-matrix.ts';
import { type History, HistoryBuilder } from '../activities/recommendations/model/history.ts';
import { KernelPool } from '../activities/recommendations/model/kernel-pool.ts';
import { recencyMatrix } from '../activities/recommendations/model/matrices.ts';
import { truncatedSvd } from '../activities/recommendations/model/truncated-svd.ts';
import { Random } from '../domain/random.ts';
import { encodeModel } from '../domain/recommendations/served-model.ts';
import { issueCartId } from '../infra/cart-ids.ts';
import { writeArtifact } from '../infra/postgres/artifacts.ts';
import { connectPostgres } from '../infra/postgres/orm.ts';
import { textTable } from '../infra/text-table.ts';
import { cpuSeconds, residentMegabytes } from './cpu.ts';
import { type Asked, type Load, type Measured, measure } from './generator.ts';
import { type BenchShop, startBenchShop } from './shop.ts';

const PRODUCTS = Number(process.env.BENCH_PRODUCTS ?? 100_000);
const SHOPPERS = Number(process.env.BENCH_SHOPPERS ?? 50_000);
const LINES = Number(process.env.BENCH_LINES ?? 1_000_000);
const LINES_PER_ORDER = 4;
const CARTS = 5_000;
const CONNECTIONS = 50;
/** With this many connections the process is not saturated, which shows the latency on an ordinary day. */
const FEW_CONNECTIONS = 10;
/** Number of distinct requests to draw from, where the possibilities are unlimited. */
const DRAWN = 20_000;
const COMPONENTS = 50;
const INDEX = 'bench-product-vectors';

export async function benchRecommendationReads(seconds: number): Promise<void> {
  const shop = await startBenchShop(['--products', String(PRODUCTS)]);
  try {
    await untilCarried(shop);
    const before = residentMegabytes(shop.processes().get('api')!);
    const shoppers = await makeOrders(shop);
    const history = await readHistory(shop, shoppers);
    const pool = new KernelPool();
    const model = await publish(shop, pool, history);
    const loaded = residentMegabytes(shop.processes().get('api')!);
    const { rows: carts } = await shop.db.query<{ id: string }>('select id from carts');
    const random = new Random(7);
    const one = <Item>(list: ArrayLike<Item>): Item => list[Math.floor(random.fraction() * list.length)]!;
    const tokens = shoppers.map((userId) =>
      jwt.sign({ userId, role: 'customer', sessionId: randomUUID() }, shop.environment.JWT_SECRET!, {
        expiresIn: '1h',
      }),
    );
    const kinds: Record<string, Asked[]> = {
      'for a shopper': tokens.map((token) => ({
        path: '/api/recommendations',
        headers: { authorization: `Bearer ${token}` },
      })),
      'for somebody unknown': [{ path: '/api/recommendations' }],
      // Weighted by purchases, because products that nobody buys are rarely viewed.
      'with a product': Array.from({ length: DRAWN }, () => ({
        path: `/api/products/${history.items[one(history.itemOf)]!}/similar`,
      })),
      'with a cart': carts.map(({ id }) => ({ path: '/api/cart/suggestions', headers: { 'x-cart-id': id } })),
    };
    const rows: Row[] = [];
    const { origin: url } = new URL(shop.api);
    const note = async (name: string, load: Omit<Load, 'url' | 'connections'>, connections = CONNECTIONS) =>
      rows.push({ name, ...(await measure({ url, connections, ...load })) });
    await note('for a shopper, the first time they ask', { requests: kinds['for a shopper']!, seconds: 'each once' });
    for (const [name, requests] of Object.entries(kinds)) {
      await measure({ url, connections: CONNECTIONS, requests, seconds: Math.ceil(seconds / 2) });
      await note(name, { requests, seconds });
    }
    for (const [name, requests] of Object.entries(kinds))
      await note(`${name}, ${FEW_CONNECTIONS} connections`, { requests, seconds }, FEW_CONNECTIONS);
    const after = residentMegabytes(shop.processes().get('api')!);

    const vectors = await indexVectors(shop, pool, history);
    await pool.close();
    const nearest = Array.from(
      { length: DRAWN },
      (): Asked => ({
        path: `/${INDEX}/_search`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          _source: false,
          knn: { field: 'vector', query_vector: vectors(one(shoppers)), k: 10, num_candidates: 100 },
        }),
      }),
    );
    const search = { url: new URL(shop.environment.ELASTICSEARCH_URL!).origin, requests: nearest };
    await measure({ ...search, connections: CONNECTIONS, seconds: Math.ceil(seconds / 2) });
    const knn = {
      name: 'Elasticsearch kNN, HNSW',
      ...(await measure({ ...search, connections: CONNECTIONS, seconds })),
    };
    const few = await measure({ ...search, connections: FEW_CONNECTIONS, seconds });
    rows.push({ name: `Elasticsearch kNN, HNSW, ${FEW_CONNECTIONS} connections`, ...few });
    console.log(
      textTable(
        ['what', 'answers a second', 'ratio to kNN', 'p50 ms', 'p99 ms', 'p99 ÷ kNN', 'failed'],
        [...rows, knn].map((row) => [
          row.name,
          row.perSecond.toFixed(0),
          (row.perSecond / knn.perSecond).toFixed(2),
          row.p50.toFixed(0),
          row.p99.toFixed(0),
          (row.p99 / knn.p99).toFixed(2),
          String(row.failed),
        ]),
      ),
    );
    console.log(
      `\n${shoppers.length} shoppers, ${PRODUCTS} products, ${history.itemOf.length} order lines; the model is ${(model / 2 ** 20).toFixed(0)} MB.`,
      `The API process: ${before.toFixed(0)} MB before, ${loaded.toFixed(0)} MB with the model, ${after.toFixed(0)} MB after all of it.`,
    );
  } finally {
    await shop.stop();
  }
}

interface Row extends Measured {
  name: string;
}

async function untilCarried(shop: BenchShop): Promise<void> {
  for (;;) {
    const { rows } = await shop.db.query('select 1 from outbox limit 1');
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Inserts orders directly, without triggers. @returns the shoppers' IDs */
async function makeOrders({ db, environment }: BenchShop): Promise<string[]> {
  const client = await db.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(
      `insert into users (email, password_hash, full_name)
       select 'bench-' || n || '@example.test', 'none', 'Bench ' || n from generate_series(1, $1::int) n`,
      [SHOPPERS],
    );
    await client.query(
      `create temp table places as select id, row_number() over (order by sku) - 1 as place from products`,
    );
    await client.query('create index on places (place)');
    await client.query('analyze places');
    await client.query(
      `insert into orders (id, reservation_id, user_id, owner, status, total_amount, captured_amount, currency, shipping_address,
         expires_at, paid_at)
       select gen_random_uuid(), gen_random_uuid(), u.id, 'user:' || u.id, 'paid', 40, 40, 'usd', '{}', now(),
         now() - random() * interval '340 days'
       from users u cross join generate_series(1, $1::int) where u.email like 'bench-%'`,
      [Math.round(LINES / SHOPPERS / LINES_PER_ORDER)],
    );
    // Four of five purchases match the shopper's own taste, in which a few products sell a lot and most sell little.
    await client.query(
      `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
       select distinct on (line.id, p.id) line.id, p.id, 1, 10, 'BENCH', 'Bench', ''
       from (
         select o.id, floor(power(random(), 2.2) * $1::int)::int as place,
           case when random() < 0.8 then abs(hashtext(o.owner)) % 100 else floor(random() * 100)::int end as taste
         from orders o cross join generate_series(1, $2::int)) line
       join places p on p.place = least($1::int - 1, line.place - line.place % 100 + line.taste)`,
      [PRODUCTS, LINES_PER_ORDER],
    );
    const carts = Array.from({ length: CARTS }, () => issueCartId(environment.JWT_SECRET!));
    await client.query('insert into carts (id) select unnest($1::uuid[])', [carts]);
    await client.query(
      `insert into cart_items (cart_id, product_id, quantity)
       select distinct on (line.id, p.id) line.id, p.id, 1
       from (select c.id, floor(power(random(), 2.2) * $1::int)::int as place from carts c cross join generate_series(1, 3)) line
       join places p on p.place = line.place`,
      [PRODUCTS],
    );
    await client.query('set session_replication_role = origin');
    for (const table of ['users', 'orders', 'order_items', 'carts', 'cart_items'])
      await client.query(`vacuum analyze ${table}`);
    const { rows } = await client.query<{ id: string }>(`select id from users where email like 'bench-%'`);
    return rows.map(({ id }) => id);
  } finally {
    client.release();
  }
}

async function readHistory({ db }: BenchShop, shoppers: readonly string[]): Promise<History> {
  const builder = new HistoryBuilder();
  const BATCH = 2_000;
  for (let at = 0; at < shoppers.length; at += BATCH) {
    const { rows } = await db.query<{ user_id: string; order_id: string; product_id: string; paid_ms: number }>(
      `select o.user_id, o.id as order_id, item.product_id, (extract(epoch from o.paid_at) * 1000)::float8 as paid_ms
       from orders o join order_items item on item.order_id = o.id where o.user_id = any($1::uuid[])`,
      [shoppers.slice(at, at + BATCH)],
    );
    for (const row of rows)
      builder.add({ customer: row.user_id, item: row.product_id, invoice: row.order_id, timeMs: row.paid_ms });
  }
  return builder.build();
}

/** Trains a model on the orders and makes the API serve it. @returns the model's size in bytes */
async function publish(shop: BenchShop, pool: KernelPool, history: History): Promise<number> {
  const model = await trainBlend(pool, history, { endMs: Date.now() });
  const { db, close } = await connectPostgres({ POSTGRES_URL: shop.environment.POSTGRES_URL!, POSTGRES_POOL_MAX: 2 });
  const id = 'bench';
  await db.run(
    db.query.insertInto('recommendation_models').values({ id, trained_until: new Date(), published_at: new Date() }),
  );
  const { byteCount } = await writeArtifact(db, id, 'model', () => encodeModel(model));
  await db.run(db.query.insertInto('recommendation_serving').values({ model_id: id }));
  await close();
  for (;;) {
    const answer = await fetch(`${shop.api}/recommendations`);
    if (((await answer.json()) as { model: string }).model === id) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await untilQuiet(new Map([['api', shop.processes().get('api')!]]));
  return byteCount;
}

/** Waits until the process has preloaded products and shoppers. */
async function untilQuiet(process: ReadonlyMap<string, number>): Promise<void> {
  const used = () => cpuSeconds(process).get('api')!;
  for (;;) {
    const before = used();
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    if (used() - before < 0.2) return;
  }
}

/** Indexes the products' vectors in a separate index. @returns the vector of a shopper */
async function indexVectors(
  shop: BenchShop,
  pool: KernelPool,
  history: History,
): Promise<(shopper: string) => number[]> {
  const bought = binary(recencyMatrix(history, Date.now(), 1));
  const { itemVectors, userVectors, components } = await truncatedSvd(pool, bought, {
    components: Math.min(COMPONENTS, history.items.length),
    seed: 42,
  });
  const client = new Client({ node: shop.environment.ELASTICSEARCH_URL!, requestTimeout: 300_000 });
  await client.indices.delete({ index: INDEX, ignore_unavailable: true });
  await client.indices.create({
    index: INDEX,
    settings: { number_of_shards: 1, number_of_replicas: 0, refresh_interval: '-1' },
    mappings: {
      properties: {
        vector: {
          type: 'dense_vector',
          dims: components,
          index: true,
          similarity: 'max_inner_product',
          index_options: { type: 'hnsw' },
        },
      },
    },
  });
  const vectorOf = (list: Float64Array, at: number) =>
    Array.from(list.subarray(at * components, (at + 1) * components), (value) => Number(value.toPrecision(6)));
  const BATCH = 2_000;
  for (let at = 0; at < history.items.length; at += BATCH) {
    const operations = history.items
      .slice(at, at + BATCH)
      .flatMap((id, within) => [{ index: { _index: INDEX, _id: id } }, { vector: vectorOf(itemVectors, at + within) }]);
    const answer = await client.bulk({ operations });
    if (answer.errors) throw new Error('Elasticsearch refused vectors');
  }
  await client.indices.forcemerge({ index: INDEX, max_num_segments: 1 });
  await client.indices.refresh({ index: INDEX });
  await client.close();
  const placeOf = new Map(history.customers.map((id, place) => [id, place]));
  return (shopper) => vectorOf(userVectors, placeOf.get(shopper) ?? 0);
}
