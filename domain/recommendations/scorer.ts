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
  readonly #scores: Float64Array;
  readonly #strongest: Float64Array;
  readonly #because: Int32Array;
  readonly #touched: Int32Array;
  /** Whether an item was touched in this round: its number stands here. */
  readonly #round: Float64Array;
  #now = 0;
  #count = 0;

  constructor(model: ServedModel) {
    const items = model.items.length;
    this.model = model;
    this.#scores = new Float64Array(items);
    this.#strongest = new Float64Array(items);
    this.#because = new Int32Array(items);
    this.#touched = new Int32Array(items);
    this.#round = new Float64Array(items);
  }

  /** Items that the shopper never bought, best first; `count` of them while there are so many. */
  newItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    const bought = new Set(signals.filter(({ kind }) => kind === 'purchase').map(({ item }) => item));
    this.#fold(signals, nowMs);
    const { novelty } = this.model;
    for (const item of this.#touchedItems()) this.#scores[item]! *= bought.has(item) ? 0 : novelty[item]!;
    return this.#best(count, bought);
  }

  /** Items for the shopper, bought before or not, best first. */
  anyItems(signals: readonly Signal[], nowMs: number, count: number): Suggestion[] {
    this.#fold(signals, nowMs);
    for (const item of this.#touchedItems()) this.#scores[item] = Math.max(0, this.#scores[item]!) * NEIGHBOUR_WEIGHT;
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
    this.#begin();
    const { companions } = this.model;
    for (const item of items) {
      for (let cell = item * companions.count; cell < (item + 1) * companions.count; cell += 1) {
        if (companions.indices[cell]! < 0) break;
        this.#add(companions.indices[cell]!, companions.scores[cell]!, item);
      }
    }
    const without = new Set(items);
    for (const item of without) if (this.#round[item] === this.#now) this.#scores[item] = 0;
    return this.#best(count, without, fill);
  }

  #begin(): void {
    this.#now += 1;
    this.#count = 0;
  }

  #touchedItems(): Int32Array {
    return this.#touched.subarray(0, this.#count);
  }

  #add(item: number, score: number, because: number): void {
    if (this.#round[item] !== this.#now) {
      this.#round[item] = this.#now;
      this.#touched[this.#count] = item;
      this.#count += 1;
      this.#scores[item] = 0;
      this.#strongest[item] = 0;
      this.#because[item] = -1;
    }
    this.#scores[item]! += score;
    if (score > this.#strongest[item]!) {
      this.#strongest[item] = score;
      this.#because[item] = because;
    }
  }

  /** Adds up what each item of interest speaks for; an item counts once, by its strongest signal. */
  #fold(signals: readonly Signal[], nowMs: number): void {
    this.#begin();
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
    const hopeful = this.#touchedItems().filter((item) => this.#scores[item]! > 0);
    const found: Suggestion[] = topItems(hopeful, this.#scores, count).map(({ item, score }) => ({
      item,
      score,
      because: this.#because[item]!,
    }));
    if (!fill || found.length >= count) return found;
    const known = new Set(found.map(({ item }) => item));
    for (const item of this.model.popular) {
      if (found.length >= count) break;
      if (!known.has(item) && !without.has(item)) found.push({ item, score: 0, because: -1 });
    }
    return found;
  }
}
