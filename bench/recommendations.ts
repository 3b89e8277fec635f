/**
 * Training by size: the seed's decomposition (TruncatedSVD, 50 components) and the served model, on synthetic purchases with a realistic
 * popularity distribution. Each runs in a separate process to measure its peak memory; results include the ratio to the smallest size.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { textTable } from '../infra/text-table.ts';

interface Size {
  users: number;
  items: number;
  pairs: number;
}

/** The largest is 50,000 × 100,000 × 5 million; each step in between has about a quarter of the pairs of the next. */
const SIZES: readonly (Size & { name: string })[] = [
  { name: '1x', users: 12_500, items: 25_000, pairs: 312_500 },
  { name: '4x', users: 25_000, items: 50_000, pairs: 1_250_000 },
  { name: '16x', users: 50_000, items: 100_000, pairs: 5_000_000 },
];

export interface Trained {
  seconds: number;
  cpuSeconds: number;
  peakMegabytes: number;
}

export async function benchRecommendations(): Promise<void> {
  const rows: string[][] = [];
  for (const model of ['svd', 'blend'] as const) {
    let smallest: Trained | undefined;
    for (const size of SIZES) {
      const trained = await trainApart(model, size);
      smallest ??= trained;
      const { seconds, cpuSeconds, peakMegabytes } = trained;
      rows.push([
        model === 'svd' ? 'TruncatedSVD, 50 components' : 'what is served',
        `${size.name}: ${size.users} × ${size.items}, ${size.pairs} pairs`,
        seconds.toFixed(1),
        cpuSeconds.toFixed(1),
        `${(cpuSeconds / smallest.cpuSeconds).toFixed(1)} ×`,
        peakMegabytes.toFixed(0),
        `${(peakMegabytes / smallest.peakMegabytes).toFixed(1)} ×`,
      ]);
    }
  }
  console.log(textTable(['model', 'size', 'seconds', 'CPU s', 'CPU ratio', 'peak MB', 'memory ratio'], rows));
}

/** @throws Error when the training failed; it has reported why on stderr */
async function trainApart(model: 'svd' | 'blend', { users, items, pairs }: Size): Promise<Trained> {
  const program = fileURLToPath(new URL('./train-made-purchases.ts', import.meta.url));
  const child = spawn(process.execPath, [program, model, String(users), String(items), String(pairs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`training ${model} on ${pairs} pairs failed`);
  return JSON.parse(output) as Trained;
}
