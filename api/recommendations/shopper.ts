/** Who asks for recommendations, and what the shop may know of them for it. */
import type { Sql } from '../../infra/postgres/database.ts';
import type { Cache } from '../../infra/redis/cache.ts';
import { cartCacheKey, shopperCacheKey } from '../../infra/redis/cache-keys.ts';
import type { Taste, Tastes } from '../../infra/redis/tastes.ts';
import { visitorOf } from '../analytics/service.ts';
import { type CartOwner, cartNameOf, findCart } from '../cart/service.ts';

export interface Purchase {
  productId: string;
  timeMs: number;
}

export interface Shopper {
  isPersonalised: boolean;
  purchases: Purchase[];
  tastes: Taste[];
  /** Ids of the products in the cart. */
  cart: string[];
}

/** Dropped when anything of it changes; so long at most if the word of that was lost. */
const SHOPPER_SECONDS = 3_600;
const CART_SECONDS = 300;
/** A shopper's newest; what one bought years ago says little beside so many. */
const MOST_PURCHASES = 300;

export const userName = (userId: string): string => `user:${userId}`;
export const visitorName = (cartId: string): string => `visitor:${visitorOf(cartId)}`;

/** All names under which the asker is known; empty when they are not. */
export function namesOf({ userId, cartId }: CartOwner): string[] {
  return [...(userId ? [userName(userId)] : []), ...(cartId ? [visitorName(cartId)] : [])];
}

interface Record {
  isPersonalised: boolean;
  forgottenAtMs: number;
  purchases: Purchase[];
}

export class Shoppers {
  readonly #sql: Sql;
  readonly #cache: Cache;
  readonly #tastes: Tastes;

  constructor(sql: Sql, cache: Cache, tastes: Tastes) {
    this.#sql = sql;
    this.#cache = cache;
    this.#tastes = tastes;
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
      Promise.all(names.map((name) => this.#record(name))),
      Promise.all(followed.map((name) => this.#tastes.read(name).catch((): Taste[] => []))),
      this.cart({ userId, cartId }),
    ]);
    if (records.some(({ isPersonalised }) => !isPersonalised))
      return { isPersonalised: false, purchases: [], tastes: [], cart };
    const forgottenAtMs = new Map(names.map((name, at) => [name, records[at]!.forgottenAtMs]));
    return {
      isPersonalised: true,
      purchases: records.flatMap(({ purchases }) => purchases),
      tastes: followed.flatMap((name, at) => lists[at]!.filter(({ timeMs }) => timeMs > forgottenAtMs.get(name)!)),
      cart,
    };
  }

  async mayNote(name: string): Promise<boolean> {
    return (await this.#record(name)).isPersonalised;
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

  async #record(name: string): Promise<Record> {
    const text = await this.#cache.getOrSet(shopperCacheKey(name), SHOPPER_SECONDS, () => this.#read(name));
    return parseRecord(text.toString('latin1'));
  }

  /** `1|<forgotten, ms>|<product>:<bought, s>,…`: read thousands of times a second, so nothing to be parsed at length. */
  async #read(name: string): Promise<string> {
    const choices = await this.#sql.row<{ personalised: boolean; forgotten_at: Date | null }>(
      'select personalised, forgotten_at from shopper_choices where who = $1',
      [name],
    );
    const isPersonalised = choices?.personalised ?? true;
    const forgottenAt = choices?.forgotten_at ?? new Date(0);
    const rows =
      isPersonalised && name.startsWith('user:')
        ? await this.#sql.rows<{ product_id: string; paid_at: Date }>(PURCHASES, [
            name.slice('user:'.length),
            forgottenAt,
            MOST_PURCHASES,
          ])
        : [];
    const purchases = rows.map((row) => `${row.product_id}:${Math.floor(row.paid_at.getTime() / 1_000)}`);
    return `${isPersonalised ? 1 : 0}|${forgottenAt.getTime()}|${purchases.join(',')}`;
  }
}

// Net of what was given back: a line of which every piece was returned was not bought.
const PURCHASES = `
  select item.product_id, o.paid_at
  from orders o join order_items item on item.order_id = o.id
  where o.user_id = $1 and o.paid_at > $2 and o.status not in ('refunded', 'cancelled', 'expired')
    and item.quantity > coalesce((
      select sum(back.quantity) from refunds refund join refund_items back on back.refund_id = refund.id
      where refund.order_id = o.id and back.product_id = item.product_id
        and (refund.status = 'succeeded' or refund.status = 'pending' and refund.stripe_refund_id is not null)), 0)
  order by o.paid_at desc limit $3`;

function parseRecord(text: string): Record {
  const [personalised, forgottenAt, list = ''] = text.split('|');
  const purchases: Purchase[] = [];
  if (list !== '') {
    for (const entry of list.split(',')) {
      const split = entry.indexOf(':');
      purchases.push({ productId: entry.slice(0, split), timeMs: Number(entry.slice(split + 1)) * 1_000 });
    }
  }
  return { isPersonalised: personalised === '1', forgottenAtMs: Number(forgottenAt), purchases };
}
