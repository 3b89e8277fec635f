/** Shoppers who request recommendations, with the data that may be used for them. */
import { isUser, userOwner, type Visitor, visitorOfHash } from '../../domain/identity.ts';
import type { Taste } from '../../infra/redis/tastes.ts';
import { visitorOf } from '../analytics/service.ts';
import { type CartOwner, cartNameOf } from '../cart/service.ts';
import type { ShopperCarts } from './shopper-carts.ts';
import type { ShopperRecord, ShopperRecords } from './shopper-records.ts';
import type { ShopperTastes } from './shopper-tastes.ts';

export interface Shopper {
  /** The most specific of their names; empty if they are unknown. */
  name: string;
  isPersonalized: boolean;
  /** Their records, one per name. */
  records: readonly ShopperRecord[];
  tastes: readonly Taste[];
  /** IDs of the products in the cart. */
  cart: readonly string[];
  /** The records that this was read from, which are the same objects until one of them changes. */
  sources: readonly unknown[];
}

const FILL_BATCH = 200;
const NOTHING: readonly never[] = [];

export const visitorName = (cartId: string): Visitor => visitorOfHash(visitorOf(cartId));

/** All names of a shopper: the account's and the browser's. Empty if they are unknown. */
export function namesOf({ userId, cartId }: CartOwner): Visitor[] {
  return [...(userId ? [userOwner(userId)] : []), ...(cartId ? [visitorName(cartId)] : [])];
}

export class Shoppers {
  readonly #records: ShopperRecords;
  readonly #tastes: ShopperTastes;
  readonly #carts: ShopperCarts;

  constructor(records: ShopperRecords, tastes: ShopperTastes, carts: ShopperCarts) {
    this.#records = records;
    this.#tastes = tastes;
    this.#carts = carts;
  }

  /**
   * @param requester also with a signed-in shopper's cart ID, if their browser has one
   * @param mayFollow whether they currently consent to the use of this browser's history
   */
  async find(requester: CartOwner, mayFollow: boolean): Promise<Shopper> {
    const names = namesOf(requester);
    // The browser's history requires consent now; an account's was recorded with consent.
    const followed = names.filter((name) => isUser(name) || mayFollow);
    const [records, lists, cart] = await Promise.all([
      this.#records.find(names),
      // The history is skipped while Redis is unavailable.
      this.#tastes.find(followed).catch(() => []),
      this.cart(requester),
    ]);
    if (records.some(({ isPersonalized }) => !isPersonalized))
      return { isPersonalized: false, name: '', records: [], tastes: NOTHING, cart, sources: [] };
    const forgottenAtMs = new Map(names.map((name, at) => [name, records[at]!.forgottenAtMs]));
    return {
      isPersonalized: true,
      name: names[0] ?? '',
      records,
      tastes: followed.flatMap((name, at) =>
        (lists[at] ?? NOTHING).filter(({ timeMs }) => timeMs > forgottenAtMs.get(name)!),
      ),
      cart,
      sources: [...records, ...lists, cart],
    };
  }

  /** Preloads recent buyers, so that the first responses after a start don't wait for a database. */
  async fill(signal: AbortSignal): Promise<void> {
    const names = await this.#records.recentNames();
    for (let at = 0; at < names.length && !signal.aborted; at += FILL_BATCH) {
      const batch = names.slice(at, at + FILL_BATCH);
      await Promise.all([this.#records.find(batch), this.#tastes.find(batch), this.#carts.find(batch)]);
    }
  }

  async mayNote(name: string): Promise<boolean> {
    const [record] = await this.#records.find([name]);
    return record!.isPersonalized;
  }

  /** IDs of the products in the cart, oldest first. */
  async cart(owner: CartOwner): Promise<readonly string[]> {
    const name = cartNameOf(owner);
    if (!name) return NOTHING;
    const [products] = await this.#carts.find([name]);
    return products ?? NOTHING;
  }
}
