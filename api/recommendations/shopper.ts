/** Who asks for recommendations, and what the shop may know of them for it. */
import { isUser, userOwner, type Visitor, visitorOfHash } from '../../domain/identity.ts';
import type { Taste } from '../../infra/redis/tastes.ts';
import { visitorOf } from '../analytics/service.ts';
import { type CartOwner, cartNameOf } from '../cart/service.ts';
import type { ShopperCarts } from './shopper-carts.ts';
import type { ShopperRecord, ShopperRecords } from './shopper-records.ts';
import type { ShopperTastes } from './shopper-tastes.ts';

export interface Shopper {
  /** Of the names under which they are known the one that says most; empty when they are not known. */
  name: string;
  isPersonalized: boolean;
  /** What they bought, by each name under which they are known. */
  records: readonly ShopperRecord[];
  tastes: readonly Taste[];
  /** Ids of the products in the cart. */
  cart: readonly string[];
  /** What all of this was read from: the same objects as long as nothing of it changed. */
  sources: readonly unknown[];
}

const FILL_BATCH = 200;
const NOTHING: readonly never[] = [];

export const visitorName = (cartId: string): Visitor => visitorOfHash(visitorOf(cartId));

/** All names under which the asker is known; empty when they are not. */
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
   * @param asker a signed-in shopper's cart id too, where their browser has one
   * @param mayFollow whether they agree, at this moment, that what this browser did is used
   */
  async find(asker: CartOwner, mayFollow: boolean): Promise<Shopper> {
    const names = namesOf(asker);
    // What this browser did needs consent; an account's own is there with consent only.
    const followed = names.filter((name) => isUser(name) || mayFollow);
    const [records, lists, cart] = await Promise.all([
      this.#records.find(names),
      // With Redis away nothing is known of it.
      this.#tastes.find(followed).catch(() => []),
      this.cart(asker),
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

  /** Takes those in who bought lately, so that the first answers after a start do not wait for a database. */
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

  /** Ids of the products in the cart, those put in first at first. */
  async cart(owner: CartOwner): Promise<readonly string[]> {
    const name = cartNameOf(owner);
    if (!name) return NOTHING;
    const [products] = await this.#carts.find([name]);
    return products ?? NOTHING;
  }
}
