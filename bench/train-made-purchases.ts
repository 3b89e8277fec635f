/** `train-made-purchases.ts svd|blend USERS ITEMS PAIRS`: trains on synthetic purchases and prints the cost as JSON. */
import { trainBlend } from '../activities/recommendations/model/blend.ts';
import { type History, HistoryBuilder } from '../activities/recommendations/model/history.ts';
import { KernelPool } from '../activities/recommendations/model/kernel-pool.ts';
import { SeedModel } from '../activities/recommendations/model/seed-model.ts';
import { Random } from '../domain/random.ts';
import type { Trained } from './recommendations.ts';

const DAY_MS = 86_400_000;
const DAYS = 340;
const LINES_PER_INVOICE = 20;
const TASTES = 100;

/** Four of five purchases match the user's own taste, in which a few items sell a lot and most sell little. */
function madeHistory(users: number, items: number, pairs: number): History {
  const random = new Random(42);
  const builder = new HistoryBuilder();
  let made = 0;
  while (made < pairs) {
    const user = Math.floor(random.fraction() * users);
    const timeMs = random.fraction() * DAYS * DAY_MS;
    const invoice = `${made}`;
    for (let line = 0; line < LINES_PER_INVOICE && made < pairs; line += 1, made += 1) {
      const place = Math.floor(random.fraction() ** 2.2 * items);
      const taste = random.fraction() < 0.8 ? user % TASTES : random.integer(0, TASTES - 1);
      const item = Math.min(items - 1, place - (place % TASTES) + taste);
      builder.add({ customer: `${user}`, item: `${item}`, invoice, timeMs });
    }
  }
  return builder.build();
}

const [model, users, items, pairs] = process.argv.slice(2);
const history = madeHistory(Number(users), Number(items), Number(pairs));
const pool = new KernelPool();
const beganMs = performance.now();
const cpuBefore = process.cpuUsage();
if (model === 'svd') await SeedModel.train(pool, history, DAYS * DAY_MS);
else await trainBlend(pool, history, { endMs: DAYS * DAY_MS });
const cpu = process.cpuUsage(cpuBefore);
const trained: Trained = {
  seconds: (performance.now() - beganMs) / 1000,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  peakMegabytes: process.resourceUsage().maxRSS / 1024,
};
await pool.close();
console.log(JSON.stringify(trained));
