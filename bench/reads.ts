/** Cached reads and search over 50 connections, compared with a bare Koa handler that returns the same bytes on this machine. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { textTable } from '../infra/text-table.ts';
import { residentMegabytes } from './cpu.ts';
import type { BenchShop } from './shop.ts';

const CONNECTIONS = 50;
const ROUNDS = 3;

interface Load {
  perSecond: number;
  p99: number;
  failed: number;
}

export async function benchReads(shop: BenchShop, seconds: number): Promise<void> {
  const { rows: products } = await shop.db.query<{ id: string }>(
    `select id from products where is_family_lead and sku not like 'BENCH-%' order by sku limit 1`,
  );
  const words = ['mug', 'blue lamp', 'garden chair', 'notebok'];
  const reads: [string, string[]][] = [
    ['product list', [`${shop.api}/products?limit=24`]],
    ['product', [`${shop.api}/products/${products[0]!.id}`]],
    ['search', words.map((word) => `${shop.api}/search?q=${encodeURIComponent(word)}`)],
  ];
  const rows: string[][] = [];
  for (const [name, urls] of reads) {
    const body = await (await fetch(urls[0]!)).text();
    // The machine's speed drifts, so the two alternate and their sums are compared.
    const bare = await bareKoa(body);
    const baseline: Load[] = [];
    const own: Load[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      baseline.push(await load([bare.url], seconds / ROUNDS));
      own.push(await load(urls, seconds / ROUNDS));
    }
    bare.stop();
    const [bareTotal, ours] = [together(baseline), together(own)];
    rows.push([
      name,
      ours.perSecond.toFixed(0),
      ours.p99.toFixed(0),
      bareTotal.perSecond.toFixed(0),
      (ours.perSecond / bareTotal.perSecond).toFixed(2),
      String(Buffer.byteLength(body)),
      String(ours.failed),
    ]);
  }
  console.log(textTable(['what', 'requests a second', 'p99 ms', 'bare Koa', 'ratio', 'bytes', 'failed'], rows));
  console.log(`\nThe API process holds ${residentMegabytes(shop.processes().get('api')!).toFixed(0)} MB.`);
}

async function load(urls: readonly string[], seconds: number): Promise<Load> {
  const run = (duration: number) =>
    autocannon({
      url: urls[0]!,
      connections: CONNECTIONS,
      duration,
      requests: urls.map((url) => ({ method: 'GET' as const, path: new URL(url).pathname + new URL(url).search })),
    });
  await run(1);
  const result = await run(Math.max(2, Math.round(seconds)));
  return { perSecond: result.requests.average, p99: result.latency.p99, failed: result.non2xx + result.errors };
}

async function bareKoa(body: string): Promise<{ url: string; stop(): void }> {
  const child = fork(fileURLToPath(new URL('bare-koa.ts', import.meta.url)), [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('message', (message) => resolve(message as number));
    child.send(body);
  });
  return { url: `http://127.0.0.1:${port}/`, stop: () => child.kill() };
}

/** Combines rounds of the same length: the mean rate, the worst tail latency, all failures. */
function together(rounds: readonly Load[]): Load {
  return {
    perSecond: rounds.reduce((sum, each) => sum + each.perSecond, 0) / rounds.length,
    p99: Math.max(...rounds.map((each) => each.p99)),
    failed: rounds.reduce((sum, each) => sum + each.failed, 0),
  };
}
