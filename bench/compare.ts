/**
 * `npm run bench -- compare --base CHECKOUT [--pairs 5]`: what an order costs here and in another checkout (an older commit), in
 * interleaved pairs of runs, so that what else the machine does meets both alike. Ends with 1 when a slowdown of more than 5 % can't be
 * ruled out.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CHECKOUT } from '../infra/local/profile.ts';
import { textTable } from '../infra/text-table.ts';
import type { CompareLoad, LoadResult } from './compare-load.ts';
import type { ComparedShop } from './compare-shop.ts';
import { cpuSeconds } from './cpu.ts';
import { meanRatio } from './figures.ts';

const SHOPPERS = 10;
const WARM_UP_SECONDS = 5;
const MAX_SLOWDOWN = 1.05;

interface Run {
  ordersPerSecond: number;
  cpuMsPerOrder: number;
}

export async function benchCompare(args: readonly string[], seconds: number): Promise<void> {
  const { base, pairs } = readArguments(args);
  const rows: string[][] = [];
  const ratios = { orders: [] as number[], cpu: [] as number[] };
  for (let pair = 1; pair <= pairs; pair += 1) {
    // Who goes first alternates: the second run finds a warmer machine.
    const order = pair % 2 === 1 ? ([base, CHECKOUT] as const) : ([CHECKOUT, base] as const);
    const runs = new Map<string, Run>();
    for (const checkout of order) runs.set(checkout, await measure(checkout, seconds));
    const [before, now] = [runs.get(base)!, runs.get(CHECKOUT)!];
    // Both as slowdowns: above 1 this checkout costs more.
    const slower = before.ordersPerSecond / now.ordersPerSecond;
    const costlier = now.cpuMsPerOrder / before.cpuMsPerOrder;
    ratios.orders.push(slower);
    ratios.cpu.push(costlier);
    rows.push([
      String(pair),
      order[0] === base ? 'base' : 'this',
      before.ordersPerSecond.toFixed(1),
      now.ordersPerSecond.toFixed(1),
      slower.toFixed(3),
      before.cpuMsPerOrder.toFixed(1),
      now.cpuMsPerOrder.toFixed(1),
      costlier.toFixed(3),
    ]);
    console.error(`pair ${pair} of ${pairs}: ${rows.at(-1)!.join('  ')}`);
  }
  console.log(
    textTable(['pair', 'first', 'orders/s base', 'this', 'slowdown', 'CPU ms/order base', 'this', 'slowdown'], rows),
  );
  const isWithin = [
    verdict('orders a second', ratios.orders),
    verdict('CPU an order, all processes of the shop', ratios.cpu),
  ];
  process.exitCode = isWithin.every(Boolean) ? 0 : 1;
}

/** Prints what the pairs say together. @returns whether the bound is kept */
function verdict(what: string, ratios: readonly number[]): boolean {
  const { mean, upper } = meanRatio(ratios);
  const isWithin = upper <= MAX_SLOWDOWN;
  const percent = (ratio: number) => `${((ratio - 1) * 100).toFixed(1)} %`;
  console.log(
    `\n${what}: mean slowdown ${percent(mean)}, upper bound of the 95 % interval ${percent(upper)}: ${isWithin ? 'at most' : 'MORE THAN'} 5 %`,
  );
  return isWithin;
}

function readArguments(args: readonly string[]): { base: string; pairs: number } {
  const { values } = parseArgs({
    args: [...args],
    options: { base: { type: 'string' }, pairs: { type: 'string', default: '5' } },
  });
  const pairs = Number(values.pairs);
  if (!values.base || !Number.isSafeInteger(pairs) || pairs < 2)
    throw new Error('Usage: npm run bench -- compare --base CHECKOUT [--pairs 5]; there are at least 2 pairs.');
  const base = resolve(values.base);
  if (!existsSync(join(base, 'infra/local/shop.ts')) || !existsSync(join(base, 'node_modules')))
    throw new Error(`${base} is no checkout of the shop with its packages: run "npm install" in it.`);
  return { base, pairs };
}

/** One run: a shop of that checkout's own, on new data, and a load from a process of its own. */
async function measure(checkout: string, seconds: number): Promise<Run> {
  const shop = startChild('compare-shop.ts', [checkout]);
  try {
    const started = await answerOf<ComparedShop>(shop);
    const load = async (durationSeconds: number): Promise<LoadResult> => {
      const generator = startChild('compare-load.ts');
      const request: CompareLoad = { ...started, shoppers: SHOPPERS, seconds: durationSeconds };
      generator.send(request);
      return answerOf<LoadResult>(generator);
    };
    await load(WARM_UP_SECONDS);
    const processes = new Map(started.processes);
    const before = cpuSeconds(processes);
    const { orders, elapsedSeconds } = await load(seconds);
    const after = cpuSeconds(processes);
    const used = [...after].reduce((sum, [name, cpu]) => sum + cpu - (before.get(name) ?? 0), 0);
    return { ordersPerSecond: orders / elapsedSeconds, cpuMsPerOrder: (used * 1_000) / orders };
  } finally {
    const ended = shop.exitCode === null ? once(shop, 'exit') : undefined;
    if (shop.connected) shop.disconnect();
    await ended;
  }
}

function startChild(file: string, args: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: 'advanced' });
}

/** @throws Error when the program ended without one; it has said why */
async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = once(child, 'exit').then(() => undefined);
  const message = await Promise.race([once(child, 'message').then(([answer]) => answer as Answer), ended]);
  if (message === undefined) throw new Error(`${child.spawnargs.slice(1).join(' ')} failed`);
  return message;
}
