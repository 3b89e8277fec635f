/** Messages of the stock counters when a product sells out and when it is available again, as another process receives them. */
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
  await until(async () => timesNotified > 0, 'the subscription to start');
});
afterAll(async () => {
  stop?.();
  if (services) await rebuildCounters();
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
  until(() => ensureStockCounters(services.db, services.stockCounters, services.log), 'the stock counters to be ready');
async function rebuildCounters(): Promise<void> {
  await services.stockCounters.close();
  await openCounters();
}
const becomes = (id: string, isSoldOut: boolean) =>
  until(async () => soldOut.has(id) === isSoldOut, `${id} to be ${isSoldOut ? 'sold out' : 'in stock'}`);

const outboxId = () => 2 ** 40 + Math.floor(Math.random() * 2 ** 40);

/** A product that only the stock counters have, until they are rebuilt. */
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

it('is notified when the last unit is reserved and when one is released', async () => {
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

it('is notified of reservations beyond the count, deliveries, and corrections', async () => {
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

it('reads all sold-out products when it subscribes, reconnects, and after the stock counters were rebuilt', async () => {
  const id = await productInCounters(1);
  await reservation(id, 1);
  await becomes(id, true);

  const later = new SoldOut(services.stockCounters, services.log);
  const stopLater = listen(later);
  await until(async () => later.has(id), 'the sold-out products to be read');
  stopLater();
  await until(async () => !later.has(id), 'the sold-out products to be dropped');

  const before = timesNotified;
  await services.redis.call('client', 'kill', 'type', 'pubsub');
  await until(async () => timesNotified > before, 'the subscription to be restored');
  await becomes(id, true);

  await rebuildCounters();
  await becomes(id, false);
});

it('misses no message during a read', async () => {
  const [gone, back] = [await productInCounters(1), await productInCounters(1)];
  const reserved = await reservation(back, 1);
  let meanwhile: (() => Promise<void>) | undefined = async () => {
    await reservation(gone, 1);
    await services.stockCounters.end(reserved, 'released');
  };
  // The counters are read before the changes, and the result arrives after them.
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
  await until(async () => meanwhile === undefined, 'the read to finish');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([listener.has(gone), listener.has(back)]).toEqual([true, false]);
  stopListener();
});
