/** Scores recommendation lists against later purchases. */

import { Random } from '../../../domain/random.ts';
import type { ScoredItem } from '../../../domain/recommendations/top-items.ts';
import { type History, PURCHASE, type Purchase } from './history.ts';

const LIST_LENGTH = 10;
const RESAMPLES = 1_000;
const SEED = 42;

/** A model under evaluation. It makes lists of ten, and identifies customers and items by their numbers in the training history. */
export interface ListMaker {
  newItems(customer: number): readonly ScoredItem[];
  anyItems(customer: number): readonly ScoredItem[];
  similarItems(item: number): readonly ScoredItem[];
}

/** A mean with its 95% confidence interval. */
export interface Measured {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Number of lists in the mean. */
  readonly count: number;
}

export interface Scores {
  /** NDCG@10 of items new to the customer. */
  readonly newItems: Measured;
  /** Distinct items in those lists ÷ items in the history. */
  readonly coverage: number;
  /** NDCG@10 of all items, bought before or not. */
  readonly anyItems: Measured;
  /** NDCG@10 of the other items of an invoice, given each of its items; each invoice contributes its mean once. */
  readonly similarItems: Measured;
}

export interface Truth {
  /** Customer → items bought after the cut that are in the history. */
  readonly byCustomer: ReadonlyMap<number, ReadonlySet<number>>;
  /** Customer → items ever bought before the cut. */
  readonly before: ReadonlyMap<number, ReadonlySet<number>>;
  /** Invoices after the cut with two or more known items. */
  readonly invoices: readonly ReadonlySet<number>[];
}

/**
 * Normalized discounted cumulative gain with binary gain: 1 when the list begins with the bought items, as far as it goes.
 * @param bought not empty
 */
export function ndcg(list: readonly number[], bought: ReadonlySet<number>): number {
  const discount = (place: number) => 1 / Math.log2(place + 2);
  let gain = 0;
  for (const [place, item] of list.slice(0, LIST_LENGTH).entries()) if (bought.has(item)) gain += discount(place);
  let ideal = 0;
  for (let place = 0; place < Math.min(LIST_LENGTH, bought.size); place += 1) ideal += discount(place);
  return gain / ideal;
}

/** Mean and 95% interval of a seeded bootstrap over the values; zeros when there are none. */
export function measured(values: readonly number[]): Measured {
  if (values.length === 0) return { mean: 0, low: 0, high: 0, count: 0 };
  const mean = (pick: (place: number) => number) => {
    let total = 0;
    for (let place = 0; place < values.length; place += 1) total += pick(place);
    return total / values.length;
  };
  const random = new Random(SEED);
  const means = Array.from({ length: RESAMPLES }, () => mean(() => values[random.integer(0, values.length - 1)]!));
  means.sort((a, b) => a - b);
  const at = (share: number) => means[Math.floor(share * (RESAMPLES - 1))]!;
  return { mean: mean((place) => values[place]!), low: at(0.025), high: at(0.975), count: values.length };
}

/** @param after purchases after the cut; customers and items that are not in the history are left out */
export function truthOf(history: History, after: readonly Purchase[]): Truth {
  const customers = new Map(history.customers.map((name, number) => [name, number]));
  const items = new Map(history.items.map((name, number) => [name, number]));
  const byCustomer = new Map<number, Set<number>>();
  const invoices = new Map<string, Set<number>>();
  for (const { customer, item, invoice } of after) {
    const itemNumber = items.get(item);
    if (itemNumber === undefined) continue;
    addTo(invoices, invoice, itemNumber);
    const customerNumber = customer === undefined ? undefined : customers.get(customer);
    if (customerNumber !== undefined) addTo(byCustomer, customerNumber, itemNumber);
  }
  const before = new Map<number, Set<number>>();
  for (let line = 0; line < history.itemOf.length; line += 1) {
    if (history.kindOf[line] === PURCHASE && byCustomer.has(history.customerOf[line]!))
      addTo(before, history.customerOf[line]!, history.itemOf[line]!);
  }
  return { byCustomer, before, invoices: [...invoices.values()].filter((basket) => basket.size > 1) };
}

function addTo<Key>(sets: Map<Key, Set<number>>, key: Key, value: number): void {
  const set = sets.get(key);
  if (set) set.add(value);
  else sets.set(key, new Set([value]));
}

function without(set: ReadonlySet<number>, others: ReadonlySet<number>): Set<number> {
  return new Set([...set].filter((item) => !others.has(item)));
}

/** Scores a model. @param items number of items in the history */
export function evaluate(model: ListMaker, truth: Truth, items: number): Scores {
  const numbers = (list: readonly ScoredItem[]) => list.map(({ item }) => item);
  const forNew: number[] = [];
  const forAny: number[] = [];
  const shown = new Set<number>();
  for (const [customer, bought] of truth.byCustomer) {
    forAny.push(ndcg(numbers(model.anyItems(customer)), bought));
    const novel = without(bought, truth.before.get(customer) ?? new Set());
    if (novel.size === 0) continue;
    const list = numbers(model.newItems(customer));
    for (const item of list) shown.add(item);
    forNew.push(ndcg(list, novel));
  }
  const lists = new Map<number, number[]>();
  const listOf = (item: number) => {
    const list = lists.get(item) ?? numbers(model.similarItems(item));
    lists.set(item, list);
    return list;
  };
  const forSimilar = truth.invoices.map((basket) => {
    let total = 0;
    for (const item of basket) total += ndcg(listOf(item), without(basket, new Set([item])));
    return total / basket.size;
  });
  return {
    newItems: measured(forNew),
    coverage: shown.size / items,
    anyItems: measured(forAny),
    similarItems: measured(forSimilar),
  };
}
