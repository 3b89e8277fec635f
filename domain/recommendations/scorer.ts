/**
 * Asks a model. A shopper is what they did, up to this moment: their vector is folded in anew at every question, so a purchase
 * made a minute ago counts like one that the model was trained on.
 */
import type { ServedModel } from './served-model.ts';
import { type Signal, weightOf } from './signals.ts';
import { topItems } from './top-items.ts';

export interface Suggestion {
  readonly item: number;
  /** Comparable within one answer only; 0 for what was filled up with what sells now. */
  readonly score: number;
  /** The item that spoke for it most; itself for what one buys again; −1 for what simply sells now. */
  readonly because: number;
}

const DAY_MS = 86_400_000;
const FREQUENCY_HALF_LIFE_DAYS = 180;
/** What neighbours say beside one own purchase just now. */
const NEIGHBOUR_WEIGHT = 3;

/** Keeps its working memory between questions, so one is not for several threads. */
export class Scorer {
  readonly model: ServedModel;
  /** By item: its place in the lists below, if that place is taken and names the item; anything else is of earlier questions. */
  readonly #placeOf: Int32Array;
  /** The items met in this question, and what is known of each, side by side: a few hundred, so they stay near the processor. */
  readonly #items: Int32Array;
  readonly #scores: Float64Array;
  readonly #strongest: Float64Array;
  readonly #because: Int32Array;
  #count = 0;

  constructor(model: ServedModel) {
    const items = model.items.length;
    this.model = model;
    this.#placeOf = new Int32Array(items);
    this.#items = new Int32Array(items);
    this.#scores = new Float64Array(items);
    this.#strongest = new Float64Array(items);
    this.#because = new Int32Array(items);
  }

  /** Items that the shopper never bought, best first; `count` of them while there are so many. */
  newItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    const bought = new Set(signals.filter(({ kind }) => kind === 'purchase').map(({ item }) => item));
    this.#fold(signals, nowMs);
    const { novelty } = this.model;
    for (let place = 0; place < this.#count; place += 1) this.#scores[place]! *= novelty[this.#items[place]!]!;
    this.#rejectAll(bought);
    return this.#best(count, bought);
  }

  /** Items for the shopper, bought before or not, best first. */
  anyItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    this.#fold(signals, nowMs);
    for (let place = 0; place < this.#count; place += 1)
      this.#scores[place] = Math.max(0, this.#scores[place]!) * NEIGHBOUR_WEIGHT;
    const { sellingNow } = this.model;
    for (const { item, kind, timeMs } of signals) {
      if (kind !== 'purchase') continue;
      const again = 0.5 ** ((nowMs - timeMs) / DAY_MS / FREQUENCY_HALF_LIFE_DAYS) * sellingNow[item]!;
      this.#add(item, again, item);
    }
    return this.#best(count, new Set());
  }

  /** What was in one basket with the item, best first. @param fill with what sells now, when there are fewer */
  similarItems(item: number, count: number, fill = false): Suggestion[] {
    return this.goesWith([item], count, fill);
  }

  /** What was in one basket with these items, and is none of them, best first. */
  goesWith(items: readonly number[], count: number, fill = false): Suggestion[] {
    this.#count = 0;
    const { companions } = this.model;
    for (const item of items) {
      for (let cell = item * companions.count; cell < (item + 1) * companions.count; cell += 1) {
        if (companions.indices[cell]! < 0) break;
        this.#add(companions.indices[cell]!, companions.scores[cell]!, item);
      }
    }
    const without = new Set(items);
    this.#rejectAll(without);
    return this.#best(count, without, fill);
  }

  #rejectAll(items: Iterable<number>): void {
    for (const item of items) {
      const place = this.#placeOf[item]!;
      if (this.#isAt(item, place)) this.#scores[place] = 0;
    }
  }

  #isAt(item: number, place: number): boolean {
    return place < this.#count && this.#items[place] === item;
  }

  #add(item: number, score: number, because: number): void {
    let place = this.#placeOf[item]!;
    if (!this.#isAt(item, place)) {
      place = this.#count;
      this.#count += 1;
      this.#placeOf[item] = place;
      this.#items[place] = item;
      this.#scores[place] = 0;
      this.#strongest[place] = 0;
      this.#because[place] = -1;
    }
    this.#scores[place]! += score;
    if (score > this.#strongest[place]!) {
      this.#strongest[place] = score;
      this.#because[place] = because;
    }
  }

  /** Adds up what each item of interest speaks for; an item counts once, by its strongest signal. */
  #fold(signals: readonly Signal[], nowMs: number): void {
    this.#count = 0;
    const interest = new Map<number, number>();
    for (const signal of signals) {
      const weight = weightOf(signal, nowMs);
      if (weight > (interest.get(signal.item) ?? 0)) interest.set(signal.item, weight);
    }
    const { starts, indices, values } = this.model.influence;
    for (const [source, weight] of interest) {
      for (let entry = starts[source]!; entry < starts[source + 1]!; entry += 1) {
        this.#add(indices[entry]!, values[entry]! * weight, source);
      }
    }
  }

  #best(count: number, without: ReadonlySet<number>, fill = true): Suggestion[] {
    const met = this.#items.subarray(0, this.#count);
    const found: Suggestion[] = [];
    for (const { item, score } of topItems(met, this.#scores, count, 'beside'))
      if (score > 0) found.push({ item, score, because: this.#because[this.#placeOf[item]!]! });
    if (!fill || found.length >= count) return found;
    const known = new Set(found.map(({ item }) => item));
    for (const item of this.model.popular) {
      if (found.length >= count) break;
      if (!known.has(item) && !without.has(item)) found.push({ item, score: 0, because: -1 });
    }
    return found;
  }
}
