/** `npm run bench [-- holds orders reads]`: prints figures and their ratio to a baseline measured in the same run. */
import { benchOrders } from './orders.ts';
import { startBenchShop } from './shop.ts';

const BENCHES = ['holds', 'orders', 'reads'] as const;
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const unknown = chosen.filter((name) => !(BENCHES as readonly string[]).includes(name));
const wants = (name: (typeof BENCHES)[number]) => chosen.length === 0 || chosen.includes(name);
const seconds = Number(process.env.BENCH_SECONDS ?? 10);

if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; choose from ${BENCHES.join(', ')}.`);
  process.exit(1);
}
const shop = await startBenchShop();
try {
  if (wants('orders')) {
    console.log('\n## Orders\n');
    await benchOrders(shop, seconds);
  }
} finally {
  await shop.stop();
}
