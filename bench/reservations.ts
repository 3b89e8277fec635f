/**
 * Reservation and release of one hot product and of carts with 5, compared with the seed's approach: a Redlock around get, compare,
 * decrement, and set. Ours is measured with the stock counters alone (the cost of a sold-out rush) and with the ledger in PostgreSQL.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import Redlock from 'redlock';
import { createInventoryActivities } from '../activities/reservations/activities.ts';
import { addressHash } from '../infra/address-hash.ts';
import { readSettings } from '../infra/config.ts';
import type { StockLine } from '../infra/redis/stock-counters.ts';
import { connectServices } from '../infra/services.ts';
import { textTable } from '../infra/text-table.ts';
import type { BenchShop } from './shop.ts';

const BUYERS = 50;

interface Way {
  name: string;
  /** One reservation and its release. @returns whether the reservation was granted */
  run(lines: readonly StockLine[]): Promise<boolean>;
}

export async function benchReservations(shop: BenchShop, seconds: number): Promise<void> {
  const services = await connectServices(
    { ...readSettings({ ...shop.environment }), LOG_LEVEL: 'silent', POSTGRES_POOL_MAX: 20 },
    'bench',
  );
  const products = await shop.products(200, 1_000_000);
  const { reserveStock, releaseReservation } = createInventoryActivities(services);
  await services.redis.mset(Object.fromEntries(products.map((id) => [`stock:${id}`, 1_000_000])));

  const ways: Way[] = [
    { name: 'the seed’s: Redlock, get, compare, decrement, set', run: (lines) => seedsWay(services.redis, lines) },
    {
      name: 'ours, in the stock counters',
      run: async (lines) => {
        const id = randomUUID();
        const { outcome } = await services.stockCounters.reserve(id, lines, [`cart:${id}`]);
        await services.stockCounters.end(id, 'released');
        return outcome === 'reserved';
      },
    },
    {
      name: 'ours, whole: counters and ledger',
      run: async (lines) => {
        const reservationId = randomUUID();
        const request = {
          reservationId,
          owners: [`cart:${reservationId}`],
          cartId: null,
          addressHash: addressHash(services.settings.JWT_SECRET, randomAddress()),
          reservationSeconds: 600,
          graceSeconds: 30,
          settleSeconds: 7_200,
        };
        const { outcome } = await reserveStock({ ...request, lines: [...lines] });
        await releaseReservation({ reservationId });
        return outcome === 'reserved';
      },
    },
  ];

  const rows: string[][] = [];
  for (const [title, pick] of [
    ['one hot product', () => [{ productId: products[0]!, quantity: 1 }]],
    ['carts of 5', () => cartOfFive(products)],
  ] as const) {
    let baseline: number | undefined;
    for (const way of ways) {
      await measure(way, pick, 500);
      const { perSecond, refused } = await measure(way, pick, seconds * 1000);
      baseline ??= perSecond;
      rows.push([title, way.name, perSecond.toFixed(0), `${(perSecond / baseline).toFixed(1)} ×`, String(refused)]);
    }
  }
  console.log(textTable(['what', 'way', 'reservations a second', 'ratio', 'refused'], rows));
  await services.close();
}

/** A random address per buyer, because buyers with the same address wait for each other. */
function randomAddress(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

function cartOfFive(products: readonly string[]): StockLine[] {
  const chosen = new Set<string>();
  while (chosen.size < 5) chosen.add(products[Math.floor(Math.random() * products.length)]!);
  return [...chosen].sort().map((productId) => ({ productId, quantity: 1 }));
}

async function measure(
  way: Way,
  pick: () => StockLine[],
  durationMs: number,
): Promise<{ perSecond: number; refused: number }> {
  const startedAt = performance.now();
  let granted = 0;
  let refused = 0;
  await Promise.all(
    Array.from({ length: BUYERS }, async () => {
      while (performance.now() - startedAt < durationMs) {
        if (await way.run(pick())) granted += 1;
        else refused += 1;
      }
    }),
  );
  return { perSecond: granted / ((performance.now() - startedAt) / 1000), refused };
}

let redlock: Redlock | undefined;

/** The seed's approach: one product at a time, with the library's defaults; the reservation is then released by an increment. */
async function seedsWay(redis: Redis, lines: readonly StockLine[]): Promise<boolean> {
  redlock ??= new Redlock([redis as unknown as Redlock.CompatibleRedisClient]);
  const reserved: StockLine[] = [];
  for (const { productId, quantity } of lines) {
    let lock: Redlock.Lock;
    try {
      lock = await redlock.lock(`lock:product:${productId}`, 5000);
    } catch {
      break;
    }
    try {
      const stock = Number.parseInt((await redis.get(`stock:${productId}`)) ?? '0', 10);
      if (stock < quantity) break;
      await redis.decrby(`stock:${productId}`, quantity);
      await redis.setex(`reservation:${productId}:${Date.now()}`, 600, String(quantity));
      reserved.push({ productId, quantity });
    } finally {
      await lock.unlock();
    }
  }
  for (const { productId, quantity } of reserved) await redis.incrby(`stock:${productId}`, quantity);
  return reserved.length === lines.length;
}
