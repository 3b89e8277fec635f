/** What the model says of a shopper, from all that they did up to this moment, with what is too new for the model among it. */
import type { ReasonKind } from '../../domain/recommendations/reasons.ts';
import type { Suggestion } from '../../domain/recommendations/scorer.ts';
import type { ServedModel } from '../../domain/recommendations/served-model.ts';
import type { Signal, SignalKind } from '../../domain/recommendations/signals.ts';
import { type HeldModel, placesOf } from './model-holder.ts';
import type { Newcomers } from './newcomers.ts';
import type { Candidate } from './offer.ts';
import type { ProductShelf } from './product-shelf.ts';
import { RankingMemory } from './ranking-memory.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import type { Shopper } from './shopper.ts';
import type { ShopperRecord } from './shopper-records.ts';

/** Asked for beyond the limit: some is sold out, some gives way to variety. Mostly the first number is enough. */
const SOON = 14;
const FURTHER = 90;
/** Kept beyond the limit: with those most answers are found again. */
const REMEMBERED = 6;
/** New products among ten. */
const MAX_NEWCOMERS = 2;

export interface Personal {
  /** The best first. */
  candidates: readonly Candidate[];
  /** Many more of them, the first ones again. */
  further: () => Promise<Candidate[]>;
  /** Families that are not shown. */
  without: Set<string>;
}

interface Asked {
  limit: number;
  repeats: boolean;
}

interface Act extends Signal {
  reason: ReasonKind;
}

interface ScoredCandidate extends Candidate {
  score: number;
}

interface PlacedPurchases {
  model: ServedModel;
  /** Places in the model, −1 for what it does not know. */
  items: Int32Array;
  families: readonly string[];
}

export class PersonalRanking {
  readonly #shelf: ProductShelf;
  readonly #newcomers: Newcomers;
  readonly #memory = new RankingMemory();
  /** It stays the same as long as a shopper's purchases and the model do. */
  readonly #placed = new WeakMap<ShopperRecord, PlacedPurchases>();

  constructor(shelf: ProductShelf, newcomers: Newcomers) {
    this.#shelf = shelf;
    this.#newcomers = newcomers;
  }

  /** @param repeats also what they are likely to buy again */
  async find(reserved: HeldModel, shopper: Shopper, { limit, repeats }: Asked): Promise<Personal> {
    const rank = async (count: number): Promise<Candidate[]> => {
      const nowMs = Date.now();
      const acts = await this.#actsOf(reserved, shopper, nowMs);
      if (acts.length === 0) return [];
      const found = repeats
        ? reserved.scorer.anyItems(acts, nowMs, count)
        : reserved.scorer.newItems(acts, nowMs, count);
      // What only fills up comes from elsewhere.
      const suggestions = found.filter(({ score }) => score > 0);
      return this.#candidates(reserved, acts, suggestions, limit);
    };
    const basis = [reserved.id, this.#newcomers.state, limit, repeats, ...shopper.sources];
    let candidates = this.#memory.get(shopper.name, basis);
    if (!candidates) {
      candidates = (await rank(limit + SOON)).slice(0, limit + REMEMBERED);
      this.#memory.set(shopper.name, basis, candidates);
    }
    return {
      candidates,
      further: () => rank(limit + FURTHER),
      without: await this.#familiesOf(reserved, shopper, repeats),
    };
  }

  /** What is in the cart is not shown, nor what they own, unless they look for that. */
  async #familiesOf(reserved: HeldModel, { records, cart }: Shopper, repeats: boolean): Promise<Set<string>> {
    const families = await this.#shelf.familiesOf(cart);
    if (!repeats)
      for (const record of records)
        for (const family of (await this.#place(reserved, record)).families) families.add(family);
    return families;
  }

  async #actsOf(reserved: HeldModel, { records, tastes, cart }: Shopper, nowMs: number): Promise<Act[]> {
    const products = await this.#shelf.find([...cart, ...tastes.map(({ productId }) => productId)]);
    const acts: Act[] = [];
    const note = (item: number, kind: SignalKind, timeMs: number, reason: ReasonKind) => {
      if (item >= 0) acts.push({ item, kind, timeMs, reason });
    };
    for (const [at, productId] of cart.entries())
      note(itemOf(reserved, productId, products[at]), 'cart', nowMs, 'in_cart');
    for (const record of records) {
      const { items } = await this.#place(reserved, record);
      for (let at = 0; at < items.length; at += 1)
        note(items[at]!, 'purchase', record.boughtAtSeconds[at]! * 1_000, 'bought');
    }
    for (const [at, { productId, kind, timeMs }] of tastes.entries())
      note(itemOf(reserved, productId, products[cart.length + at]), kind, timeMs, 'viewed');
    return acts;
  }

  async #place(reserved: HeldModel, record: ShopperRecord): Promise<PlacedPurchases> {
    const known = this.#placed.get(record);
    if (known?.model === reserved.model) return known;
    const products = await this.#shelf.find(record.bought);
    const placed = {
      model: reserved.model,
      items: Int32Array.from(record.bought, (id, at) => itemOf(reserved, id, products[at])),
      families: [...new Set(products.flatMap((product) => product?.family ?? []))],
    };
    this.#placed.set(record, placed);
    return placed;
  }

  #candidates(
    reserved: HeldModel,
    acts: readonly Act[],
    suggestions: readonly Suggestion[],
    limit: number,
  ): Candidate[] {
    const reasonOf = new Map<number, ReasonKind>();
    const bought = new Set<number>();
    for (const { item, kind, reason } of acts) {
      if (kind === 'purchase') bought.add(item);
      if (!reasonOf.has(item)) reasonOf.set(item, reason);
    }
    const candidates = suggestions.map(({ item, score, because }): ScoredCandidate => {
      const isAgain = bought.has(item);
      const reason: ReasonKind = isAgain ? 'again' : (reasonOf.get(because) ?? 'popular');
      // "Because you looked at it" needs no name beside its own.
      const about = isAgain || because < 0 || because === item ? undefined : reserved.model.items[because];
      return { score, productId: reserved.model.items[item]!, reason, about };
    });
    const newcomers = this.#placeNewcomers(reserved, suggestions, reasonOf.keys(), limit);
    const all =
      newcomers.length === 0 ? candidates : [...candidates, ...newcomers].sort((one, other) => other.score - one.score);
    return all.map(({ productId, reason, about }) => ({ productId, reason, about }));
  }

  #placeNewcomers(
    reserved: HeldModel,
    suggestions: readonly Suggestion[],
    liked: Iterable<number>,
    limit: number,
  ): ScoredCandidate[] {
    if (this.#newcomers.areNone(reserved)) return [];
    const scores = new Map(suggestions.map(({ item, score }) => [item, score]));
    // What they like themselves speaks for what is like it as much as the best suggestion does.
    const best = suggestions[0]?.score ?? 1;
    for (const item of liked) scores.set(item, best);
    return this.#newcomers
      .place(reserved, scores)
      .slice(0, Math.ceil((limit * MAX_NEWCOMERS) / 10))
      .map(({ productId, score, like }) => ({
        productId,
        score,
        reason: 'new' as const,
        about: reserved.model.items[like],
      }));
  }
}

/** A variant that the model does not know speaks for its family. */
function itemOf(reserved: HeldModel, productId: string, product: ShelfProduct | undefined): number {
  return reserved.placeOf.get(productId) ?? (product && placesOf(reserved, product)[0]) ?? -1;
}
