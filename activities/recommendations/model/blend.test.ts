import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Random } from '../../../domain/random.ts';
import { Scorer } from '../../../domain/recommendations/scorer.ts';
import type { ServedModel } from '../../../domain/recommendations/served-model.ts';
import { trainBlend } from './blend.ts';
import { type History, HistoryBuilder, type Interaction } from './history.ts';
import { KernelPool } from './kernel-pool.ts';

const DAY_MS = 86_400_000;
const END_MS = 200 * DAY_MS;

let pool: KernelPool;
beforeAll(() => {
  pool = new KernelPool({ threads: 2 });
});
afterAll(() => pool.close());

/** Two tastes: customers with even numbers buy items with even numbers, and odd ones odd items. */
function purchases(count = 3_000): Interaction[] {
  const random = new Random('blend');
  return Array.from({ length: count }, (_, line) => {
    const customer = random.integer(0, 99);
    const item = random.integer(0, 29) * 2 + (customer % 2);
    return { customer: `c${customer}`, item: `i${item}`, invoice: `v${line >> 1}`, timeMs: random.fraction() * END_MS };
  });
}

function historyOf(interactions: readonly Interaction[]): History {
  const builder = new HistoryBuilder();
  for (const interaction of interactions) builder.add(interaction);
  return builder.build();
}

const train = (interactions: readonly Interaction[]) => trainBlend(pool, historyOf(interactions), { endMs: END_MS });

function influence(model: ServedModel, source: string, target: string): number {
  const { starts, indices, values } = model.influence;
  const row = model.items.indexOf(source);
  const at = indices.subarray(starts[row]!, starts[row + 1]!).indexOf(model.items.indexOf(target));
  return at < 0 ? 0 : values[starts[row]! + at]!;
}

it('trains the same model with a different number of threads, and from lines in another order', async () => {
  const history = historyOf(purchases());
  const wanted = await trainBlend(pool, history, { endMs: END_MS });
  const alone = new KernelPool({ threads: 1 });
  try {
    expect(await trainBlend(alone, history, { endMs: END_MS })).toEqual(wanted);
  } finally {
    await alone.close();
  }
  const turned: History = {
    ...history,
    customerOf: history.customerOf.toReversed(),
    itemOf: history.itemOf.toReversed(),
    invoiceOf: history.invoiceOf.toReversed(),
    kindOf: history.kindOf.toReversed(),
    timeMsOf: history.timeMsOf.toReversed(),
  };
  expect(await trainBlend(pool, turned, { endMs: END_MS })).toEqual(wanted);
});

it('stops immediately when it is canceled, including its threads', async () => {
  const abort = new AbortController();
  const threads = () => readdirSync('/proc/self/task').length;
  await new KernelPool({ threads: 2 }).close();
  const before = threads();
  const own = new KernelPool({ threads: 2, signal: abort.signal });
  const reported: number[] = [];
  const training = trainBlend(own, historyOf(purchases()), {
    endMs: END_MS,
    onProgress: (fraction) => {
      reported.push(fraction);
      if (reported.length === 3) abort.abort(new Error('no longer wanted'));
    },
  });
  await expect(training).rejects.toThrow('no longer wanted');
  expect(reported.at(-1)).toBeLessThan(0.8);
  await expect.poll(threads, { timeout: 1_000 }).toBeLessThanOrEqual(before);
});

it('learns from views what their shoppers bought, and more from purchases', async () => {
  const strangers = Array.from({ length: 40 }, (_, at) => `s${at}`);
  const buys = (item: string, kind: Interaction['kind'] = 'purchase') =>
    strangers.map((customer) => ({
      customer,
      item,
      kind,
      invoice: kind === 'purchase' ? `${item} ${customer}` : undefined,
      timeMs: END_MS - DAY_MS,
    }));
  const before = [...purchases(), ...buys('target')];
  const untold = influence(await train(before), 'i0', 'target');
  const viewed = influence(await train([...before, ...buys('i0', 'view')]), 'i0', 'target');
  const bought = influence(await train([...before, ...buys('i0')]), 'i0', 'target');
  expect(untold).toBe(0);
  expect(viewed).toBeGreaterThan(0);
  expect(bought).toBeGreaterThan(viewed);
});

it('does not count views as purchases: bestsellers and companions are the same as without them', async () => {
  const bare = await train(purchases());
  const looked = await train([
    ...purchases(),
    ...Array.from({ length: 90 }, (_, at) => ({
      customer: `c${at}`,
      item: 'i4',
      kind: 'view' as const,
      timeMs: END_MS - 1,
    })),
  ]);
  for (const name of ['companions', 'novelty', 'sellingNow', 'popular'] as const)
    expect(looked[name]).toEqual(bare[name]);
  expect(looked.influence).not.toEqual(bare.influence);
});

it('ranks items that owners buy again above items that sell equally but are bought once', async () => {
  const people = Array.from({ length: 40 }, (_, at) => `p${at}`);
  const on = (customer: string, item: string, ageDays: number) => ({
    customer,
    item,
    invoice: `${customer} ${ageDays}`,
    timeMs: END_MS - ageDays * DAY_MS,
  });
  // Both were recently sold to 20 people, "soap" to people who already had it, "clock" to people who did not.
  const model = await train([
    ...purchases(),
    ...people.flatMap((customer) => [on(customer, 'soap', 90), on(customer, 'clock', 91)]),
    ...people.slice(0, 20).map((customer) => on(customer, 'soap', 5)),
    ...people.map((_, at) => on(`q${at}`, 'clock', 5)).slice(0, 20),
    ...people.slice(20).map((customer) => on(customer, 'i1', 5)),
  ]);
  const sellingNow = (item: string) => model.sellingNow[model.items.indexOf(item)]!;
  expect(sellingNow('soap')).toBeGreaterThan(sellingNow('clock'));
});

it('applies a new purchase in the same way as training with it', async () => {
  const signal = (model: ServedModel, item: string) => ({
    item: model.items.indexOf(item),
    kind: 'purchase' as const,
    timeMs: END_MS - DAY_MS,
  });
  const oddShare = (model: ServedModel, items: readonly string[]) => {
    const asked = items.map((item) => signal(model, item));
    const list = new Scorer(model).newItems(asked, END_MS, 10);
    return list.filter(({ item }) => Number(model.items[item]!.slice(1)) % 2 === 1).length / list.length;
  };
  const model = await train(purchases());
  const even = ['i0', 'i2'];
  const both = [...even, 'i1', 'i3', 'i5', 'i7'];
  const trained = await train([
    ...purchases(),
    ...both.map((item) => ({ customer: 'new', item, invoice: 'n', timeMs: END_MS - DAY_MS })),
  ]);
  expect(oddShare(model, even)).toBe(0);
  expect(oddShare(model, both)).toBeGreaterThan(0.4);
  expect(oddShare(trained, both)).toBeGreaterThan(0.4);
});
