/**
 * `npm run bench -- compare --base CHECKOUT [--pairs 5]`: compares the cost of an order with that of another checkout (an older commit).
 * Both shops stay up and are loaded alternately for a few seconds each, so that other activity on the machine affects both equally. Exits
 * with 1 when a slowdown of more than 5% can't be ruled out.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { textTable } from '../infra/text-table.ts';
import { CHECKOUT } from '../local/stack/profile.ts';
import type { CompareLoad, LoadResult } from './compare-load.ts';
import type { ComparedShop } from './compare-shop.ts';
import { cpuSeconds } from './cpu.ts';
import { meanRatio } from './figures.ts';

const SHOPPERS = 10;
const WARM_UP_SECONDS = 10;
/** How long one shop is loaded before the other. */
const TURN_SECONDS = 5;
/** Time for the emails and index updates of the last orders. */
const SETTLE_MS = 1_000;
const MAX_SLOWDOWN = 1.05;

interface Run {
  ordersPerSecond: number;
  cpuMsPerOrder: number;
  /** By the name of the process. */
  cpuMsByProcess: Map<string, number>;
}

export async function benchCompare(args: readonly string[], seconds: number): Promise<void> {
  const { base, pairs } = readArguments(args);
  const rows: string[][] = [];
  const ratios = { orders: [] as number[], cpu: [] as number[] };
  const runs: [before: Run, now: Run][] = [];
  const shops: MeasuredShop[] = [];
  try {
    for (const checkout of [base, CHECKOUT]) shops.push(await MeasuredShop.start(checkout));
    const [baseShop, thisShop] = shops as [MeasuredShop, MeasuredShop];
    for (const shop of shops) await shop.load(WARM_UP_SECONDS);
    for (let pair = 1; pair <= pairs; pair += 1) {
      const [before, now] = await measurePair(baseShop, thisShop, seconds);
      runs.push([before, now]);
      // Both ratios are slowdowns: above 1, this checkout costs more.
      const slower = before.ordersPerSecond / now.ordersPerSecond;
      const costlier = now.cpuMsPerOrder / before.cpuMsPerOrder;
      ratios.orders.push(slower);
      ratios.cpu.push(costlier);
      rows.push([
        String(pair),
        before.ordersPerSecond.toFixed(1),
        now.ordersPerSecond.toFixed(1),
        slower.toFixed(3),
        before.cpuMsPerOrder.toFixed(1),
        now.cpuMsPerOrder.toFixed(1),
        costlier.toFixed(3),
      ]);
      console.error(`pair ${pair} of ${pairs}: ${rows.at(-1)!.join('  ')}`);
    }
  } finally {
    await Promise.all(shops.map((shop) => shop.stop()));
  }
  console.log(textTable(['pair', 'orders/s base', 'this', 'slowdown', 'CPU ms/order base', 'this', 'slowdown'], rows));
  console.log(`\n${processTable(runs)}`);
  const isWithin = [
    verdict('orders a second', ratios.orders),
    verdict('CPU an order, all processes of the shop', ratios.cpu),
  ];
  process.exitCode = isWithin.every(Boolean) ? 0 : 1;
}

/** Which processes cost more. */
function processTable(runs: readonly (readonly [before: Run, now: Run])[]): string {
  const names = [...runs[0]![0].cpuMsByProcess.keys()];
  const mean = (name: string, which: 0 | 1) =>
    runs.reduce((total, run) => total + (run[which].cpuMsByProcess.get(name) ?? 0), 0) / runs.length;
  return textTable(
    ['CPU ms/order', 'base', 'this'],
    names.map((name) => [name, mean(name, 0).toFixed(1), mean(name, 1).toFixed(1)]),
  );
}

/** Prints the combined result of the pairs. @returns whether the slowdown is within the limit */
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
  if (!existsSync(join(base, 'local/stack/shop.ts')) || !existsSync(join(base, 'node_modules')))
    throw new Error(`${base} is no checkout of the shop with its packages: run "npm install" in it.`);
  return { base, pairs };
}

/** Loads each shop for `seconds` in short turns. The first one alternates, because the second runs on a warmer machine. */
async function measurePair(base: MeasuredShop, current: MeasuredShop, seconds: number): Promise<[Run, Run]> {
  const loads = new Map<MeasuredShop, Load[]>([
    [base, []],
    [current, []],
  ]);
  const turns = Math.max(2, Math.round(seconds / TURN_SECONDS));
  for (let turn = 0; turn < turns; turn += 1) {
    for (const shop of turn % 2 === 0 ? [base, current] : [current, base])
      loads.get(shop)!.push(await shop.load(seconds / turns));
  }
  return [sum(loads.get(base)!), sum(loads.get(current)!)];
}

function sum(loads: readonly Load[]): Run {
  const total = { orders: 0, elapsedSeconds: 0 };
  const cpuByProcess = new Map<string, number>();
  for (const load of loads) {
    total.orders += load.orders;
    total.elapsedSeconds += load.elapsedSeconds;
    for (const [name, seconds] of load.cpuSeconds) cpuByProcess.set(name, (cpuByProcess.get(name) ?? 0) + seconds);
  }
  const cpuMsByProcess = new Map([...cpuByProcess].map(([name, seconds]) => [name, (seconds * 1_000) / total.orders]));
  return {
    ordersPerSecond: total.orders / total.elapsedSeconds,
    cpuMsPerOrder: [...cpuMsByProcess.values()].reduce((sum, ms) => sum + ms, 0),
    cpuMsByProcess,
  };
}

interface Load extends LoadResult {
  /** CPU time of each process of the shop. */
  cpuSeconds: Map<string, number>;
}

/** The shop of a checkout with new data; each load comes from a separate process. */
class MeasuredShop {
  readonly #child: ChildProcess;
  readonly #started: ComparedShop;

  private constructor(child: ChildProcess, started: ComparedShop) {
    this.#child = child;
    this.#started = started;
  }

  static async start(checkout: string): Promise<MeasuredShop> {
    const child = startChild('compare-shop.ts', [checkout]);
    return new MeasuredShop(child, await answerOf<ComparedShop>(child));
  }

  async load(seconds: number): Promise<Load> {
    const generator = startChild('compare-load.ts');
    const processes = new Map(this.#started.processes);
    const before = cpuSeconds(processes);
    const request: CompareLoad = { ...this.#started, shoppers: SHOPPERS, seconds };
    generator.send(request);
    const result = await answerOf<LoadResult>(generator);
    await setTimeout(SETTLE_MS);
    const used = [...cpuSeconds(processes)].map(([name, cpu]) => [name, cpu - (before.get(name) ?? 0)] as const);
    return { ...result, cpuSeconds: new Map(used) };
  }

  async stop(): Promise<void> {
    const ended = this.#child.exitCode === null ? once(this.#child, 'exit') : undefined;
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }
}

function startChild(file: string, args: readonly string[] = []): ChildProcess {
  return fork(fileURLToPath(new URL(file, import.meta.url)), args, { serialization: 'advanced' });
}

/** @throws Error when the process exits without a message; it has reported why */
async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const ended = once(child, 'exit').then(() => undefined);
  const message = await Promise.race([once(child, 'message').then(([answer]) => answer as Answer), ended]);
  if (message === undefined) throw new Error(`${child.spawnargs.slice(1).join(' ')} failed`);
  return message;
}
