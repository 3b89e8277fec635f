/**
 * Queries a model. Each query computes the shopper's vector from all of their signals so far, so a purchase made a minute ago counts like
 * one that the model was trained on.
 */
import { ItemSums } from './item-sums.ts';
import type { ServedModel } from './served-model.ts';
import { type Signal, weightOf } from './signals.ts';
import { topItems } from './top-items.ts';

export interface Suggestion {
  readonly item: number;
  /** Comparable within one result only; 0 for bestsellers that fill up the list. */
  readonly score: number;
  /** The item that contributed most; the item itself for a repeat purchase; −1 for a bestseller. */
  readonly because: number;
}

const DAY_MS = 86_400_000;
const FREQUENCY_HALF_LIFE_DAYS = 180;
/** Weight of evidence from similar items, relative to the shopper's own purchase just now. */
const NEIGHBOR_WEIGHT = 3;

/** Reuses its working memory between queries, so threads must not share one. */
export class Scorer {
  readonly model: ServedModel;
  readonly #sums = new ItemSums();

  constructor(model: ServedModel) {
    this.model = model;
  }

  /** Items that the shopper has never bought, best first; up to `count`. */
  newItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    const bought = new Set(signals.filter(({ kind }) => kind === 'purchase').map(({ item }) => item));
    this.#fold(signals, nowMs);
    const { novelty } = this.model;
    const { items, scores, count: met } = this.#sums;
    for (let place = 0; place < met; place += 1) scores[place]! *= novelty[items[place]!]!;
    this.#rejectAll(bought);
    return this.#best(count, bought);
  }

  /** Items for the shopper, bought before or not, best first. */
  anyItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    this.#fold(signals, nowMs);
    const { scores, count: met } = this.#sums;
    for (let place = 0; place < met; place += 1) scores[place] = Math.max(0, scores[place]!) * NEIGHBOR_WEIGHT;
    const { sellingNow } = this.model;
    for (const { item, kind, timeMs } of signals) {
      if (kind !== 'purchase') continue;
      const again = 0.5 ** ((nowMs - timeMs) / DAY_MS / FREQUENCY_HALF_LIFE_DAYS) * sellingNow[item]!;
      this.#sums.add(item, again, item);
    }
    return this.#best(count, new Set());
  }

  /** Items bought together with the item, best first. @param fill adds bestsellers when there are fewer than `count` */
  similarItems(item: number, count: number, fill = false): Suggestion[] {
    return this.goesWith([item], count, fill);
  }

  /** Other items bought together with these items, best first. */
  goesWith(items: readonly number[], count: number, fill = false): Suggestion[] {
    this.#sums.clear();
    const { companions } = this.model;
    for (const item of items) {
      for (let cell = item * companions.count; cell < (item + 1) * companions.count; cell += 1) {
        if (companions.indices[cell]! < 0) break;
        this.#sums.add(companions.indices[cell]!, companions.scores[cell]!, item);
      }
    }
    const without = new Set(items);
    this.#rejectAll(without);
    return this.#best(count, without, fill);
  }

  #rejectAll(items: Iterable<number>): void {
    for (const item of items) {
      const place = this.#sums.placeOf(item);
      if (place >= 0) this.#sums.scores[place] = 0;
    }
  }

  /** Sums the influence of each item in the signals; an item counts once, by its strongest signal. */
  #fold(signals: readonly Signal[], nowMs: number): void {
    this.#sums.clear();
    const interest = new Map<number, number>();
    for (const signal of signals) {
      const weight = weightOf(signal, nowMs);
      if (weight > (interest.get(signal.item) ?? 0)) interest.set(signal.item, weight);
    }
    const { starts, indices, values } = this.model.influence;
    for (const [source, weight] of interest) {
      for (let entry = starts[source]!; entry < starts[source + 1]!; entry += 1) {
        this.#sums.add(indices[entry]!, values[entry]! * weight, source);
      }
    }
  }

  #best(count: number, without: ReadonlySet<number>, fill = true): Suggestion[] {
    const sums = this.#sums;
    const found: Suggestion[] = [];
    for (const { item, score } of topItems(sums.items.subarray(0, sums.count), sums.scores, count, 'beside'))
      if (score > 0) found.push({ item, score, because: sums.because[sums.placeOf(item)]! });
    if (!fill || found.length >= count) return found;
    const known = new Set(found.map(({ item }) => item));
    for (const item of this.model.popular) {
      if (found.length >= count) break;
      if (!known.has(item) && !without.has(item)) found.push({ item, score: 0, because: -1 });
    }
    return found;
  }
}
