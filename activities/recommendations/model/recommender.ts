/** Applies a model to the customers of a history in the same way as the shop does, so that the evaluation measures what is served. */
import { Scorer } from '../../../domain/recommendations/scorer.ts';
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { SIGNAL_KINDS, type Signal } from '../../../domain/recommendations/signals.ts';
import type { ScoredItem } from '../../../domain/recommendations/top-items.ts';
import type { History } from './history.ts';

export class Recommender {
  readonly #scorer: Scorer;
  readonly #history: History;
  readonly #nowMs: number;
  /** Lines of the history by customer, each item of an invoice once: the start of each customer's lines, and the lines. */
  readonly #starts: Int32Array;
  readonly #lines: Int32Array;
  /** Maps item numbers between model and history, −1 for unknown items; undefined when both number their items in the same way. */
  readonly #places: { readonly inModel: Int32Array; readonly inHistory: Int32Array } | undefined;

  /**
   * @param model may be trained on another history; items that it does not know are ignored and can't be recommended
   * @param nowMs the time of the recommendation
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

  /** Items that go with the item, filled up with current bestsellers. */
  similarItems(item: number, count = 10): readonly ScoredItem[] {
    const itemInModel = this.#placeOf(item);
    return itemInModel < 0 ? [] : this.#found(this.#scorer.similarItems(itemInModel, count, true));
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

/** The index of each item in another list, −1 if it is not in there. */
function placesOf(items: readonly string[], list: readonly string[]): Int32Array {
  const places = new Map(list.map((id, place) => [id, place]));
  return Int32Array.from(items, (id) => places.get(id) ?? -1);
}
