/**
 * `npm run bench [-- reservations orders reads events recommendations]`: prints results and their ratio to a baseline of the same run.
 * `npm run bench -- compare --base CHECKOUT`: compares the orders of two checkouts.
 */
import { benchCompare } from './compare.ts';
import { benchEvents } from './events.ts';
import { benchOrders } from './orders.ts';
import { benchReads } from './reads.ts';
import { benchRecommendationReads } from './recommendation-reads.ts';
import { benchRecommendations } from './recommendations.ts';
import { benchReservations } from './reservations.ts';
import { startBenchShop } from './shop.ts';

if (process.argv[2] === 'compare') {
  await benchCompare(process.argv.slice(3), Number(process.env.BENCH_SECONDS ?? 15));
  process.exit();
}
const BENCHES = ['reservations', 'orders', 'reads', 'events', 'recommendations'] as const;
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = chosen.filter((name) => !(BENCHES as readonly string[]).includes(name));
const wants = (name: (typeof BENCHES)[number]) => chosen.length === 0 || chosen.includes(name);
const seconds = Number(process.env.BENCH_SECONDS ?? 10);

if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; choose from ${BENCHES.join(', ')}.`);
  process.exit(1);
}
if (wants('recommendations')) {
  console.log('\n## Training of recommendations\n');
  await benchRecommendations();
  console.log('\n## Recommendations served, 50 connections\n');
  await benchRecommendationReads(seconds);
}
if (BENCHES.some((name) => name !== 'recommendations' && wants(name))) await benchShop();

async function benchShop(): Promise<void> {
  const shop = await startBenchShop(wants('reads') ? [] : null);
  try {
    if (wants('reservations')) {
      console.log('\n## Reservations, 50 buyers at once\n');
      await benchReservations(shop, seconds);
    }
    if (wants('orders')) {
      console.log('\n## Orders\n');
      await benchOrders(shop, seconds);
    }
    if (wants('reads')) {
      console.log('\n## Cached reads, 50 connections\n');
      await benchReads(shop, seconds);
    }
    if (wants('events')) {
      console.log('\n## Analytics events\n');
      await benchEvents(shop, seconds);
    }
  } finally {
    await shop.stop();
  }
}
