/** Caches the products in shoppers' carts in this process until any process changes the cart. */
import type { Sql } from '../../infra/postgres/database.ts';
import { idIn, rowsOf } from '../../infra/postgres/statement-parts.ts';
import { cartOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { SubscribedCache } from './subscribed-cache.ts';

/** Bounds the age of a record whose invalidation was lost: changing a cart succeeds even if its invalidation can't be published. */
const LIFE_MS = 300_000;
const MAX_RECORDS = 50_000;

export class ShopperCarts extends SubscribedCache<readonly string[]> {
  constructor(sql: Sql) {
    super({ idOfKey: cartOfCacheKey, load: (owners) => readCarts(sql, owners), max: MAX_RECORDS, lifeMs: LIFE_MS });
  }
}

/** Reads the IDs of the products in each cart, oldest first; an empty cart has no entry. */
async function readCarts(sql: Sql, owners: readonly string[]): Promise<Map<string, readonly string[]>> {
  const requested = rowsOf(
    'requested',
    { owner: 'text' },
    owners.map((owner) => ({ owner })),
  );
  const rows = await sql.rows(
    sql.query
      .selectFrom(requested)
      .crossJoinLateral((query) => {
        const id = (kind: 'user' | 'cart') => idIn(kind, query.ref('requested.owner'));
        const carts = query.selectFrom('carts').select('carts.id');
        return (
          carts
            .where('carts.user_id', '=', id('user'))
            // A cart that was moved into an account no longer belongs to the guest.
            .unionAll(carts.where('carts.id', '=', id('cart')).where('carts.user_id', 'is', null))
            .as('cart')
        );
      })
      .innerJoin('cart_items as item', 'item.cart_id', 'cart.id')
      .select((row) => [
        'requested.owner',
        row.fn
          .agg<string[]>('array_agg', [row.cast('item.product_id', 'text')])
          .orderBy('item.added_at')
          .orderBy('item.product_id')
          .as('products'),
      ])
      .groupBy('requested.owner'),
  );
  return new Map(rows.map(({ owner, products }) => [owner, products]));
}
