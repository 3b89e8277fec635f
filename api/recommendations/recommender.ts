/** Recommends products: from the model, with new products included, and filled up with popular ones. */
import { setTimeout as delay } from 'node:timers/promises';
import { DomainError } from '../../domain/errors.ts';
import { INVALIDATED_CHANNEL } from '../../infra/redis/cache.ts';
import { productOfCacheKey } from '../../infra/redis/cache-keys.ts';
import { STOCK_CHANNEL } from '../../infra/redis/stock-counters.ts';
import { subscribe } from '../../infra/redis/subscribe.ts';
import { Tastes } from '../../infra/redis/tastes.ts';
import type { Services } from '../../infra/services.ts';
import type { CartOwner } from '../cart/service.ts';
import { SimilarByContent } from './content.ts';
import { type LoadedModel, ModelHolder, variantIndexes } from './model-holder.ts';
import { Newcomers } from './newcomers.ts';
import { type Candidate, type OfferOptions, Offers } from './offer.ts';
import { PersonalRanking } from './personal-ranking.ts';
import { Popular } from './popular.ts';
import { ProductShelf } from './product-shelf.ts';
import type { ShelfProduct } from './shelf-reader.ts';
import { namesOf, Shoppers } from './shopper.ts';
import { ShopperCarts } from './shopper-carts.ts';
import { ShopperRecords } from './shopper-records.ts';
import { ShopperTastes } from './shopper-tastes.ts';
import { SoldOut } from './sold-out.ts';

export interface Recommendations {
  /** Items in JSON. */
  items: string[];
  model: string;
}

/** The model ID in responses before a model exists. */
const UNTRAINED = 'untrained';
/** Candidates beyond the limit, because some are sold out or skipped for variety. */
const FURTHER = 90;
/** Popular products to draw if they only fill up the list. */
const FILL = 30;
const POOL = 100;
const CART_PRODUCTS_LOOKED_AT = 5;
const SEARCH_WAIT_MS = 15;

export class Recommender {
  readonly shoppers: Shoppers;
  readonly tastes: ShopperTastes;
  readonly #records: ShopperRecords;
  readonly #carts: ShopperCarts;
  readonly #models: ModelHolder;
  readonly #shelf: ProductShelf;
  readonly #content: SimilarByContent;
  readonly #newcomers: Newcomers;
  readonly #popular: Popular;
  readonly #personal: PersonalRanking;
  readonly #soldOut: SoldOut;
  readonly #offers: Offers;
  readonly #services: Services;
  #stopListening: () => void = () => {};
  readonly #stopping = new AbortController();
  #filling: Promise<void> = Promise.resolve();

  constructor(services: Services) {
    const { db, cache, redis, stockCounters, productIndex, log, settings } = services;
    this.#services = services;
    this.tastes = new ShopperTastes(new Tastes(redis));
    this.#carts = new ShopperCarts(db);
    this.#models = new ModelHolder(db, log);
    const canonical = (productId: string) => this.#models.canonical(productId);
    this.#records = new ShopperRecords(db, canonical);
    this.shoppers = new Shoppers(this.#records, this.tastes, this.#carts);
    this.#shelf = new ProductShelf(db, settings.CACHE_PRODUCT_SECONDS, canonical);
    this.#content = new SimilarByContent(productIndex, log);
    this.#newcomers = new Newcomers(db, this.#shelf, this.#content, this.#models, log);
    this.#popular = new Popular(db, cache, this.#shelf, this.#models);
    this.#personal = new PersonalRanking(this.#shelf, this.#newcomers);
    this.#soldOut = new SoldOut(stockCounters, log);
    this.#offers = new Offers(this.#shelf, this.#soldOut);
  }

  start(): void {
    const { settings, cache, log } = this.#services;
    const caches = [this.#shelf, this.#records, this.tastes, this.#carts];
    const onInvalidated = (keys: readonly string[]) => {
      for (const each of caches) each.onInvalidated(keys);
      if (keys.some(productOfCacheKey)) this.#newcomers.markStale();
    };
    cache.notifyLocally(onInvalidated);
    const subscribers = [...caches, this.#soldOut];
    this.#stopListening = subscribe(
      settings.REDIS_URL,
      {
        onMessage: {
          [INVALIDATED_CHANNEL]: (keys) => onInvalidated(keys.split(' ')),
          [STOCK_CHANNEL]: (message) => this.#soldOut.onMessage(message),
        },
        onDisconnected: () => {
          for (const each of subscribers) each.onDisconnected();
        },
        onSubscribed: () => {
          for (const each of subscribers) each.onSubscribed();
        },
      },
      log,
    );
    this.#models.start((served) => {
      this.#newcomers.markStale();
      if (served) this.#filling = this.#filling.then(() => this.#fill(served));
    });
    this.#newcomers.start();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopListening();
    this.#services.cache.notifyLocally(undefined);
    await Promise.all([this.#models.stop(), this.#newcomers.stop(), this.#filling]);
  }

  /** @param mayFollow whether they consent to the use of this browser's history @param repeats whether to include likely repeat purchases */
  async forShopper(
    requester: CartOwner,
    mayFollow: boolean,
    { limit, repeats }: { limit: number; repeats: boolean },
  ): Promise<Recommendations> {
    const shopper = await this.shoppers.find(requester, mayFollow);
    const served = this.#models.current;
    const [seed] = namesOf(requester);
    const own =
      served && shopper.isPersonalized ? await this.#personal.find(served, shopper, { limit, repeats }) : undefined;
    const popular = () => this.#popular.draw(own && own.candidates.length > 0 ? FILL : POOL, seed);
    const items = await this.#offers.make(own?.candidates ?? [], {
      limit,
      without: own?.without ?? (await this.#shelf.familiesOf(shopper.isPersonalized ? shopper.cart : [])),
      isVaried: true,
      more: own ? [own.further, popular] : [popular],
    });
    return { items, model: served?.id ?? UNTRAINED };
  }

  /** Products that are often bought together with a product, then similar ones. @throws DomainError not_found */
  async similarTo(productId: string, limit: number): Promise<Recommendations> {
    const [product] = await this.#shelf.find([productId]);
    if (!product) throw new DomainError('not_found', 'Product not found.');
    const served = this.#models.current;
    const indexes = served ? variantIndexes(served, product) : [];
    const candidates = (served?.scorer.goesWith(indexes, limit + FURTHER) ?? []).map(
      ({ item }): Candidate => ({ productId: served!.model.items[item]!, reason: 'together', about: product.id }),
    );
    const options = { limit, without: new Set([product.family]), isVaried: false };
    const items = await this.#filledUp(candidates, [product], options);
    return { items, model: served?.id ?? UNTRAINED };
  }

  /** Products that go with a cart; none for an empty one. */
  async forCart(owner: CartOwner, limit: number): Promise<Recommendations> {
    const served = this.#models.current;
    const model = served?.id ?? UNTRAINED;
    const inCart = await this.#shelf.find(await this.shoppers.cart(owner));
    const products = inCart.filter((product) => product !== undefined);
    if (products.length === 0) return { items: [], model };
    const indexes = served ? products.flatMap((product) => variantIndexes(served, product)) : [];
    const candidates = (served?.scorer.goesWith(indexes, limit + FURTHER) ?? []).map(
      ({ item, because }): Candidate => ({
        productId: served!.model.items[item]!,
        reason: 'in_cart',
        about: served!.model.items[because],
      }),
    );
    const without = new Set(products.map(({ family }) => family));
    const newest = products.slice(-CART_PRODUCTS_LOOKED_AT);
    return { items: await this.#filledUp(candidates, newest, { limit, without, isVaried: true }), model };
  }

  /** If the model has less than half of the list, products with a similar text follow. */
  async #filledUp(
    candidates: readonly Candidate[],
    products: readonly ShelfProduct[],
    options: OfferOptions,
  ): Promise<string[]> {
    if (candidates.length >= options.limit / 2) return this.#offers.make(candidates, options);
    const loadSimilar = async () => {
      const found = Promise.all(products.map((each) => this.#similar(each))).then(interleaved);
      // A list with candidates waits only briefly for the search, whose result is cached for the next request.
      return candidates.length > 0 ? Promise.race([found, delay(SEARCH_WAIT_MS, [])]) : found;
    };
    return this.#offers.make(candidates, { ...options, more: [loadSimilar] });
  }

  async #similar(product: ShelfProduct): Promise<Candidate[]> {
    const found = await this.#content.find(product);
    return found.map((productId) => ({ productId, reason: 'similar', about: product.id }));
  }

  /** Preloads what shoppers request first, so that they don't wait for PostgreSQL. */
  async #fill(served: LoadedModel): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await this.#shelf.fill(served.model.popular, served.model.items, signal);
      await this.shoppers.fill(signal);
    } catch (error) {
      if (!signal.aborted) this.#services.log.warn({ err: error }, 'recommendations: data could not be preloaded');
    }
  }
}

/** The first of each list, then the second of each. */
function interleaved<Item>(lists: readonly (readonly Item[])[]): Item[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => lists.flatMap((list) => list.slice(at, at + 1))).flat();
}
