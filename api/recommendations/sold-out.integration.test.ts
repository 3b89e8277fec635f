/** What the stock gate says of the last piece and of the first one again, heard in another process' place. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureGate } from '../../activities/reservations/gate-rebuild.ts';
import { STOCK_CHANNEL, type StockGate } from '../../infra/redis/stock-counters.ts';
import { subscribe } from '../../infra/redis/subscribe.ts';
import type { Services } from '../../infra/services.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import { SoldOut } from './sold-out.ts';

let services: Services;
let soldOut: SoldOut;
let stop: () => void;
let timesHeard = 0;

beforeAll(async () => {
  services = await connectTestServices();
  await openGate();
  soldOut = new SoldOut(services.gate, services.log);
  stop = listen(soldOut);
  await until(async () => timesHeard > 0, 'the subscription');
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
      onDeaf: () => listener.onDeaf(),
      onHearing: () => {
        timesHeard += 1;
        listener.onHearing();
      },
    },
    services.log,
  );
}

const openGate = () => until(() => ensureGate(services.db, services.gate, services.log), 'the gate');
async function countAnew(): Promise<void> {
  await services.gate.close();
  await openGate();
}
const becomes = (id: string, isSoldOut: boolean) => until(async () => soldOut.has(id) === isSoldOut, `${isSoldOut}`);

const outboxId = () => 2 ** 40 + Math.floor(Math.random() * 2 ** 40);

/** Of the gate alone: the next time that it is counted, it is gone. */
async function productInGate(stock: number): Promise<string> {
  const id = randomUUID();
  await services.gate.adjust(outboxId(), id, stock);
  return id;
}

async function hold(productId: string, quantity: number): Promise<string> {
  const reservationId = randomUUID();
  expect(await services.gate.hold(reservationId, [{ productId, quantity }])).toEqual({ outcome: 'held' });
  return reservationId;
}

it('hears when the last piece is held, and when one is back', async () => {
  const id = await productInGate(3);
  const other = await productInGate(3);
  const two = await hold(id, 2);
  const last = await hold(id, 1);
  await becomes(id, true);
  expect(soldOut.has(other)).toBe(false);
  await services.gate.end(two, 'committed');
  await services.gate.end(last, 'released');
  await becomes(id, false);
});

it('hears of what is granted beyond the count, delivered and corrected', async () => {
  const id = await productInGate(1);
  await services.gate.confirm(randomUUID(), [{ productId: id, quantity: 2 }]);
  await becomes(id, true);
  await services.gate.adjust(outboxId(), id, 5);
  await becomes(id, false);
  expect(await services.gate.correct(id, 4, 0)).toBe(true);
  await becomes(id, true);
  expect(await services.gate.correct(id, 0, 1)).toBe(true);
  await becomes(id, false);
});

it('reads all of it when it begins to hear, when it was deaf, and when the gate was counted anew', async () => {
  const id = await productInGate(1);
  await hold(id, 1);
  await becomes(id, true);

  const later = new SoldOut(services.gate, services.log);
  const stopLater = listen(later);
  await until(async () => later.has(id), 'what was sold out before');
  stopLater();
  await until(async () => !later.has(id), 'to know nothing while deaf');

  const before = timesHeard;
  await services.redis.call('client', 'kill', 'type', 'pubsub');
  await until(async () => timesHeard > before, 'the subscription again');
  await becomes(id, true);

  await countAnew();
  await becomes(id, false);
});

it('misses nothing of what is said while it reads', async () => {
  const [gone, back] = [await productInGate(1), await productInGate(1)];
  const held = await hold(back, 1);
  let meanwhile: (() => Promise<void>) | undefined = async () => {
    await hold(gone, 1);
    await services.gate.end(held, 'released');
  };
  // The count is read before, its answer comes after.
  const slow = {
    soldOut: async () => {
      const ids = await services.gate.soldOut();
      await meanwhile?.();
      meanwhile = undefined;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return ids;
    },
  } as StockGate;
  const listener = new SoldOut(slow, services.log);
  const stopListener = listen(listener);
  await until(async () => meanwhile === undefined, 'the reading');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([listener.has(gone), listener.has(back)]).toEqual([true, false]);
  stopListener();
});
