/** Asks a model for the customers of a history, as the shop asks it for its shoppers: what is measured is what is served. */
import { Scorer } from '../../../domain/recommendations/scorer.ts';
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { SIGNAL_KINDS, type Signal } from '../../../domain/recommendations/signals.ts';
import type { ScoredItem } from '../../../domain/recommendations/top-items.ts';
import type { History } from './history.ts';

export class Recommender {
  readonly #scorer: Scorer;
  readonly #history: History;
  readonly #nowMs: number;
  /** Lines of the history by customer, each item of an invoice once: where a customer's begin, and which they are. */
  readonly #starts: Int32Array;
  readonly #lines: Int32Array;
  /** Undefined when model and history number their items alike; otherwise each one's place with the other, −1 where it is unknown. */
  readonly #places: { readonly inModel: Int32Array; readonly inHistory: Int32Array } | undefined;

  /**
   * @param model may be trained on another history: what it does not know is left out of what it is asked with, and can't be found
   * @param nowMs the moment of asking
   */
  constructor(model: ServedModel, history: History, nowMs: number) {
    this.#scorer = new Scorer(model);
    const isAlike =
      model.items.length === history.items.length && model.items.every((id, at) => id === history.items[at]);
    if (!isAlike)
      this.#places = { inModel: placesOf(history.items, model.items), inHistory: placesOf(model.items, history.items) };
    this.#history = history;
    this.#nowMs = nowMs;
    const known = history.customerOf.reduce((count, customer) => count + (customer >= 0 ? 1 : 0), 0);
    this.#starts = new Int32Array(history.customers.length + 1);
    this.#lines = new Int32Array(known);
    for (const customer of history.customerOf) if (customer >= 0) this.#starts[customer + 1]! += 1;
    for (let at = 0; at < history.customers.length; at += 1) this.#starts[at + 1]! += this.#starts[at]!;
    const next = this.#starts.slice();
    for (let line = 0; line < history.customerOf.length; line += 1) {
      const customer = history.customerOf[line]!;
      if (customer < 0) continue;
      this.#lines[next[customer]!] = line;
      next[customer]! += 1;
    }
  }

  newItems(customer: number, count = 10): readonly ScoredItem[] {
    return this.#found(this.#scorer.newItems(this.#signalsOf(customer), this.#nowMs, count));
  }

  anyItems(customer: number, count = 10): readonly ScoredItem[] {
    return this.#found(this.#scorer.anyItems(this.#signalsOf(customer), this.#nowMs, count));
  }

  /** What goes with the item, filled up with what sells now. */
  similarItems(item: number, count = 10): readonly ScoredItem[] {
    const asked = this.#placeOf(item);
    return asked < 0 ? [] : this.#found(this.#scorer.similarItems(asked, count, true));
  }

  #placeOf(item: number): number {
    return this.#places ? this.#places.inModel[item]! : item;
  }

  #found(list: readonly ScoredItem[]): readonly ScoredItem[] {
    const inHistory = this.#places?.inHistory;
    if (!inHistory) return list;
    return list.map(({ item, score }) => ({ item: inHistory[item]!, score })).filter(({ item }) => item >= 0);
  }

  #signalsOf(customer: number): Signal[] {
    const { itemOf, invoiceOf, kindOf, timeMsOf } = this.#history;
    const seen = new Set<string>();
    const signals: Signal[] = [];
    for (let at = this.#starts[customer]!; at < this.#starts[customer + 1]!; at += 1) {
      const line = this.#lines[at]!;
      const kind = SIGNAL_KINDS[kindOf[line]!]!;
      const key = `${invoiceOf[line]} ${itemOf[line]}`;
      if (kind === 'purchase' && seen.has(key)) continue;
      seen.add(key);
      const item = this.#placeOf(itemOf[line]!);
      if (item >= 0) signals.push({ item, kind, timeMs: timeMsOf[line]! });
    }
    return signals;
  }
}

/** Of each item its place in another list, −1 where it is not in there. */
function placesOf(items: readonly string[], list: readonly string[]): Int32Array {
  const places = new Map(list.map((id, place) => [id, place]));
  return Int32Array.from(items, (id) => places.get(id) ?? -1);
}
