/** Which products are in whose cart, kept in this process until the cart changes. */
import type { Sql } from '../../infra/postgres/database.ts';
import { cartOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { SubscribedCache } from './subscribed-cache.ts';

/** What changes a cart says so, but nothing fails when that can't be said. */
const LIFE_MS = 300_000;
const MAX_RECORDS = 50_000;

export class ShopperCarts extends SubscribedCache<readonly string[]> {
  constructor(sql: Sql) {
    super({ idOfKey: cartOfCacheKey, load: (owners) => readCarts(sql, owners), max: MAX_RECORDS, lifeMs: LIFE_MS });
  }
}

/** Ids of the products in each cart, those put in first at first; no entry for an empty one. */
async function readCarts(sql: Sql, owners: readonly string[]): Promise<Map<string, readonly string[]>> {
  const rows = await sql.rows<{ owner: string; products: string[] }>(CARTS, [owners]);
  return new Map(rows.map(({ owner, products }) => [owner, products]));
}

// A cart that became an account's is not its guest's any more.
const CARTS = `
  select asked.owner, array_agg(item.product_id::text order by item.added_at, item.product_id) as products
  from unnest($1::text[]) asked (owner)
  cross join lateral (
    select id from carts where user_id = case when asked.owner like 'user:%' then substr(asked.owner, 6)::uuid end
    union all
    select id from carts where id = case when asked.owner like 'cart:%' then substr(asked.owner, 6)::uuid end
      and user_id is null) cart
  join cart_items item on item.cart_id = cart.id
  group by asked.owner`;
