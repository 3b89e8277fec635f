/** Who asks for recommendations, and what the shop may know of them for it. */
import type { Sql } from '../../infra/postgres/database.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { cartCacheKey } from '../../infra/redis/cache-keys.ts';
import type { Taste, Tastes } from '../../infra/redis/tastes.ts';
import { visitorOf } from '../analytics/service.ts';
import { type CartOwner, cartNameOf, findCart } from '../cart/service.ts';
import type { ShopperRecord, ShopperRecords } from './shopper-records.ts';

export interface Shopper {
  isPersonalised: boolean;
  /** What they bought, by each name under which they are known. */
  records: readonly ShopperRecord[];
  tastes: Taste[];
  /** Ids of the products in the cart. */
  cart: string[];
}

const CART_SECONDS = 300;

export const userName = (userId: string): string => `user:${userId}`;
export const visitorName = (cartId: string): string => `visitor:${visitorOf(cartId)}`;

/** All names under which the asker is known; empty when they are not. */
export function namesOf({ userId, cartId }: CartOwner): string[] {
  return [...(userId ? [userName(userId)] : []), ...(cartId ? [visitorName(cartId)] : [])];
}

export class Shoppers {
  readonly #sql: Sql;
  readonly #cache: Cache;
  readonly #tastes: Tastes;
  readonly #records: ShopperRecords;

  constructor(sql: Sql, cache: Cache, tastes: Tastes, records: ShopperRecords) {
    this.#sql = sql;
    this.#cache = cache;
    this.#tastes = tastes;
    this.#records = records;
  }

  /**
   * @param asker a signed-in shopper's cart id too, where their browser has one
   * @param mayFollow whether they agree, at this moment, that what this browser did is used
   */
  async find(asker: CartOwner, mayFollow: boolean): Promise<Shopper> {
    const { userId, cartId } = asker;
    const names = namesOf(asker);
    // What this browser did needs consent; an account's own is there with consent only.
    const followed = names.filter((name) => name.startsWith('user:') || mayFollow);
    const [records, lists, cart] = await Promise.all([
      this.#records.find(names),
      Promise.all(followed.map((name) => this.#tastes.read(name).catch((): Taste[] => []))),
      this.cart({ userId, cartId }),
    ]);
    if (records.some(({ isPersonalised }) => !isPersonalised))
      return { isPersonalised: false, records: [], tastes: [], cart };
    const forgottenAtMs = new Map(names.map((name, at) => [name, records[at]!.forgottenAtMs]));
    return {
      isPersonalised: true,
      records,
      tastes: followed.flatMap((name, at) => lists[at]!.filter(({ timeMs }) => timeMs > forgottenAtMs.get(name)!)),
      cart,
    };
  }

  async mayNote(name: string): Promise<boolean> {
    const [record] = await this.#records.find([name]);
    return record!.isPersonalised;
  }

  /** Ids of the products in the cart, those put in first at first. */
  async cart(owner: CartOwner): Promise<string[]> {
    const name = cartNameOf(owner);
    if (!name) return [];
    const text = await this.#cache.getOrSet(cartCacheKey(name), CART_SECONDS, async () => {
      const id = await findCart(this.#sql, owner);
      const rows = id
        ? await this.#sql.rows<{ product_id: string }>(
            'select product_id from cart_items where cart_id = $1 order by added_at, product_id',
            [id],
          )
        : [];
      return rows.map(({ product_id }) => product_id).join(',');
    });
    return text.length > 0 ? text.toString('latin1').split(',') : [];
  }
}
