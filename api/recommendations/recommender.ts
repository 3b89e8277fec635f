/** Answers what shoppers are shown: asks the model, places what is new, fills up with what is popular. */

import { DomainError } from '../../domain/errors.ts';
import type { ReasonKind } from '../../domain/recommendations/reasons.ts';
import type { Suggestion } from '../../domain/recommendations/scorer.ts';
import type { Signal } from '../../domain/recommendations/signals.ts';
import { listenForInvalidations } from '../../infra/redis/invalidations.ts';
import { Tastes } from '../../infra/redis/tastes.ts';
import type { Services } from '../../infra/services.ts';
import type { CartOwner } from '../cart/service.ts';
import { SimilarByContent } from './content.ts';
import { type HeldModel, ModelHolder } from './model-holder.ts';
import { Newcomers } from './newcomers.ts';
import { type Candidate, type OfferOptions, Offers } from './offer.ts';
import { Popular } from './popular.ts';
import { ProductShelf } from './product-shelf.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import { namesOf, type Shopper, Shoppers } from './shopper.ts';

export interface Recommendations {
  /** Items in JSON. */
  items: string[];
  model: string;
}

/** The model's id before there is one. */
const UNTRAINED = 'untrained';
/** Asked for beyond the limit: some is sold out, some gives way to variety. */
const deep = (limit: number): number => 2 * limit + 30;
/** Popular products to draw, when they only fill up. */
const FILL = 30;
const POOL = 100;
/** New products among ten. */
const MOST_NEWCOMERS = 2;
const CART_PRODUCTS_LOOKED_AT = 5;

export class Recommender {
  readonly shoppers: Shoppers;
  readonly tastes: Tastes;
  readonly #models: ModelHolder;
  readonly #shelf: ProductShelf;
  readonly #content: SimilarByContent;
  readonly #newcomers: Newcomers;
  readonly #popular: Popular;
  readonly #offers: Offers;
  readonly #services: Services;
  #stopListening: () => void = () => {};

  constructor(services: Services) {
    const { db, cache, redis, gate, productIndex, log, settings } = services;
    this.#services = services;
    this.tastes = new Tastes(redis);
    this.shoppers = new Shoppers(db, cache, this.tastes);
    this.#models = new ModelHolder(db, log);
    this.#shelf = new ProductShelf(db, settings.CACHE_PRODUCT_SECONDS);
    this.#content = new SimilarByContent(productIndex, log);
    this.#newcomers = new Newcomers(db, this.#shelf, this.#content, this.#models, log);
    this.#popular = new Popular(db, cache, this.#shelf, this.#models);
    this.#offers = new Offers(this.#shelf, gate);
  }

  start(): void {
    const { settings, log } = this.#services;
    this.#stopListening = listenForInvalidations(
      settings.REDIS_URL,
      {
        onInvalidated: (keys) => {
          this.#shelf.onInvalidated(keys);
          this.#newcomers.markStale();
        },
        onDeaf: () => this.#shelf.onDeaf(),
        onHearing: () => this.#shelf.onHearing(),
      },
      log,
    );
    this.#models.start((held) => {
      this.#newcomers.markStale();
      if (held) void this.#shelf.fill(held.model.popular, held.model.items);
    });
    this.#newcomers.start();
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await Promise.all([this.#models.stop(), this.#newcomers.stop()]);
  }

  /** @param mayFollow whether they agree that what this browser did is used @param repeats also what they are likely to buy again */
  async forShopper(
    asker: CartOwner,
    mayFollow: boolean,
    { limit, repeats }: { limit: number; repeats: boolean },
  ): Promise<Recommendations> {
    const shopper = await this.shoppers.find(asker, mayFollow);
    const held = this.#models.current;
    const [seed] = namesOf(asker);
    const own = held && shopper.isPersonalised ? await this.#personal(held, shopper, { limit, repeats }) : undefined;
    const popular = await this.#popular.draw(own && own.candidates.length > 0 ? FILL : POOL, seed);
    const items = await this.#offers.make([...(own?.candidates ?? []), ...popular], {
      limit,
      without: own?.without ?? new Set(),
      isVaried: true,
    });
    return { items, model: held?.id ?? UNTRAINED };
  }

  /** What goes with a product, then what is like it. @throws DomainError not_found */
  async similarTo(productId: string, limit: number): Promise<Recommendations> {
    const product = (await this.#shelf.find([productId])).get(productId);
    if (!product) throw new DomainError('not_found', 'There is no such product.');
    const held = this.#models.current;
    const places = held ? placesOf(held, product) : [];
    const candidates = (held?.scorer.goesWith(places, deep(limit)) ?? []).map(
      ({ item }): Candidate => ({ productId: held!.model.items[item]!, reason: 'together', about: product.id }),
    );
    const options = { limit, without: new Set([product.family]), isVaried: false };
    const items = await this.#filledUp(candidates, [product], options);
    return { items, model: held?.id ?? UNTRAINED };
  }

  /** What goes with a cart; nothing for an empty one. */
  async forCart(owner: CartOwner, limit: number): Promise<Recommendations> {
    const held = this.#models.current;
    const model = held?.id ?? UNTRAINED;
    const products = [...(await this.#shelf.find(await this.shoppers.cart(owner))).values()];
    if (products.length === 0) return { items: [], model };
    const places = held ? products.flatMap((product) => placesOf(held, product)) : [];
    const candidates = (held?.scorer.goesWith(places, deep(limit)) ?? []).map(
      ({ item, because }): Candidate => ({
        productId: held!.model.items[item]!,
        reason: 'in_cart',
        about: held!.model.items[because],
      }),
    );
    const without = new Set(products.map(({ family }) => family));
    const newest = products.slice(-CART_PRODUCTS_LOOKED_AT);
    return { items: await this.#filledUp(candidates, newest, { limit, without, isVaried: true }), model };
  }

  /** Where the model has too little, what is like these products by their text comes behind. */
  async #filledUp(
    candidates: readonly Candidate[],
    products: readonly ShelfProduct[],
    options: OfferOptions,
  ): Promise<string[]> {
    const items = await this.#offers.make(candidates, options);
    if (items.length >= options.limit) return items;
    const alike = await Promise.all(products.map((each) => this.#alike(each)));
    return this.#offers.make([...candidates, ...interleaved(alike)], options);
  }

  async #alike(product: ShelfProduct): Promise<Candidate[]> {
    const found = await this.#content.find(product);
    return found.map((productId) => ({ productId, reason: 'similar', about: product.id }));
  }

  async #personal(
    held: HeldModel,
    { purchases, tastes, cart }: Shopper,
    { limit, repeats }: { limit: number; repeats: boolean },
  ): Promise<{ candidates: Candidate[]; without: Set<string> }> {
    const nowMs = Date.now();
    const did = [
      ...cart.map((productId) => ({ productId, kind: 'cart' as const, timeMs: nowMs, reason: 'in_cart' as const })),
      ...purchases.map((each) => ({ ...each, kind: 'purchase' as const, reason: 'bought' as const })),
      ...tastes.map((each) => ({ ...each, reason: 'viewed' as const })),
    ];
    if (did.length === 0) return { candidates: [], without: new Set() };
    const products = await this.#shelf.find(did.map(({ productId }) => productId));
    const without = new Set<string>();
    const signals: Signal[] = [];
    const reasonOf = new Map<number, ReasonKind>();
    for (const { productId, kind, timeMs, reason } of did) {
      const product = products.get(productId);
      if (product && (reason === 'in_cart' || (kind === 'purchase' && !repeats))) without.add(product.family);
      // A variant that the model does not know speaks for its family.
      const item = held.placeOf.get(productId) ?? (product && placesOf(held, product)[0]);
      if (item === undefined) continue;
      signals.push({ item, kind, timeMs });
      if (!reasonOf.has(item)) reasonOf.set(item, reason);
    }
    if (signals.length === 0) return { candidates: [], without };
    const suggestions = (
      repeats ? held.scorer.anyItems(signals, nowMs, deep(limit)) : held.scorer.newItems(signals, nowMs, deep(limit))
    ).filter(({ score }) => score > 0);
    const bought = new Set(signals.filter(({ kind }) => kind === 'purchase').map(({ item }) => item));
    const candidates = suggestions.map(({ item, score, because }) => {
      const isAgain = bought.has(item);
      const reason: ReasonKind = isAgain ? 'again' : (reasonOf.get(because) ?? 'popular');
      // "Because you looked at it" needs no name beside its own.
      const about = isAgain || because < 0 || because === item ? undefined : held.model.items[because];
      return { score, productId: held.model.items[item]!, reason, about };
    });
    return { candidates: this.#withNewcomers(held, candidates, suggestions, reasonOf.keys(), limit), without };
  }

  #withNewcomers(
    held: HeldModel,
    candidates: readonly (Candidate & { score: number })[],
    suggestions: readonly Suggestion[],
    liked: Iterable<number>,
    limit: number,
  ): Candidate[] {
    const scores = new Map(suggestions.map(({ item, score }) => [item, score]));
    // What they like themselves speaks for what is like it as much as the best suggestion does.
    const best = suggestions[0]?.score ?? 1;
    for (const item of liked) scores.set(item, best);
    const newcomers = this.#newcomers
      .place(held, scores)
      .slice(0, Math.ceil((limit * MOST_NEWCOMERS) / 10))
      .map(({ productId, score, like }) => ({
        productId,
        score,
        reason: 'new' as const,
        about: held.model.items[like],
      }));
    if (newcomers.length === 0) return [...candidates];
    return [...candidates, ...newcomers].sort((one, other) => other.score - one.score);
  }
}

/** Places in the model of all that is sold under one name in lists. */
function placesOf(held: HeldModel, { variants }: ShelfProduct): number[] {
  return variants.flatMap((id) => held.placeOf.get(id) ?? []);
}

/** The first of each list, then the second of each. */
function interleaved<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
