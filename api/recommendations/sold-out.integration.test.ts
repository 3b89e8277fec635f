/** What the stock counters publish when a product sells out and when it is back, received as another process would. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureStockCounters } from '../../activities/reservations/stock-counters-rebuild.ts';
import { STOCK_CHANNEL, type StockCounters } from '../../infra/redis/stock-counters.ts';
import { subscribe } from '../../infra/redis/subscribe.ts';
import type { Services } from '../../infra/services.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import { SoldOut } from './sold-out.ts';

let services: Services;
let soldOut: SoldOut;
let stop: () => void;
let timesNotified = 0;

beforeAll(async () => {
  services = await connectTestServices();
  await openCounters();
  soldOut = new SoldOut(services.stockCounters, services.log);
  stop = listen(soldOut);
  await until(async () => timesNotified > 0, 'the subscription');
});
afterAll(async () => {
  stop?.();
  if (services) await countAnew();
  await services?.close();
});

function listen(listener: SoldOut): () => void {
  return subscribe(
    services.settings.REDIS_URL,
    {
      onMessage: { [STOCK_CHANNEL]: (message) => listener.onMessage(message) },
      onDisconnected: () => listener.onDisconnected(),
      onSubscribed: () => {
        timesNotified += 1;
        listener.onSubscribed();
      },
    },
    services.log,
  );
}

const openCounters = () =>
  until(() => ensureStockCounters(services.db, services.stockCounters, services.log), 'the stock counters');
async function countAnew(): Promise<void> {
  await services.stockCounters.close();
  await openCounters();
}
const becomes = (id: string, isSoldOut: boolean) => until(async () => soldOut.has(id) === isSoldOut, `${isSoldOut}`);

const outboxId = () => 2 ** 40 + Math.floor(Math.random() * 2 ** 40);

/** Of the stock counters alone: the next time that it is counted, it is gone. */
async function productInCounters(stock: number): Promise<string> {
  const id = randomUUID();
  await services.stockCounters.adjust(outboxId(), id, stock);
  return id;
}

async function reservation(productId: string, quantity: number): Promise<string> {
  const reservationId = randomUUID();
  expect(await services.stockCounters.reserve(reservationId, [{ productId, quantity }])).toEqual({
    outcome: 'reserved',
  });
  return reservationId;
}

it('hears when the last piece is reserved, and when one is back', async () => {
  const id = await productInCounters(3);
  const other = await productInCounters(3);
  const two = await reservation(id, 2);
  const last = await reservation(id, 1);
  await becomes(id, true);
  expect(soldOut.has(other)).toBe(false);
  await services.stockCounters.end(two, 'committed');
  await services.stockCounters.end(last, 'released');
  await becomes(id, false);
});

it('hears of what is granted beyond the count, delivered and corrected', async () => {
  const id = await productInCounters(1);
  await services.stockCounters.confirm(randomUUID(), [{ productId: id, quantity: 2 }]);
  await becomes(id, true);
  await services.stockCounters.adjust(outboxId(), id, 5);
  await becomes(id, false);
  expect(await services.stockCounters.correct(id, 4, 0)).toBe(true);
  await becomes(id, true);
  expect(await services.stockCounters.correct(id, 0, 1)).toBe(true);
  await becomes(id, false);
});

it('reads all of it when it begins to hear, when it was deaf, and when the stock counters were counted anew', async () => {
  const id = await productInCounters(1);
  await reservation(id, 1);
  await becomes(id, true);

  const later = new SoldOut(services.stockCounters, services.log);
  const stopLater = listen(later);
  await until(async () => later.has(id), 'what was sold out before');
  stopLater();
  await until(async () => !later.has(id), 'to know nothing while deaf');

  const before = timesNotified;
  await services.redis.call('client', 'kill', 'type', 'pubsub');
  await until(async () => timesNotified > before, 'the subscription again');
  await becomes(id, true);

  await countAnew();
  await becomes(id, false);
});

it('misses nothing of what is said while it reads', async () => {
  const [gone, back] = [await productInCounters(1), await productInCounters(1)];
  const reserved = await reservation(back, 1);
  let meanwhile: (() => Promise<void>) | undefined = async () => {
    await reservation(gone, 1);
    await services.stockCounters.end(reserved, 'released');
  };
  // The count is read before, its answer comes after.
  const slow = {
    soldOut: async () => {
      const ids = await services.stockCounters.soldOut();
      await meanwhile?.();
      meanwhile = undefined;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ids;
    },
  } as StockCounters;
  const listener = new SoldOut(slow, services.log);
  const stopListener = listen(listener);
  await until(async () => meanwhile === undefined, 'the reading');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([listener.has(gone), listener.has(back)]).toEqual([true, false]);
  stopListener();
});
