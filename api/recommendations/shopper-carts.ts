/** Which products are in whose cart, kept in this process until the cart changes. */
import type { Sql } from '../../infra/postgres/database.ts';
import { idIn, rowsOf } from '../../infra/postgres/statement-parts.ts';
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
  const asked = rowsOf(
    'asked',
    { owner: 'text' },
    owners.map((owner) => ({ owner })),
  );
  const rows = await sql.rows(
    sql.query
      .selectFrom(asked)
      .crossJoinLateral((query) => {
        const id = (kind: 'user' | 'cart') => idIn(kind, query.ref('asked.owner'));
        const carts = query.selectFrom('carts').select('carts.id');
        return (
          carts
            .where('carts.user_id', '=', id('user'))
            // A cart that became an account's is not its guest's any more.
            .unionAll(carts.where('carts.id', '=', id('cart')).where('carts.user_id', 'is', null))
            .as('cart')
        );
      })
      .innerJoin('cart_items as item', 'item.cart_id', 'cart.id')
      .select((row) => [
        'asked.owner',
        row.fn
          .agg<string[]>('array_agg', [row.cast('item.product_id', 'text')])
          .orderBy('item.added_at')
          .orderBy('item.product_id')
          .as('products'),
      ])
      .groupBy('asked.owner'),
  );
  return new Map(rows.map(({ owner, products }) => [owner, products]));
}
