/** A full-size shop in a separate database: 100,000 products, 50,000 users, 500,000 orders, inserted in bulk without triggers. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { run } from '../../local/stack/processes/run.ts';
import { CHECKOUT } from '../../local/stack/profile.ts';

export const PRODUCTS = 100_000;
export const USERS = 50_000;
export const ORDERS = 500_000;

/** SQL of an ID derived from a number, so that tables can refer to each other, in the format of a version 4 UUID, which the API requires. */
const idOf = (kind: string, number: string): string =>
  `overlay(overlay(md5('${kind}' || ${number}) placing '4' from 13) placing '8' from 17)::uuid`;

/** The same ID, for tests that refer to a row. */
export function uuidOf(kind: 'product' | 'order' | 'cart' | 'user', number: number): string {
  const hex = createHash('md5').update(`${kind}${number}`).digest('hex');
  const uuid = `${hex.slice(0, 12)}4${hex.slice(13, 16)}8${hex.slice(17)}`;
  return uuid.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const series = (count: number): string => `generate_series(1::bigint, ${count}) n`;
const userOf = (n: string): string => `case when ${n} % 5 < 4 then ${idOf('user', `(${n} * 7919 % ${USERS} + 1)`)} end`;
const ownerOf = (n: string): string => `coalesce('user:' || (${userOf(n)}), 'cart:' || (${idOf('cart', n)}))`;
const STATUS = `case when n % 50 = 0 then 'refunded' when n % 20 = 0 then 'canceled' when n % 10 = 0 then 'expired' when n % 100 < 4 then 'paid'
  when n % 100 < 8 then 'shipped' else 'delivered' end`;
const PLACED_AT = `now() - n * interval '3 minutes'`;

const STEPS: readonly [table: string, sql: string][] = [
  [
    'users',
    `insert into users (id, email, password_hash, full_name, created_at)
     select ${idOf('user', 'n')}, 'user' || n || '@example.test', 'x', 'User ' || n, now() - n * interval '1 minute' from ${series(USERS)}`,
  ],
  [
    'categories',
    `insert into categories (id, slug, name, position) select ${idOf('category', 'n')}, 'category-' || n, 'Category ' || n, n from ${series(60)}`,
  ],
  [
    'families',
    `insert into product_families (id, name) select ${idOf('family', 'n')}, 'Family ' || n from ${series(18_000)}`,
  ],
  [
    'products',
    `insert into products (id, sku, name, description, price, currency, stock_quantity, reserved_quantity, category_id, family_id, is_family_lead,
       image_url, created_at)
     select ${idOf('product', 'n')}, 'SKU-' || n, 'Product ' || n, repeat('A useful thing. ', 20), round((3 + 400 * power((n * 7919 % 100003) / 100003.0, 3))::numeric, 2),
       'usd', 20 + n % 100, 0, ${idOf('category', '(n % 60 + 1)')}, case when n <= 54000 then ${idOf('family', '((n - 1) / 3 + 1)')} end,
       n > 54000 or n % 3 = 1, '/media/' || n || '.webp', now() - n * interval '1 minute' from ${series(PRODUCTS)}`,
  ],
  [
    'reservations',
    `insert into reservations (id, owner, status, currency, expires_at, created_at, updated_at)
     select ${idOf('reservation', 'n')}, ${ownerOf('n')}, case when n % 10 = 0 then 'expired' else 'committed' end, 'usd', ${PLACED_AT}, ${PLACED_AT}, ${PLACED_AT}
     from ${series(ORDERS)}`,
  ],
  [
    'open reservations',
    `insert into reservations (id, owner, address_hash, status, currency, expires_at)
     select ${idOf('open', 'n')}, 'cart:' || ${idOf('opencart', 'n')}, md5('address' || n % 2000), 'reserved', 'usd', now() + interval '10 minutes' from ${series(5_000)}`,
  ],
  [
    'reservation items',
    `insert into reservation_items (reservation_id, product_id, quantity, unit_price)
     select ${idOf('reservation', 'n')}, ${idOf('product', `(n * 31 % ${PRODUCTS} + 1)`)}, 1, 12.5 from ${series(ORDERS)}
     union all select ${idOf('open', 'n')}, ${idOf('product', `(n % ${PRODUCTS} + 1)`)}, 1, 12.5 from ${series(5_000)}`,
  ],
  [
    'orders',
    `insert into orders (id, reservation_id, user_id, owner, status, fulfillment, total_amount, captured_amount, refunded_amount, currency, email, shipping_address,
       payment_intent_id, shipped_at, delivered_at, expires_at, paid_at, created_at, updated_at)
     select ${idOf('order', 'n')}, ${idOf('reservation', 'n')}, ${userOf('n')}, ${ownerOf('n')}, status,
       case when status in ('shipped', 'delivered') then status else 'unfulfilled' end, 25, case when status = 'expired' then 0 else 25 end,
       case when status in ('refunded', 'canceled') then 25 else 0 end, 'usd', 'user' || n || '@example.test',
       '{"street": "1 Main Street", "city": "Springfield", "postal_code": "12345", "country": "US"}', 'pi_' || n,
       case when status in ('shipped', 'delivered') then placed_at end, case when status = 'delivered' then placed_at end,
       placed_at, case when status <> 'expired' then placed_at end, placed_at, placed_at
     from (select n, ${STATUS} as status, ${PLACED_AT} as placed_at from ${series(ORDERS)}) made`,
  ],
  [
    'order items',
    `insert into order_items (order_id, product_id, quantity, price, sku, name, image_url)
     select ${idOf('order', 'n')}, ${idOf('product', `(n * 31 % ${PRODUCTS} + 1)`)}, 2, 12.5, 'SKU', 'Product', '/media/1.webp' from ${series(ORDERS)}`,
  ],
  [
    'shipments',
    `insert into shipments (id, order_id, carrier, tracking_number, shipped_at, delivered_at)
     select id, id, 'UPS', '1Z', shipped_at, delivered_at from orders where shipped_at is not null`,
  ],
  [
    'shipment items',
    `insert into shipment_items (shipment_id, product_id, quantity)
     select order_id, product_id, quantity from order_items join shipments using (order_id)`,
  ],
  [
    'order history',
    `insert into order_events (order_id, type, message, dedupe_key, created_at)
     select ${idOf('order', 'n')}, 'order_opened', 'Order placed.', 'opened', ${PLACED_AT} from ${series(ORDERS)}`,
  ],
  [
    'payments',
    `insert into payments (id, order_id, status, received_amount, currency, created_at)
     select 'pi_' || n, ${idOf('order', 'n')}, case when n % 10 = 0 then 'canceled' else 'succeeded' end, case when n % 10 = 0 then 0 else 25 end, 'usd', ${PLACED_AT}
     from ${series(ORDERS)}`,
  ],
  [
    'refunds',
    `insert into refunds (id, order_id, request_id, amount, currency, reason, status, requested_by, stripe_refund_id)
     select ${idOf('refund', 'n')}, ${idOf('order', 'n')}, 'r1', 25, 'usd', 'late', 'succeeded', 'system', 're_' || n from ${series(ORDERS)} where n % 50 = 0 or n % 20 = 0`,
  ],
  [
    'refund items',
    `insert into refund_items (refund_id, product_id, quantity)
     select ${idOf('refund', 'n')}, ${idOf('product', `(n * 31 % ${PRODUCTS} + 1)`)}, 2 from ${series(ORDERS)} where n % 50 = 0 or n % 20 = 0`,
  ],
  [
    'events of Stripe',
    `insert into stripe_events (id, type, object_id, order_id, received_at, handled_at)
     select 'evt_' || n, 'payment_intent.succeeded', 'pi_' || n, ${idOf('order', 'n')}, ${PLACED_AT}, ${PLACED_AT} from ${series(ORDERS)}`,
  ],
  [
    'carts',
    `insert into carts (id, user_id) select ${idOf('usercart', 'n')}, ${idOf('user', 'n')} from ${series(USERS)}
     union all select ${idOf('cart', 'n')}, null from ${series(USERS)}`,
  ],
  [
    'cart items',
    `insert into cart_items (cart_id, product_id, quantity)
     select ${idOf('usercart', 'n')}, ${idOf('product', 'n')}, 1 from ${series(USERS)} union all select ${idOf('cart', 'n')}, ${idOf('product', 'n')}, 2 from ${series(USERS)}`,
  ],
];

export interface LargeShop {
  url: string;
  drop(): Promise<void>;
}

/**
 * Creates the database on the server of `serverUrl`, migrates it, and fills it. Takes a minute or two.
 * @param onProgress called with each table that is being filled
 */
export async function makeLargeShop(serverUrl: string, onProgress: (table: string) => void): Promise<LargeShop> {
  const name = `large_${randomBytes(4).toString('hex')}`;
  const url = Object.assign(new URL(serverUrl), { pathname: `/${name}` }).href;
  await query(serverUrl, [`create database ${name}`]);
  const drop = () => query(serverUrl, [`drop database if exists ${name} with (force)`]);
  try {
    await run(process.execPath, [join(CHECKOUT, 'infra/postgres/migrate.ts')], {
      cwd: CHECKOUT,
      environment: { POSTGRES_URL: url },
    });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query('set session_replication_role = replica; set synchronous_commit = off');
      for (const [table, sql] of STEPS) {
        onProgress(table);
        await client.query(sql);
      }
      onProgress('statistics');
      await client.query('vacuum analyze');
    } finally {
      await client.end();
    }
    return { url, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function query(connectionString: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
