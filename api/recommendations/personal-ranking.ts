/** Ranks products for a shopper by the model, based on all of their signals, and includes products that are too new for the model. */
import type { ReasonKind } from '../../domain/recommendations/reasons.ts';
import type { Suggestion } from '../../domain/recommendations/scorer.ts';
import type { ServedModel } from '../../domain/recommendations/served-model.ts';
import type { Signal, SignalKind } from '../../domain/recommendations/signals.ts';
import { type LoadedModel, variantIndexes } from './model-holder.ts';
import type { Newcomers } from './newcomers.ts';
import type { Candidate } from './offer.ts';
import type { ProductShelf } from './product-shelf.ts';
import { RankingMemory } from './ranking-memory.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import type { Shopper } from './shopper.ts';
import type { ShopperRecord } from './shopper-records.ts';

/** Suggestions beyond the limit, because some are sold out or skipped for variety. The first number is usually enough. */
const SOON = 14;
const FURTHER = 90;
/** Candidates remembered beyond the limit, which are usually enough to repeat the response. */
const REMEMBERED = 6;
/** Maximum new products per ten. */
const MAX_NEWCOMERS = 2;

export interface Personal {
  /** Best first. */
  candidates: readonly Candidate[];
  /** More candidates, including the first ones. */
  further: () => Promise<Candidate[]>;
  /** Excluded families. */
  without: Set<string>;
}

interface RankingOptions {
  limit: number;
  repeats: boolean;
}

interface Act extends Signal {
  reason: ReasonKind;
}

interface ScoredCandidate extends Candidate {
  score: number;
}

interface IndexedPurchases {
  model: ServedModel;
  /** Indexes in the model, −1 for products that it does not have. */
  items: Int32Array;
  families: readonly string[];
}

export class PersonalRanking {
  readonly #shelf: ProductShelf;
  readonly #newcomers: Newcomers;
  readonly #memory = new RankingMemory();
  /** Valid as long as the shopper's purchases and the model don't change. */
  readonly #indexed = new WeakMap<ShopperRecord, IndexedPurchases>();

  constructor(shelf: ProductShelf, newcomers: Newcomers) {
    this.#shelf = shelf;
    this.#newcomers = newcomers;
  }

  /** @param repeats whether to include products that they are likely to buy again */
  async find(served: LoadedModel, shopper: Shopper, { limit, repeats }: RankingOptions): Promise<Personal> {
    const rank = async (count: number): Promise<Candidate[]> => {
      const nowMs = Date.now();
      const acts = await this.#actsOf(served, shopper, nowMs);
      if (acts.length === 0) return [];
      const found = repeats ? served.scorer.anyItems(acts, nowMs, count) : served.scorer.newItems(acts, nowMs, count);
      // Suggestions without a score are replaced by popular products.
      const suggestions = found.filter(({ score }) => score > 0);
      return this.#candidates(served, acts, suggestions, limit);
    };
    const basis = [served.id, this.#newcomers.version, limit, repeats, ...shopper.sources];
    let candidates = this.#memory.get(shopper.name, basis);
    if (!candidates) {
      candidates = (await rank(limit + SOON)).slice(0, limit + REMEMBERED);
      this.#memory.set(shopper.name, basis, candidates);
    }
    return {
      candidates,
      further: () => rank(limit + FURTHER),
      without: await this.#familiesOf(served, shopper, repeats),
    };
  }

  /** Families to exclude: those in the cart, and those bought before unless repeats are requested. */
  async #familiesOf(served: LoadedModel, { records, cart }: Shopper, repeats: boolean): Promise<Set<string>> {
    const families = await this.#shelf.familiesOf(cart);
    if (!repeats)
      for (const record of records)
        for (const family of (await this.#index(served, record)).families) families.add(family);
    return families;
  }

  async #actsOf(served: LoadedModel, { records, tastes, cart }: Shopper, nowMs: number): Promise<Act[]> {
    const products = await this.#shelf.find([...cart, ...tastes.map(({ productId }) => productId)]);
    const acts: Act[] = [];
    const note = (item: number, kind: SignalKind, timeMs: number, reason: ReasonKind) => {
      if (item >= 0) acts.push({ item, kind, timeMs, reason });
    };
    for (const [at, productId] of cart.entries())
      note(itemOf(served, productId, products[at]), 'cart', nowMs, 'in_cart');
    for (const record of records) {
      const { items } = await this.#index(served, record);
      for (let at = 0; at < items.length; at += 1)
        note(items[at]!, 'purchase', record.boughtAtSeconds[at]! * 1_000, 'bought');
    }
    for (const [at, { productId, kind, timeMs }] of tastes.entries())
      note(itemOf(served, productId, products[cart.length + at]), kind, timeMs, 'viewed');
    return acts;
  }

  async #index(served: LoadedModel, record: ShopperRecord): Promise<IndexedPurchases> {
    const known = this.#indexed.get(record);
    if (known?.model === served.model) return known;
    const products = await this.#shelf.find(record.bought);
    const indexed = {
      model: served.model,
      items: Int32Array.from(record.bought, (id, at) => itemOf(served, id, products[at])),
      families: [...new Set(products.flatMap((product) => product?.family ?? []))],
    };
    this.#indexed.set(record, indexed);
    return indexed;
  }

  #candidates(
    served: LoadedModel,
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
      // A reason about the product itself does not name it.
      const about = isAgain || because < 0 || because === item ? undefined : served.model.items[because];
      return { score, productId: served.model.items[item]!, reason, about };
    });
    const newcomers = this.#scoreNewcomers(served, suggestions, reasonOf.keys(), limit);
    const all =
      newcomers.length === 0 ? candidates : [...candidates, ...newcomers].sort((one, other) => other.score - one.score);
    return all.map(({ productId, reason, about }) => ({ productId, reason, about }));
  }

  #scoreNewcomers(
    served: LoadedModel,
    suggestions: readonly Suggestion[],
    liked: Iterable<number>,
    limit: number,
  ): ScoredCandidate[] {
    if (this.#newcomers.isEmpty(served)) return [];
    const scores = new Map(suggestions.map(({ item, score }) => [item, score]));
    // Products that the shopper likes count as much as the best suggestion for similar new products.
    const best = suggestions[0]?.score ?? 1;
    for (const item of liked) scores.set(item, best);
    return this.#newcomers
      .score(served, scores)
      .slice(0, Math.ceil((limit * MAX_NEWCOMERS) / 10))
      .map(({ productId, score, similarTo }) => ({
        productId,
        score,
        reason: 'new' as const,
        about: served.model.items[similarTo],
      }));
  }
}

/** A variant that the model does not have counts as its family. */
function itemOf(served: LoadedModel, productId: string, product: ShelfProduct | undefined): number {
  return served.indexById.get(productId) ?? (product && variantIndexes(served, product)[0]) ?? -1;
}
