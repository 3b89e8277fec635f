/** What the model says of a shopper, from all that they did up to this moment, with what is too new for the model among it. */
import type { ReasonKind } from '../../domain/recommendations/reasons.ts';
import type { Suggestion } from '../../domain/recommendations/scorer.ts';
import type { Signal, SignalKind } from '../../domain/recommendations/signals.ts';
import { type HeldModel, placesOf } from './model-holder.ts';
import type { Newcomers } from './newcomers.ts';
import type { Candidate } from './offer.ts';
import type { ProductShelf } from './product-shelf.ts';
import type { Shopper } from './shopper.ts';

/** Asked for beyond the limit: some is sold out, some gives way to variety. Mostly the first number is enough. */
const SOON = 14;
const FURTHER = 90;
/** New products among ten. */
const MOST_NEWCOMERS = 2;

export interface Personal {
  /** The best first. */
  candidates: Candidate[];
  /** Many more of them, the first ones again. */
  further: () => Promise<Candidate[]>;
  /** Families that are not shown. */
  without: Set<string>;
}

interface Act extends Signal {
  reason: ReasonKind;
}

export class PersonalRanking {
  readonly #shelf: ProductShelf;
  readonly #newcomers: Newcomers;

  constructor(shelf: ProductShelf, newcomers: Newcomers) {
    this.#shelf = shelf;
    this.#newcomers = newcomers;
  }

  /** @param repeats also what they are likely to buy again */
  async find(
    held: HeldModel,
    shopper: Shopper,
    { limit, repeats }: { limit: number; repeats: boolean },
  ): Promise<Personal> {
    const nowMs = Date.now();
    const { acts, without } = await this.#actsOf(held, shopper, nowMs, repeats);
    if (acts.length === 0) return { candidates: [], further: async () => [], without };
    const best = (count: number) => {
      const found = repeats ? held.scorer.anyItems(acts, nowMs, count) : held.scorer.newItems(acts, nowMs, count);
      // What only fills up comes from elsewhere.
      const suggestions = found.filter(({ score }) => score > 0);
      return this.#candidates(held, acts, suggestions, limit);
    };
    return { candidates: best(limit + SOON), further: async () => best(limit + FURTHER), without };
  }

  async #actsOf(
    held: HeldModel,
    { records, tastes, cart }: Shopper,
    nowMs: number,
    repeats: boolean,
  ): Promise<{ acts: Act[]; without: Set<string> }> {
    const ids: string[] = [];
    const acts: { item: number; kind: SignalKind; timeMs: number; reason: ReasonKind }[] = [];
    const note = (productId: string, kind: SignalKind, timeMs: number, reason: ReasonKind) => {
      ids.push(productId);
      acts.push({ item: -1, kind, timeMs, reason });
    };
    for (const productId of cart) note(productId, 'cart', nowMs, 'in_cart');
    for (const { bought, boughtAtSeconds } of records)
      for (let at = 0; at < bought.length; at += 1)
        note(bought[at]!, 'purchase', boughtAtSeconds[at]! * 1_000, 'bought');
    for (const { productId, kind, timeMs } of tastes) note(productId, kind, timeMs, 'viewed');

    const products = await this.#shelf.find(ids);
    const without = new Set<string>();
    for (let at = 0; at < acts.length; at += 1) {
      const act = acts[at]!;
      const product = products[at];
      if (product && (act.reason === 'in_cart' || (act.reason === 'bought' && !repeats))) without.add(product.family);
      // A variant that the model does not know speaks for its family.
      act.item = held.placeOf.get(ids[at]!) ?? (product && placesOf(held, product)[0]) ?? -1;
    }
    return { acts: acts.filter(({ item }) => item >= 0), without };
  }

  #candidates(held: HeldModel, acts: readonly Act[], suggestions: readonly Suggestion[], limit: number): Candidate[] {
    const reasonOf = new Map<number, ReasonKind>();
    const bought = new Set<number>();
    for (const { item, kind, reason } of acts) {
      if (kind === 'purchase') bought.add(item);
      if (!reasonOf.has(item)) reasonOf.set(item, reason);
    }
    const candidates = suggestions.map(({ item, score, because }) => {
      const isAgain = bought.has(item);
      const reason: ReasonKind = isAgain ? 'again' : (reasonOf.get(because) ?? 'popular');
      // "Because you looked at it" needs no name beside its own.
      const about = isAgain || because < 0 || because === item ? undefined : held.model.items[because];
      return { score, productId: held.model.items[item]!, reason, about };
    });
    const newcomers = this.#placeNewcomers(held, suggestions, reasonOf.keys(), limit);
    if (newcomers.length === 0) return candidates;
    return [...candidates, ...newcomers].sort((one, other) => other.score - one.score);
  }

  #placeNewcomers(
    held: HeldModel,
    suggestions: readonly Suggestion[],
    liked: Iterable<number>,
    limit: number,
  ): (Candidate & { score: number })[] {
    if (this.#newcomers.areNone(held)) return [];
    const scores = new Map(suggestions.map(({ item, score }) => [item, score]));
    // What they like themselves speaks for what is like it as much as the best suggestion does.
    const best = suggestions[0]?.score ?? 1;
    for (const item of liked) scores.set(item, best);
    return this.#newcomers
      .place(held, scores)
      .slice(0, Math.ceil((limit * MOST_NEWCOMERS) / 10))
      .map(({ productId, score, like }) => ({
        productId,
        score,
        reason: 'new' as const,
        about: held.model.items[like],
      }));
  }
}
