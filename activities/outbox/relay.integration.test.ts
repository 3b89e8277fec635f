/** The outbox: each message takes effect once while several workers deliver, and is deleted only after its effect. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import { ensureStockCounters } from '../reservations/stock-counters-rebuild.ts';
import { createOutboxHandlers } from './handlers.ts';
import { type OutboxHandlers, type OutboxMessage, OutboxRelay } from './relay.ts';

let services: Services;
/** Each test has its own topic. */
let topic: string;
beforeAll(async () => {
  services = await connectTestServices();
});
afterAll(() => services?.close());
beforeEach(() => {
  topic = `test-${randomUUID()}`;
});
afterEach(() => services.db.run('delete from outbox where topic = $1', [topic]));

const relayWith = (handlers: OutboxHandlers) => new OutboxRelay(services.db, handlers, services.log);
const put = (key: string, payload: object = {}) =>
  services.db.run('insert into outbox (topic, key, payload) values ($1, $2, $3)', [
    topic,
    key,
    JSON.stringify(payload),
  ]);
const waiting = () =>
  services.db.rows<{ key: string; attempts: number; last_error: string | null; is_put_off: boolean }>(
    'select key, attempts, last_error, available_at > now() as is_put_off from outbox where topic = $1 order by id',
    [topic],
  );

/** A handler that waits until it is released. */
function waitingHandler(keys: string[]) {
  let release = () => {};
  let entered = () => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  const isEntered = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const handle = async (messages: readonly OutboxMessage[]) => {
    entered();
    await open;
    keys.push(...messages.map(({ key }) => key));
    return undefined;
  };
  return { handle, isEntered, release };
}

it('two workers deliver each message once, however slow one of them is', async () => {
  for (const key of ['a', 'b', 'c']) await put(key);
  const done: string[] = [];
  const slow = waitingHandler(done);
  const first = relayWith({ [topic]: slow.handle }).carry(topic);
  await slow.isEntered;
  // A message that is added in the meantime does not wait.
  await put('d');
  const quick = relayWith({
    [topic]: async (messages) => {
      done.push(...messages.map(({ key }) => key));
      return undefined;
    },
  });
  expect(await quick.carry(topic)).toBe(1);
  expect(await quick.carry(topic)).toBe(0);
  slow.release();
  expect(await first).toBe(3);
  expect(done).toEqual(['d', 'a', 'b', 'c']);
  expect(await waiting()).toEqual([]);
});

it('delivers messages in the order in which they were added, with at most the handler’s number per batch', async () => {
  for (const key of ['a', 'b', 'c']) await put(key, { number: key });
  const batches: unknown[] = [];
  const handle = async (messages: readonly OutboxMessage[]) => {
    batches.push(messages.map(({ key, payload, topic: of }) => [key, payload, of]));
    return undefined;
  };
  const relay = relayWith({ [topic]: { maxMessages: 2, handle } });
  expect([await relay.carry(topic), await relay.carry(topic), await relay.carry(topic)]).toEqual([2, 1, 0]);
  const message = (key: string) => [key, { number: key }, topic];
  expect(batches).toEqual([[message('a'), message('b')], [message('c')]]);
});

it('keeps failed messages, postpones them, and retries them later', async () => {
  for (const key of ['good', 'bad']) await put(key);
  const seen: string[] = [];
  let isBroken = true;
  const relay = relayWith({
    [topic]: async (messages) => {
      seen.push(...messages.map(({ key }) => key));
      return isBroken
        ? messages.filter(({ key }) => key === 'bad').map(({ id }) => ({ id, reason: 'x'.repeat(600) }))
        : undefined;
    },
  });
  expect(await relay.carry(topic)).toBe(1);
  expect(await waiting()).toEqual([{ key: 'bad', attempts: 1, last_error: 'x'.repeat(500), is_put_off: true }]);
  expect(await relay.carry(topic)).toBe(0);
  expect(seen).toEqual(['good', 'bad']);
  isBroken = false;
  await services.db.run('update outbox set available_at = now() where topic = $1', [topic]);
  expect(await relay.carry(topic)).toBe(1);
  expect(seen).toEqual(['good', 'bad', 'bad']);
  expect(await waiting()).toEqual([]);
});

it('keeps all messages of a batch whose handler threw, and waits longer each time, up to five minutes', async () => {
  await put('a');
  await put('b');
  const relay = relayWith({
    [topic]: async () => {
      throw new Error('the store is away');
    },
  });
  const waits: number[] = [];
  for (let times = 0; times < 11; times += 1) {
    await services.db.run('update outbox set available_at = now() where topic = $1', [topic]);
    expect(await relay.carry(topic)).toBe(0);
    const row = await services.db.row<{ seconds: number }>(
      'select round(extract(epoch from min(available_at) - now()))::int as seconds from outbox where topic = $1',
      [topic],
    );
    waits.push(row!.seconds);
  }
  expect(waits).toEqual([...waits].sort((one, other) => one - other));
  expect(waits.at(-1)! > waits[0]!).toBe(true);
  expect(Math.max(...waits)).toBeLessThanOrEqual(300);
  expect(await waiting()).toMatchObject([
    { key: 'a', attempts: 11, last_error: 'the store is away' },
    { key: 'b', attempts: 11 },
  ]);
});

it('repeats a message whose worker died before deleting it', async () => {
  await put('a');
  const done: string[] = [];
  const slow = waitingHandler(done);
  const dying = await connectTestServices();
  const delivered = new OutboxRelay(dying.db, { [topic]: slow.handle }, dying.log).carry(topic).catch((error) => error);
  await slow.isEntered;
  // The connection is lost after the effect and before the commit, as when the process is killed.
  await services.db.run(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where state = 'idle in transaction' and pid <> pg_backend_pid() and query like 'select "id", "topic", "key", "payload" from "outbox"%'`,
  );
  slow.release();
  expect(await delivered).toBeInstanceOf(Error);
  await dying.close();
  expect(await waiting()).toMatchObject([{ key: 'a', attempts: 0 }]);
  const again = waitingHandler(done);
  again.release();
  const relay = relayWith({ [topic]: again.handle });
  // The lost connection reports its end before it releases its locks.
  await until(async () => (await relay.carry(topic)) === 1, 'the message to be unlocked');
  expect(done).toEqual(['a', 'a']);
});

it('wakes up for a message, and waits for running deliveries when it stops', async () => {
  const done: string[] = [];
  const slow = waitingHandler(done);
  const relay = relayWith({ [topic]: slow.handle });
  relay.start();
  await put('a');
  await slow.isEntered;
  const stopped = relay.stop();
  slow.release();
  await stopped;
  expect(done).toEqual(['a']);
  expect(await waiting()).toEqual([]);
  await put('b');
  expect(await waiting()).toHaveLength(1);
});

it('has a handler for every topic that the shop writes', async () => {
  const handlers = createOutboxHandlers(services);
  expect(Object.keys(handlers).sort()).toEqual([
    'account.closed',
    'account.mail',
    'analytics.purchase',
    'history.forget',
    'mail',
    'order.changed',
    'product.changed',
    'stock.adjusted',
    'taste.changed',
  ]);
  await expect(relayWith(handlers).carry(topic)).rejects.toThrow(`no handler for outbox topic ${topic}`);
});

it('counts a stock delivery once when its message is delivered twice', async () => {
  const handler = createOutboxHandlers(services)['stock.adjusted'];
  if (typeof handler !== 'function') throw new Error('stock is adjusted in batches');
  const productId = randomUUID();
  await until(() => ensureStockCounters(services.db, services.stockCounters, services.log), 'the stock counters');
  // An ID that the outbox never assigns.
  const id = -Math.floor(Math.random() * 1e12) - 1;
  const message = { id, topic: 'stock.adjusted', key: productId, payload: { delta: 5 } };
  for (let times = 0; times < 2; times += 1) await handler([message], services.db);
  await handler([{ ...message, id: id - 1, payload: { delta: -2 } }], services.db);
  expect((await services.stockCounters.available([productId])).get(productId)).toBe(3);
  await services.redis.hdel('{stock}:available', productId);
});

it('keeps a stock delivery while the stock counters are being rebuilt, even if others of its batch were counted', async () => {
  let calls = 0;
  const stockCounters = { adjust: async () => ++calls > 1 } as unknown as Services['stockCounters'];
  const handler = createOutboxHandlers({ ...services, stockCounters })['stock.adjusted'];
  if (typeof handler !== 'function') throw new Error('stock is adjusted in batches');
  const message = { id: -1, topic: 'stock.adjusted', key: randomUUID(), payload: { delta: 5 } };
  await expect(handler([message, { ...message, id: -2 }], services.db)).rejects.toThrow('are being rebuilt');
});

it('invalidates the cache of a changed product even if the search index is unavailable', async () => {
  const invalidated: unknown[] = [];
  const cache = { invalidate: async (...keys: unknown[]) => invalidated.push(...keys) } as unknown as Services['cache'];
  const unavailable = new Proxy({} as Services['productIndex'], {
    get: () => {
      throw new Error('the index is away');
    },
  });
  const handler = createOutboxHandlers({ ...services, cache, productIndex: unavailable })['product.changed'];
  if (typeof handler !== 'function') throw new Error('products are indexed in batches');
  const id = randomUUID();
  const message = { id: -1, topic: 'product.changed', key: id, payload: {} };
  await expect(handler([message], services.db)).rejects.toThrow('the index is away');
  expect(JSON.stringify(invalidated)).toContain(id);
});
