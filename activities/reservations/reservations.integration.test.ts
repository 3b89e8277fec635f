/** Reservations of a shopper, and limits: the stock counters and the ledger agree despite concurrent, repeated, and interrupted calls. */
import { randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { endedAgo, reservationInput } from '../../tests/support/reservations.ts';
import { ADDRESS, createProduct, stockOf, until } from '../../tests/support/shop.ts';
import type { ReservationResult, StockRequest } from '../../workflows/reservation/messages.ts';
import { findDrift, repairMarks } from '../audit/check-stock-counters.ts';
import { createInventoryActivities } from './activities.ts';
import { ensureStockCounters } from './stock-counters-rebuild.ts';

const shop = activityShop();

const newOwner = () => `cart:${randomUUID()}`;
const product = (stock: number) => createProduct(shop.services, { stock });
const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);
const statusOf = async (id: string) =>
  (await shop.services.db.row<{ status: string }>('select status from reservations where id = $1', [id]))?.status;

async function reserved(input: StockRequest): Promise<StockRequest> {
  expect((await shop.activities.reserveStock(input)).outcome).toBe('reserved');
  return input;
}

/** Units of a product that are available in both stages. */
async function left(productId: string): Promise<{ stockCounters: number | undefined; ledger: number }> {
  const { stock, reserved } = await stockOf(shop.services, productId);
  return { stockCounters: await available(productId), ledger: stock - reserved };
}
const both = (units: number) => ({ stockCounters: units, ledger: units });

const openOrder = (input: StockRequest) =>
  shop.activities.openOrder({
    orderId: randomUUID(),
    reservationId: input.reservationId,
    owners: input.owners,
    userId: null,
    email: 'guest@example.test',
    shipping_address: ADDRESS,
  });

describe('a shopper’s next reservation', () => {
  it('replaces the earlier one, whose units count as available to the shopper', async () => {
    const [last, more] = [await product(1), await product(5)];
    const owners = [newOwner()];
    const first = await reserved(reservationInput([{ productId: last.id, quantity: 1 }], { owners }));
    const both2 = [
      { productId: last.id, quantity: 1 },
      { productId: more.id, quantity: 2 },
    ];
    expect((await shop.activities.reserveStock(reservationInput(both2))).outcome).toBe('out_of_stock');
    const second = await reserved(reservationInput(both2, { owners }));
    for (let times = 0; times < 2; times += 1) {
      expect(await statusOf(first.reservationId)).toBe('released');
      expect(await statusOf(second.reservationId)).toBe('reserved');
      expect([await left(last.id), await left(more.id)]).toEqual([both(0), both(3)]);
      expect((await shop.activities.reserveStock(second)).outcome).toBe('reserved');
      expect((await shop.activities.reserveStock(first)).outcome).toBe('ended');
      expect(await shop.activities.endReservation({ reservationId: first.reservationId })).toBe('released');
    }
    await shop.activities.releaseReservation({ reservationId: second.reservationId });
    expect([await left(last.id), await left(more.id)]).toEqual([both(1), both(5)]);
  });

  it('leaves the earlier one unchanged when stock is short in the stock counters or in the ledger', async () => {
    const item = await product(3);
    const owners = [newOwner()];
    const first = await reserved(reservationInput([{ productId: item.id, quantity: 2 }], { owners }));
    const tooMany = () => reservationInput([{ productId: item.id, quantity: 4 }], { owners });
    const refused = { outcome: 'out_of_stock', lines: [{ requested: 4, available: 3 }] };
    expect(await shop.activities.reserveStock(tooMany())).toMatchObject(refused);
    expect(await left(item.id)).toEqual(both(1));
    // The stock counters count more than is available.
    await shop.services.stockCounters.correct(item.id, 1, 9);
    expect(await shop.activities.reserveStock(tooMany())).toMatchObject(refused);
    expect(await left(item.id)).toEqual({ stockCounters: 9, ledger: 1 });
    await shop.services.stockCounters.correct(item.id, 9, 1);
    expect(await shop.services.stockCounters.reservedLines(first.reservationId)).toEqual(new Map([[item.id, 2]]));
    expect(await statusOf(first.reservationId)).toBe('reserved');
    await reserved(reservationInput([{ productId: item.id, quantity: 3 }], { owners }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('is the earlier one when the lines are the same, however many requests are concurrent', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 1 }];
    const inputs = Array.from({ length: 40 }, () => reservationInput(lines, { owners }));
    const answers = await Promise.all(inputs.map((input) => shop.activities.reserveStock(input)));
    const granted = inputs.filter((_, index) => answers[index]!.outcome === 'reserved');
    expect(granted).toHaveLength(1);
    const { reservationId } = granted[0]!;
    const others = answers.filter((answer) => answer.outcome !== 'reserved');
    expect(new Set(others.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ outcome: 'existing', requested: lines, reservationId })]),
    );
    expect(await left(item.id)).toEqual(both(0));
    expect((await shop.services.stockCounters.look(randomUUID(), lines, owners))?.short).toEqual([]);
    await shop.activities.releaseReservation({ reservationId });
    expect(await left(item.id)).toEqual(both(1));
  });

  it('is a new one when the earlier one is overdue', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const first = await reserved(reservationInput([{ productId: item.id, quantity: 1 }], { owners }));
    await endedAgo(shop.services, first.reservationId, 1);
    const second = await reserved(reservationInput(first.lines, { owners }));
    expect(await statusOf(first.reservationId)).toBe('released');
    expect(await statusOf(second.reservationId)).toBe('reserved');
    expect(await left(item.id)).toEqual(both(0));
  });

  it('replaces the guest’s reservation after signing in', async () => {
    const item = await product(2);
    const [cart, user] = [newOwner(), `user:${randomUUID()}`];
    await reserved(reservationInput([{ productId: item.id, quantity: 1 }], { owners: [user] }));
    await reserved(reservationInput([{ productId: item.id, quantity: 1 }], { owners: [cart] }));
    await reserved(reservationInput([{ productId: item.id, quantity: 2 }], { owners: [user, cart] }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('is refused while an order is awaiting payment, and never takes that order’s items', async () => {
    for (let round = 0; round < 20; round += 1) {
      const item = await product(2);
      const owners = [newOwner()];
      const first = await reserved(reservationInput([{ productId: item.id, quantity: 1 }], { owners }));
      const next = reservationInput([{ productId: item.id, quantity: 2 }], { owners });
      const [opened, answer] = await Promise.all([openOrder(first), shop.activities.reserveStock(next)]);
      if (opened.outcome === 'opened') {
        expect(answer).toEqual({ outcome: 'existing', requested: next.lines, reservationId: first.reservationId });
        expect(await left(item.id)).toEqual(both(1));
      } else {
        expect([opened.outcome, answer.outcome]).toEqual(['reservation_ended', 'reserved']);
        expect(await left(item.id)).toEqual(both(0));
      }
    }
  });

  it('is the same in both stages after many concurrent requests, releases, and payments', async () => {
    const items = await Promise.all([4, 6, 8].map((stock) => product(stock)));
    const shoppers = Array.from({ length: 6 }, () => [newOwner()]);
    const step = async () => {
      const lines = items
        .map((item) => ({ productId: item.id, quantity: randomInt(0, 3) }))
        .filter((line) => line.quantity > 0)
        .sort((a, b) => (a.productId < b.productId ? -1 : 1));
      if (lines.length === 0) return;
      const input = reservationInput(lines, { owners: shoppers[randomInt(shoppers.length)]! });
      const first = shop.activities.reserveStock(input);
      const again = randomInt(3) === 0 ? shop.activities.reserveStock(input) : undefined;
      const answer = await first;
      await again;
      if (answer.outcome !== 'reserved') return;
      const { reservationId } = input;
      const next = randomInt(4);
      if (next === 0) await shop.activities.releaseReservation({ reservationId });
      if (next !== 1) return;
      const opened = await openOrder(input);
      if (opened.outcome === 'opened')
        await shop.activities.closeOrder({ orderId: opened.order.orderId, to: 'canceled' });
    };
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let times = 0; times < 15; times += 1) await step();
      }),
    );
    for (const item of items) {
      const { stockCounters, ledger } = await left(item.id);
      expect(stockCounters).toBe(ledger);
      expect(ledger).toBeGreaterThanOrEqual(0);
    }
    const open = await shop.services.db.rows<{ id: string; owner: string }>(
      `select id, owner from reservations where status = 'reserved' and owner = any($1)`,
      [shoppers.flat()],
    );
    expect(new Set(open.map((each) => each.owner)).size).toBe(open.length);
    const inCounters = await shop.services.stockCounters.openReservations();
    for (const { id } of open) expect(inCounters.has(id)).toBe(true);
  }, 60_000);
});

describe('the stock counters', () => {
  it('contain a shopper’s own units after a rebuild', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 1 }];
    await reserved(reservationInput(lines, { owners }));
    await shop.services.redis.flushall();
    await until(
      () => ensureStockCounters(shop.services.db, shop.services.stockCounters, shop.services.log),
      'the stock counters',
    );
    expect(await shop.services.stockCounters.look(randomUUID(), lines, owners)).toMatchObject({
      short: [],
      hasOwn: true,
    });
    expect((await shop.services.stockCounters.look(randomUUID(), lines, [newOwner()]))?.short).toHaveLength(1);
    const more = await product(1);
    await reserved(reservationInput([...lines, { productId: more.id, quantity: 1 }], { owners }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('are rebuilt from one snapshot, so that a concurrent stock change counts once', async () => {
    const { db, stockCounters, redis, log } = shop.services;
    const item = await product(5);
    await until(async () => (await available(item.id)) === 5, 'the product to be counted');
    const client = await db.pool.connect();
    let rebuilt: Promise<unknown>;
    try {
      await client.query('begin');
      await client.query('lock table reservations in access exclusive mode');
      await redis.flushall();
      rebuilt = until(() => ensureStockCounters(db, stockCounters, log), 'the stock counters');
      await until(
        () => db.row(`select 1 from pg_locks where relation = 'reservations'::regclass and not granted`),
        'the rebuild to wait for the lock',
      );
      await client.query('update products set stock_quantity = stock_quantity + 3 where id = $1', [item.id]);
      await client.query('commit');
    } finally {
      await client.query('rollback');
      client.release();
    }
    await rebuilt;
    const isDelivered = async () =>
      !(await db.row(`select 1 from outbox where topic = 'stock.adjusted' and key = $1`, [item.id]));
    await until(isDelivered, 'the change to be delivered');
    expect(await left(item.id)).toEqual(both(8));
  });

  it('find a shopper’s own reservation while several of their requests are concurrent', async () => {
    const item = await product(2);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 2 }];
    const { stockCounters } = shop.services;
    const own = await reserved(reservationInput(lines, { owners }));
    const [second, third] = [randomUUID(), randomUUID()];
    expect((await stockCounters.reserve(second, lines, owners)).outcome).toBe('reserved');
    expect((await stockCounters.reserve(third, lines, owners)).outcome).toBe('reserved');
    // The first and the third reservation count again.
    await stockCounters.end(second, 'refused');
    expect(await available(item.id)).toBe(-2);
    const existing = { outcome: 'existing', reservationId: own.reservationId };
    expect(await shop.activities.reserveStock(reservationInput(lines, { owners }))).toMatchObject(existing);
    // Now the shopper's latest reservation is one that does not exist.
    await stockCounters.end(third, 'refused');
    expect(await left(item.id)).toEqual(both(0));
    expect(await shop.activities.reserveStock(reservationInput(lines, { owners }))).toMatchObject(existing);
    expect((await shop.activities.reserveStock(reservationInput(lines, { owners: [newOwner()] }))).outcome).toBe(
      'out_of_stock',
    );
    expect(await left(item.id)).toEqual(both(0));
  });

  it('restore a reservation that was replaced by one missing in PostgreSQL; until then the audit counts both correctly', async () => {
    const item = await product(5);
    const owners = [newOwner()];
    const first = await reserved(reservationInput([{ productId: item.id, quantity: 3 }], { owners }));
    const lost = randomUUID();
    await shop.services.stockCounters.reserve(lost, [{ productId: item.id, quantity: 4 }], owners);
    expect(await left(item.id)).toEqual({ stockCounters: 1, ledger: 2 });
    expect((await findDrift(shop.services.db, shop.services.stockCounters)).has(item.id)).toBe(false);
    await shop.services.redis.zadd('{stock}:reserved', Date.now() - 120_000, lost);
    expect((await repairMarks(shop.services.db, shop.services.stockCounters)).map((each) => each.subject)).toContain(
      `reservation ${lost}`,
    );
    expect(await left(item.id)).toEqual(both(2));
    expect(await shop.services.stockCounters.reservedLines(first.reservationId)).toEqual(new Map([[item.id, 3]]));
  });

  it('do not change when a step is repeated or late', async () => {
    const item = await product(5);
    const [owner, a, b] = [newOwner(), randomUUID(), randomUUID()];
    const { stockCounters } = shop.services;
    const one = [{ productId: item.id, quantity: 1 }];
    const two = [{ productId: item.id, quantity: 2 }];
    const twice = async (step: () => Promise<unknown>, then: number) => {
      for (let times = 0; times < 2; times += 1) {
        await step();
        expect(await available(item.id)).toBe(then);
      }
    };
    await twice(() => stockCounters.reserve(a, one, [owner]), 4);
    await twice(() => stockCounters.reserve(b, two, [owner]), 3);
    await twice(() => stockCounters.reserve(a, one, [owner]), 3);
    // The ledger granted the first request after all, so both count until it decides on the second.
    await twice(() => stockCounters.confirm(a, one, { owner }), 2);
    await twice(() => stockCounters.confirm(b, two, { owner, replaces: [a] }), 3);
    await twice(() => stockCounters.confirm(a, one, { owner }), 3);
    await twice(() => stockCounters.end(a, 'released'), 3);
    await twice(() => stockCounters.end(a, 'refused'), 3);
    // It is sold after a newer one replaced it in the stock counters, and stays sold when the newer one is refused.
    const c = randomUUID();
    await twice(() => stockCounters.reserve(c, one, [owner]), 4);
    await twice(() => stockCounters.end(b, 'committed'), 2);
    await twice(() => stockCounters.end(c, 'refused'), 3);
    // The ledger contains none of this.
    await stockCounters.correct(item.id, 3, 5);
  });
});

describe('limits', () => {
  const limited = (settings: Partial<Services['settings']>) =>
    createInventoryActivities({ ...shop.services, settings: { ...shop.services.settings, ...settings } });
  const outcomes = (answers: ReservationResult[]) => ({
    reserved: answers.filter((answer) => answer.outcome === 'reserved').length,
    limited: answers.filter((answer) => answer.outcome === 'limited').length,
  });

  it('cap the units of a guest and of an account; a refused request leaves nothing reserved', async () => {
    const item = await product(50);
    const { reserveStock } = limited({ RESERVATION_MAX_UNITS_PER_GUEST: 4, RESERVATION_MAX_UNITS_PER_OWNER: 6 });
    const ask = (quantity: number, owner: string) =>
      reserveStock(reservationInput([{ productId: item.id, quantity }], { owners: [owner] }));
    const guest = newOwner();
    expect((await ask(4, guest)).outcome).toBe('reserved');
    expect(await ask(5, guest)).toMatchObject({ outcome: 'limited', limit: 'guest_units', max: 4 });
    expect(await left(item.id)).toEqual(both(46));
    const account = `user:${randomUUID()}`;
    expect(await ask(7, account)).toMatchObject({ outcome: 'limited', limit: 'owner_units', max: 6 });
    // It replaces the account's own reservation instead of adding to it.
    for (const quantity of [6, 5, 6]) expect((await ask(quantity, account)).outcome).toBe('reserved');
    expect(await left(item.id)).toEqual(both(40));
  });

  it('cap the open reservations per address, for concurrent shoppers on several workers', async () => {
    const item = await product(100);
    const workers = [1, 2, 3].map(() => limited({ RESERVATION_MAX_OPEN_PER_ADDRESS: 7 }));
    const addressHash = randomUUID();
    const owners = Array.from({ length: 30 }, () => [newOwner()]);
    const ask = (quantity: number) =>
      Promise.all(
        owners.map((owner, index) =>
          workers[index % 3]!.reserveStock(
            reservationInput([{ productId: item.id, quantity }], { owners: owner, addressHash }),
          ),
        ),
      );
    expect(outcomes(await ask(1))).toEqual({ reserved: 7, limited: 23 });
    expect(await left(item.id)).toEqual(both(93));
    // Shoppers who already have a reservation may change it.
    expect(outcomes(await ask(2))).toEqual({ reserved: 7, limited: 23 });
    expect(await left(item.id)).toEqual(both(86));
  });

  it('cap the reserved units per address', async () => {
    const item = await product(100);
    const { reserveStock } = limited({ RESERVATION_MAX_UNITS_PER_ADDRESS: 10 });
    const addressHash = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        reserveStock(reservationInput([{ productId: item.id, quantity: 3 }], { owners: [newOwner()], addressHash })),
      ),
    );
    expect(outcomes(answers)).toEqual({ reserved: 3, limited: 9 });
    expect(await left(item.id)).toEqual(both(91));
    expect((await reserveStock(reservationInput([{ productId: item.id, quantity: 3 }]))).outcome).toBe('reserved');
  });
});
