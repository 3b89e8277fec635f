/** Runs each script of the stock counters twice and with outdated input: the second run changes nothing. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectOwnRedis, contentsOf, ownRedisUrl } from '../../tests/support/redis.ts';
import { until } from '../../tests/support/shop.ts';
import { connectWaitingRedis } from './client.ts';
import * as scripts from './stock-counter-scripts.ts';
import { STOCK_CHANNEL, StockCounters } from './stock-counters.ts';

const RUN = 'run-1';
const STOCK = 10;

let redis: Redis;
let stockCounters: StockCounters;
/** A separate product for each test, with `STOCK` units in stock. */
let product: string;
let owner: string;
beforeAll(() => {
  redis = connectOwnRedis();
  stockCounters = new StockCounters(redis);
});
afterAll(() => redis?.disconnect());
beforeEach(async () => {
  await redis.flushdb();
  product = randomUUID();
  owner = `cart:${randomUUID()}`;
  await stockCounters.load({ counts: [{ productId: product, available: STOCK }] });
  await stockCounters.open(RUN);
});

const available = async (id = product) => (await stockCounters.available([id])).get(id);
const lines = (quantity: number) => [{ productId: product, quantity }];
const stateOf = (id: string) => redis.hget(`{stock}:reservation:${id}`, 'state');
const expiresIn = (id: string) => redis.ttl(`{stock}:reservation:${id}`);

/** Runs a step twice: the second run must return the same and leave all of Redis unchanged. */
async function twice<Answer>(step: () => Promise<Answer>): Promise<Answer> {
  const first = await step();
  const before = await contentsOf(redis);
  expect(await step()).toEqual(first);
  expect(await contentsOf(redis)).toEqual(before);
  return first;
}

/** Runs a step that is too late or not allowed now: it must leave all of Redis unchanged. */
async function withoutEffect<Answer>(step: () => Promise<Answer>): Promise<Answer> {
  const before = await contentsOf(redis);
  const answer = await step();
  expect(await contentsOf(redis)).toEqual(before);
  return answer;
}

it('each script has a section in this file', () => {
  const names = Object.keys(scripts).filter((name) => !['STOCK_CHANNEL', 'OPENED'].includes(name));
  expect(names.sort()).toEqual(['ADJUST', 'CONFIRM', 'CORRECT', 'END', 'OPEN', 'RESERVE']);
});

/** Creates a reservation of two units in the given state, with the matching counter. */
async function reservationIn(state: 'reserved' | 'replaced' | 'released' | 'committed' | 'unknown'): Promise<string> {
  const id = randomUUID();
  if (state === 'unknown') return id;
  await stockCounters.reserve(id, lines(2), [owner]);
  if (state === 'replaced') await stockCounters.reserve(randomUUID(), lines(1), [owner]);
  if (state === 'released' || state === 'committed') await stockCounters.end(id, state);
  return id;
}

describe('RESERVE', () => {
  it('reserves all lines once', async () => {
    const id = randomUUID();
    expect(await twice(() => stockCounters.reserve(id, lines(3), [owner]))).toEqual({ outcome: 'reserved' });
    expect(await available()).toBe(STOCK - 3);
    expect(await expiresIn(id)).toBe(-1);
    expect([...(await stockCounters.openReservations()).keys()]).toEqual([id]);
  });

  it('reserves nothing when one line is short, and returns the available units', async () => {
    const other = randomUUID();
    await stockCounters.adjust(1, other, 1);
    const wanted = [...lines(2), { productId: other, quantity: 2 }];
    const answer = await withoutEffect(() => stockCounters.reserve(randomUUID(), wanted, [owner]));
    const counts = new Map([
      [product, STOCK],
      [other, 1],
    ]);
    expect(answer).toEqual({ outcome: 'short', available: counts });
    expect(
      await withoutEffect(() => stockCounters.reserve(randomUUID(), [{ productId: randomUUID(), quantity: 1 }])),
    ).toMatchObject({
      outcome: 'short',
    });
  });

  it('reserves the last unit, and no more', async () => {
    expect((await stockCounters.reserve(randomUUID(), lines(STOCK))).outcome).toBe('reserved');
    expect((await withoutEffect(() => stockCounters.reserve(randomUUID(), lines(1)))).outcome).toBe('short');
  });

  it.each(['released', 'committed'] as const)('does not reserve again after %s', async (state) => {
    const id = await reservationIn(state);
    expect(await withoutEffect(() => stockCounters.reserve(id, lines(2), [owner]))).toEqual({ outcome: 'ended' });
  });

  it('reserves again after PostgreSQL refused it', async () => {
    const id = await reservationIn('reserved');
    await stockCounters.end(id, 'refused');
    expect(await twice(() => stockCounters.reserve(id, lines(2), [owner]))).toEqual({ outcome: 'reserved' });
    expect(await available()).toBe(STOCK - 2);
  });

  it('replaces its owner’s earlier reservation, once', async () => {
    const first = await reservationIn('reserved');
    const second = randomUUID();
    await twice(() => stockCounters.reserve(second, lines(STOCK), [owner]));
    expect([await available(), await stateOf(first)]).toEqual([0, 'replaced']);
    expect(await expiresIn(first)).toBeGreaterThan(0);
    expect([...(await stockCounters.replacedBy(second)).keys()]).toEqual([first]);
    // A late retry of the earlier reservation changes nothing.
    expect(await withoutEffect(() => stockCounters.reserve(first, lines(2), [owner]))).toEqual({ outcome: 'reserved' });
  });

  it('replaces the reservations of all owner names of its shopper, and restores them when it is refused', async () => {
    const account = `user:${randomUUID()}`;
    const asGuest = await reservationIn('reserved');
    const [asAccount, next] = [randomUUID(), randomUUID()];
    await stockCounters.reserve(asAccount, lines(3), [account]);
    await twice(() => stockCounters.reserve(next, lines(STOCK), [account, owner]));
    expect([await available(), await stateOf(asGuest), await stateOf(asAccount)]).toEqual([0, 'replaced', 'replaced']);
    await twice(() => stockCounters.end(next, 'refused'));
    expect([await available(), await stateOf(asGuest), await stateOf(asAccount)]).toEqual([
      STOCK - 5,
      'reserved',
      'reserved',
    ]);
  });

  it('returns no units for an owner’s earlier reservation that has ended', async () => {
    for (const state of ['released', 'committed'] as const) {
      await reservationIn(state);
      const left = (await available())!;
      expect((await withoutEffect(() => stockCounters.reserve(randomUUID(), lines(left + 1), [owner]))).outcome).toBe(
        'short',
      );
    }
  });
});

describe('CONFIRM', () => {
  it('deducts lines that the counters had not counted once, even below zero', async () => {
    const id = randomUUID();
    await stockCounters.reserve(randomUUID(), lines(STOCK));
    expect(await twice(() => stockCounters.confirm(id, lines(3), { owner }))).toBe(true);
    expect([await available(), await stateOf(id)]).toEqual([-3, 'reserved']);
    // The audit checks these for reservations that ended without an update of the counters.
    expect((await stockCounters.openReservations()).has(id)).toBe(true);
  });

  it('does not deduct a reservation again', async () => {
    const id = await reservationIn('reserved');
    await twice(() => stockCounters.confirm(id, lines(2), { owner }));
    expect(await available()).toBe(STOCK - 2);
  });

  it('ends the replaced reservation, which can’t be restored afterwards', async () => {
    const first = await reservationIn('reserved');
    const second = randomUUID();
    await stockCounters.reserve(second, lines(1), [owner]);
    await twice(() => stockCounters.confirm(second, lines(1), { owner, replaces: [first] }));
    expect([await stateOf(first), await available()]).toEqual(['released', STOCK - 1]);
    await stockCounters.end(second, 'released');
    expect([await stateOf(first), await available()]).toEqual(['released', STOCK]);
  });

  it('does not restore a reservation that it replaced only in the counters when it ends', async () => {
    const first = await reservationIn('reserved');
    const second = randomUUID();
    await stockCounters.reserve(second, lines(1), [owner]);
    // In PostgreSQL the first reservation had already ended, which has not been reported to the counters yet.
    await twice(() => stockCounters.confirm(second, lines(1), { owner }));
    await twice(() => stockCounters.end(second, 'released'));
    expect([await stateOf(first), await available()]).toEqual(['replaced', STOCK]);
  });

  it('restores a reservation that a later request of the shopper had replaced', async () => {
    const first = await reservationIn('replaced');
    expect(await available()).toBe(STOCK - 1);
    await twice(() => stockCounters.confirm(first, lines(2), { owner }));
    expect([await available(), await stateOf(first), await expiresIn(first)]).toEqual([STOCK - 3, 'reserved', -1]);
  });

  it.each(['released', 'committed'] as const)('leaves a %s reservation unchanged', async (state) => {
    const id = await reservationIn(state);
    // Its owner has made a new reservation.
    await redis.set(`{stock}:owner:${owner}`, randomUUID());
    expect(await withoutEffect(() => stockCounters.confirm(id, lines(2), { owner }))).toBe(true);
  });
});

describe('END', () => {
  /** Units left of ten after ending a reservation of two, and the marker's state; null without a marker. */
  const TABLE = [
    { from: 'reserved', as: 'released', left: 10, state: 'released' },
    { from: 'reserved', as: 'committed', left: 8, state: 'committed' },
    { from: 'reserved', as: 'refused', left: 10, state: null },
    // The newer reservation has one unit.
    { from: 'replaced', as: 'released', left: 9, state: 'released' },
    { from: 'replaced', as: 'committed', left: 7, state: 'committed' },
    { from: 'replaced', as: 'refused', left: 9, state: null },
    { from: 'released', as: 'released', left: 10, state: 'released' },
    { from: 'released', as: 'committed', left: 10, state: 'released' },
    { from: 'released', as: 'refused', left: 10, state: 'released' },
    { from: 'committed', as: 'released', left: 8, state: 'committed' },
    { from: 'committed', as: 'committed', left: 8, state: 'committed' },
    { from: 'committed', as: 'refused', left: 8, state: 'committed' },
    { from: 'unknown', as: 'released', left: 10, state: 'released' },
    { from: 'unknown', as: 'committed', left: 10, state: 'committed' },
    { from: 'unknown', as: 'refused', left: 10, state: null },
  ] as const;

  it.each(TABLE)('ends a $from reservation as $as once', async ({ from, as, left, state }) => {
    const id = await reservationIn(from);
    expect(await twice(() => stockCounters.end(id, as))).toBe(true);
    expect([await available(), await stateOf(id)]).toEqual([left, state]);
    expect((await stockCounters.openReservations()).has(id)).toBe(false);
    if (state === null) return;
    expect(await expiresIn(id)).toBeGreaterThan(0);
    for (const later of ['released', 'committed', 'refused'] as const)
      await withoutEffect(() => stockCounters.end(id, later));
  });

  it.each([
    ['released', 'reserved', STOCK - 2],
    ['refused', 'reserved', STOCK - 2],
    ['committed', 'replaced', STOCK - 1],
  ] as const)('of the newer reservation, as %s, leaves the one before %s', async (as, state, left) => {
    const first = await reservationIn('reserved');
    const second = randomUUID();
    await stockCounters.reserve(second, lines(1), [owner]);
    await twice(() => stockCounters.end(second, as));
    expect([await stateOf(first), await available()]).toEqual([state, left]);
    expect((await stockCounters.openReservations()).has(first)).toBe(state === 'reserved');
    expect((await expiresIn(first)) === -1).toBe(state === 'reserved');
  });
});

describe('ADJUST', () => {
  it('counts each message of the outbox once', async () => {
    expect(await twice(() => stockCounters.adjust(1, product, 5))).toBe(true);
    await twice(() => stockCounters.adjust(2, product, -3));
    await withoutEffect(() => stockCounters.adjust(1, product, 5));
    expect(await available()).toBe(STOCK + 2);
    expect(await redis.ttl('{stock}:adjusted:1')).toBeGreaterThan(0);
  });
});

describe('CORRECT', () => {
  it('sets a counter only if it still has the value that was read', async () => {
    expect(await stockCounters.correct(product, STOCK, 4)).toBe(true);
    expect(await withoutEffect(() => stockCounters.correct(product, STOCK, 4))).toBe(false);
    await stockCounters.adjust(1, product, 1);
    expect(await withoutEffect(() => stockCounters.correct(product, 4, 9))).toBe(false);
    expect(await withoutEffect(() => stockCounters.correct(product, undefined, 9))).toBe(false);
    expect(await available()).toBe(5);
  });

  it('creates a missing counter once', async () => {
    const missing = randomUUID();
    expect(await withoutEffect(() => stockCounters.correct(missing, 0, 3))).toBe(false);
    expect(await stockCounters.correct(missing, undefined, 3)).toBe(true);
    expect(await withoutEffect(() => stockCounters.correct(missing, undefined, 4))).toBe(false);
    expect(await available(missing)).toBe(3);
  });
});

describe('OPEN', () => {
  it('activates the loaded counts, and drops reservations that were not loaded', async () => {
    const [gone, kept] = [await reservationIn('reserved'), randomUUID()];
    owner = `cart:${randomUUID()}`;
    const ended = await reservationIn('committed');
    await stockCounters.close();
    await stockCounters.load({
      counts: [{ productId: product, available: 4 }],
      reservations: [{ id: kept, state: 'reserved', owner, sinceMs: 1_000, lines: lines(6) }],
      adjustedOutboxIds: [7],
    });
    expect(await stockCounters.builtIn()).toBeUndefined();
    await twice(() => stockCounters.open('run-2'));
    expect(await stockCounters.builtIn()).toBe('run-2');
    expect(await stockCounters.allAvailable()).toEqual(new Map([[product, 4]]));
    expect([...(await stockCounters.openReservations())]).toEqual([[kept, 1_000]]);
    expect([await stateOf(gone), await stateOf(kept), await stateOf(ended)]).toEqual([null, 'reserved', 'committed']);
    // An adjustment that was in transit during the count is already included in it.
    await withoutEffect(() => stockCounters.adjust(7, product, 3));
    await stockCounters.end(kept, 'released');
    expect(await available()).toBe(10);
  });

  it('ignores the data of an interrupted rebuild', async () => {
    const [left, gone] = [randomUUID(), randomUUID()];
    const broken = { id: left, state: 'reserved', owner, sinceMs: 1_000, lines: lines(6) } as const;
    await stockCounters.close();
    await stockCounters.load({ counts: [{ productId: gone, available: 4 }], reservations: [broken] });
    await stockCounters.close();
    await stockCounters.load({ counts: [{ productId: product, available: STOCK }] });
    await stockCounters.open('run-2');
    expect(await stockCounters.allAvailable()).toEqual(new Map([[product, STOCK]]));
    expect((await stockCounters.openReservations()).has(left)).toBe(false);
  });

  it('permanently keeps a reservation that was about to be replaced', async () => {
    const id = await reservationIn('replaced');
    await stockCounters.close();
    await stockCounters.load({
      counts: [{ productId: product, available: STOCK - 2 }],
      reservations: [{ id, state: 'reserved', owner, sinceMs: 1_000, lines: lines(2) }],
    });
    await stockCounters.open('run-2');
    expect([await stateOf(id), await expiresIn(id)]).toEqual(['reserved', -1]);
    expect(await stockCounters.reservedLines(id)).toEqual(new Map([[product, 2]]));
  });

  it('is required before every other script', async () => {
    const id = await reservationIn('reserved');
    await stockCounters.close();
    expect(await withoutEffect(() => stockCounters.reserve(randomUUID(), lines(1), [owner]))).toEqual({
      outcome: 'closed',
    });
    expect(await withoutEffect(() => stockCounters.confirm(randomUUID(), lines(1), { owner }))).toBe(false);
    for (const as of ['released', 'committed', 'refused'] as const)
      expect(await withoutEffect(() => stockCounters.end(id, as))).toBe(false);
    expect(await withoutEffect(() => stockCounters.adjust(1, product, 5))).toBe(false);
    expect(await withoutEffect(() => stockCounters.correct(product, STOCK - 2, 5))).toBe(false);
    await stockCounters.load({ counts: [{ productId: product, available: 1 }] });
    await stockCounters.open(RUN);
    // It was not applied before, so it is applied now.
    await stockCounters.adjust(1, product, 5);
    expect(await available()).toBe(6);
  });
});

describe('listeners', () => {
  it('are notified when a product sells out, is back in stock, and when the counters were rebuilt', async () => {
    const listener = connectWaitingRedis(ownRedisUrl());
    const received: string[] = [];
    listener.on('message', (_channel, message) => received.push(message));
    await listener.subscribe(STOCK_CHANNEL);
    const publishedBy = async (step: () => Promise<unknown>) => {
      const stopWord = `stop-${randomUUID()}`;
      received.length = 0;
      await step();
      await redis.publish(STOCK_CHANNEL, stopWord);
      await until(() => received.includes(stopWord), 'what was published');
      return received.filter((message) => message.includes(product) || message === scripts.OPENED);
    };
    const [most, last] = [randomUUID(), randomUUID()];
    try {
      expect(await publishedBy(() => stockCounters.reserve(most, lines(STOCK - 1)))).toEqual([]);
      expect(await publishedBy(() => stockCounters.reserve(last, lines(1)))).toEqual([`-${product}`]);
      expect(await publishedBy(() => stockCounters.reserve(last, lines(1)))).toEqual([]);
      expect(await publishedBy(() => stockCounters.end(last, 'released'))).toEqual([`+${product}`]);
      expect(await publishedBy(() => stockCounters.end(most, 'released'))).toEqual([]);
      expect(await publishedBy(() => stockCounters.adjust(1, product, -STOCK))).toEqual([`-${product}`]);
      expect(await publishedBy(() => stockCounters.adjust(1, product, STOCK))).toEqual([]);
      expect(await publishedBy(() => stockCounters.correct(product, 0, 2))).toEqual([`+${product}`]);
      expect(await publishedBy(() => stockCounters.correct(product, 2, 0))).toEqual([`-${product}`]);
      await stockCounters.close();
      expect(await publishedBy(() => stockCounters.open('run-2'))).toEqual([scripts.OPENED]);
    } finally {
      listener.disconnect();
    }
  });
});
