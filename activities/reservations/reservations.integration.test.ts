/** A shopper's reservations, and the limits: the gate and the ledger agree whatever is sent at once, repeated, or left in the middle. */
import { randomInt, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Services } from '../../infra/services.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { endedAgo, holdInput } from '../../tests/support/reservations.ts';
import { createProduct, stockOf, until } from '../../tests/support/shop.ts';
import type { HoldInput, HoldResult } from '../../workflows/reservation/messages.ts';
import { findDrift, repairMarks } from '../audit/check-gate.ts';
import { createInventoryActivities } from './activities.ts';
import { ensureGate } from './gate-rebuild.ts';

const shop = activityShop();

const newOwner = () => `cart:${randomUUID()}`;
const product = (stock: number) => createProduct(shop.services, { stock });
const available = async (id: string) => (await shop.services.gate.available([id])).get(id);
const statusOf = async (id: string) =>
  (await shop.services.db.row<{ status: string }>('select status from reservations where id = $1', [id]))?.status;

async function held(input: HoldInput): Promise<HoldInput> {
  expect((await shop.activities.holdStock(input)).outcome).toBe('held');
  return input;
}

/** What both stages say is left of a product. */
async function left(productId: string): Promise<{ gate: number | undefined; ledger: number }> {
  const { stock, held: reserved } = await stockOf(shop.services, productId);
  return { gate: await available(productId), ledger: stock - reserved };
}
const both = (units: number) => ({ gate: units, ledger: units });

const openOrder = (input: HoldInput) =>
  shop.activities.openOrder({
    orderId: randomUUID(),
    reservationId: input.reservationId,
    owners: input.owners,
    userId: null,
    email: 'guest@example.test',
    shippingAddress: { street: '1 Main Street' },
  });

describe('a shopper’s next reservation', () => {
  it('replaces the one before, whose units count as available to them', async () => {
    const [last, more] = [await product(1), await product(5)];
    const owners = [newOwner()];
    const first = await held(holdInput([{ productId: last.id, quantity: 1 }], { owners }));
    const both2 = [
      { productId: last.id, quantity: 1 },
      { productId: more.id, quantity: 2 },
    ];
    expect((await shop.activities.holdStock(holdInput(both2))).outcome).toBe('out_of_stock');
    const second = await held(holdInput(both2, { owners }));
    for (let times = 0; times < 2; times += 1) {
      expect(await statusOf(first.reservationId)).toBe('released');
      expect(await statusOf(second.reservationId)).toBe('held');
      expect([await left(last.id), await left(more.id)]).toEqual([both(0), both(3)]);
      expect((await shop.activities.holdStock(second)).outcome).toBe('held');
      expect((await shop.activities.holdStock(first)).outcome).toBe('ended');
      expect(await shop.activities.endHold({ reservationId: first.reservationId })).toBe('released');
    }
    await shop.activities.releaseHold({ reservationId: second.reservationId });
    expect([await left(last.id), await left(more.id)]).toEqual([both(1), both(5)]);
  });

  it('leaves the one before untouched when it falls short, at the gate or in the ledger', async () => {
    const item = await product(3);
    const owners = [newOwner()];
    const first = await held(holdInput([{ productId: item.id, quantity: 2 }], { owners }));
    const tooMany = () => holdInput([{ productId: item.id, quantity: 4 }], { owners });
    const refused = { outcome: 'out_of_stock', lines: [{ requested: 4, available: 3 }] };
    expect(await shop.activities.holdStock(tooMany())).toMatchObject(refused);
    expect(await left(item.id)).toEqual(both(1));
    // The gate counts more than there is.
    await shop.services.gate.correct(item.id, 1, 9);
    expect(await shop.activities.holdStock(tooMany())).toMatchObject(refused);
    expect(await left(item.id)).toEqual({ gate: 9, ledger: 1 });
    await shop.services.gate.correct(item.id, 9, 1);
    expect(await shop.services.gate.heldLines(first.reservationId)).toEqual(new Map([[item.id, 2]]));
    expect(await statusOf(first.reservationId)).toBe('held');
    await held(holdInput([{ productId: item.id, quantity: 3 }], { owners }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('is the one before when the lines are the same, however many ask at once', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 1 }];
    const inputs = Array.from({ length: 40 }, () => holdInput(lines, { owners }));
    const answers = await Promise.all(inputs.map((input) => shop.activities.holdStock(input)));
    const granted = inputs.filter((_, index) => answers[index]!.outcome === 'held');
    expect(granted).toHaveLength(1);
    const { reservationId } = granted[0]!;
    const others = answers.filter((answer) => answer.outcome !== 'held');
    expect(new Set(others.map((answer) => JSON.stringify(answer)))).toEqual(
      new Set([JSON.stringify({ outcome: 'existing', requested: lines, reservationId })]),
    );
    expect(await left(item.id)).toEqual(both(0));
    expect((await shop.services.gate.look(randomUUID(), lines, owners))?.short).toEqual([]);
    await shop.activities.releaseHold({ reservationId });
    expect(await left(item.id)).toEqual(both(1));
  });

  it('is a new one when the time of the one before is over', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const first = await held(holdInput([{ productId: item.id, quantity: 1 }], { owners }));
    await endedAgo(shop.services, first.reservationId, 1);
    const second = await held(holdInput(first.lines, { owners }));
    expect(await statusOf(first.reservationId)).toBe('released');
    expect(await statusOf(second.reservationId)).toBe('held');
    expect(await left(item.id)).toEqual(both(0));
  });

  it('replaces what they had reserved as a guest when they have signed in', async () => {
    const item = await product(2);
    const [cart, user] = [newOwner(), `user:${randomUUID()}`];
    await held(holdInput([{ productId: item.id, quantity: 1 }], { owners: [user] }));
    await held(holdInput([{ productId: item.id, quantity: 1 }], { owners: [cart] }));
    await held(holdInput([{ productId: item.id, quantity: 2 }], { owners: [user, cart] }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('is refused for the order that waits for its payment, and never takes its items away', async () => {
    for (let round = 0; round < 20; round += 1) {
      const item = await product(2);
      const owners = [newOwner()];
      const first = await held(holdInput([{ productId: item.id, quantity: 1 }], { owners }));
      const next = holdInput([{ productId: item.id, quantity: 2 }], { owners });
      const [opened, answer] = await Promise.all([openOrder(first), shop.activities.holdStock(next)]);
      if (opened.outcome === 'opened') {
        expect(answer).toEqual({ outcome: 'existing', requested: next.lines, reservationId: first.reservationId });
        expect(await left(item.id)).toEqual(both(1));
      } else {
        expect([opened.outcome, answer.outcome]).toEqual(['reservation_ended', 'held']);
        expect(await left(item.id)).toEqual(both(0));
      }
    }
  });

  it('agrees at both stages after a storm of requests, releases and payments', async () => {
    const items = await Promise.all([4, 6, 8].map((stock) => product(stock)));
    const shoppers = Array.from({ length: 6 }, () => [newOwner()]);
    const step = async () => {
      const lines = items
        .map((item) => ({ productId: item.id, quantity: randomInt(0, 3) }))
        .filter((line) => line.quantity > 0)
        .sort((a, b) => (a.productId < b.productId ? -1 : 1));
      if (lines.length === 0) return;
      const input = holdInput(lines, { owners: shoppers[randomInt(shoppers.length)]! });
      const first = shop.activities.holdStock(input);
      const again = randomInt(3) === 0 ? shop.activities.holdStock(input) : undefined;
      const answer = await first;
      await again;
      if (answer.outcome !== 'held') return;
      const { reservationId } = input;
      const next = randomInt(4);
      if (next === 0) await shop.activities.releaseHold({ reservationId });
      if (next !== 1) return;
      const opened = await openOrder(input);
      if (opened.outcome === 'opened')
        await shop.activities.closeOrder({ orderId: opened.order.orderId, to: 'cancelled' });
    };
    await Promise.all(
      Array.from({ length: 12 }, async () => {
        for (let times = 0; times < 15; times += 1) await step();
      }),
    );
    for (const item of items) {
      const { gate, ledger } = await left(item.id);
      expect(gate).toBe(ledger);
      expect(ledger).toBeGreaterThanOrEqual(0);
    }
    const open = await shop.services.db.rows<{ id: string; owner: string }>(
      `select id, owner from reservations where status = 'held' and owner = any($1)`,
      [shoppers.flat()],
    );
    expect(new Set(open.map((each) => each.owner)).size).toBe(open.length);
    const atGate = await shop.services.gate.heldReservations();
    for (const { id } of open) expect(atGate.has(id)).toBe(true);
  }, 60_000);
});

describe('the gate', () => {
  it('knows a shopper’s own units again after it was rebuilt', async () => {
    const item = await product(1);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 1 }];
    await held(holdInput(lines, { owners }));
    await shop.services.redis.flushall();
    await until(() => ensureGate(shop.services.db, shop.services.gate, shop.services.log), 'the gate');
    expect(await shop.services.gate.look(randomUUID(), lines, owners)).toMatchObject({ short: [], hasOwn: true });
    expect((await shop.services.gate.look(randomUUID(), lines, [newOwner()]))?.short).toHaveLength(1);
    const more = await product(1);
    await held(holdInput([...lines, { productId: more.id, quantity: 1 }], { owners }));
    expect(await left(item.id)).toEqual(both(0));
  });

  it('is rebuilt from one moment, so that a change of stock meanwhile counts once', async () => {
    const { db, gate, redis, log } = shop.services;
    const item = await product(5);
    await until(async () => (await available(item.id)) === 5, 'the product to be counted');
    const client = await db.pool.connect();
    let rebuilt: Promise<unknown>;
    try {
      await client.query('begin');
      await client.query('lock table reservations in access exclusive mode');
      await redis.flushall();
      rebuilt = until(() => ensureGate(db, gate, log), 'the gate');
      await until(
        () => db.row(`select 1 from pg_locks where relation = 'reservations'::regclass and not granted`),
        'the rebuild to be in the middle',
      );
      await client.query('update products set stock_quantity = stock_quantity + 3 where id = $1', [item.id]);
      await client.query('commit');
    } finally {
      await client.query('rollback');
      client.release();
    }
    await rebuilt;
    const isCarried = async () =>
      !(await db.row(`select 1 from outbox where topic = 'stock.adjusted' and key = $1`, [item.id]));
    await until(isCarried, 'the change to be carried');
    expect(await left(item.id)).toEqual(both(8));
  });

  it('finds a shopper’s own reservation while several of their requests meet there', async () => {
    const item = await product(2);
    const owners = [newOwner()];
    const lines = [{ productId: item.id, quantity: 2 }];
    const { gate } = shop.services;
    const own = await held(holdInput(lines, { owners }));
    const [second, third] = [randomUUID(), randomUUID()];
    expect((await gate.hold(second, lines, owners)).outcome).toBe('held');
    expect((await gate.hold(third, lines, owners)).outcome).toBe('held');
    // The first one counts again, and so does the third.
    await gate.end(second, 'refused');
    expect(await available(item.id)).toBe(-2);
    const existing = { outcome: 'existing', reservationId: own.reservationId };
    expect(await shop.activities.holdStock(holdInput(lines, { owners }))).toMatchObject(existing);
    // Now the shopper's latest reservation is one that is not there.
    await gate.end(third, 'refused');
    expect(await left(item.id)).toEqual(both(0));
    expect(await shop.activities.holdStock(holdInput(lines, { owners }))).toMatchObject(existing);
    expect((await shop.activities.holdStock(holdInput(lines, { owners: [newOwner()] }))).outcome).toBe('out_of_stock');
    expect(await left(item.id)).toEqual(both(0));
  });

  it('takes back what a reservation replaced that PostgreSQL never heard of, and the audit counts both right meanwhile', async () => {
    const item = await product(5);
    const owners = [newOwner()];
    const first = await held(holdInput([{ productId: item.id, quantity: 3 }], { owners }));
    const lost = randomUUID();
    await shop.services.gate.hold(lost, [{ productId: item.id, quantity: 4 }], owners);
    expect(await left(item.id)).toEqual({ gate: 1, ledger: 2 });
    expect((await findDrift(shop.services.db, shop.services.gate)).has(item.id)).toBe(false);
    await shop.services.redis.zadd('{stock}:held', Date.now() - 120_000, lost);
    expect((await repairMarks(shop.services.db, shop.services.gate)).map((each) => each.subject)).toContain(
      `reservation ${lost}`,
    );
    expect(await left(item.id)).toEqual(both(2));
    expect(await shop.services.gate.heldLines(first.reservationId)).toEqual(new Map([[item.id, 3]]));
  });

  it('changes nothing when a step is repeated, or comes late', async () => {
    const item = await product(5);
    const [owner, a, b] = [newOwner(), randomUUID(), randomUUID()];
    const { gate } = shop.services;
    const one = [{ productId: item.id, quantity: 1 }];
    const two = [{ productId: item.id, quantity: 2 }];
    const twice = async (step: () => Promise<unknown>, then: number) => {
      for (let times = 0; times < 2; times += 1) {
        await step();
        expect(await available(item.id)).toBe(then);
      }
    };
    await twice(() => gate.hold(a, one, [owner]), 4);
    await twice(() => gate.hold(b, two, [owner]), 3);
    await twice(() => gate.hold(a, one, [owner]), 3);
    // The ledger granted the one that came first after all: both count until it decides on the other one.
    await twice(() => gate.confirm(a, one, { owner }), 2);
    await twice(() => gate.confirm(b, two, { owner, replaces: [a] }), 3);
    await twice(() => gate.confirm(a, one, { owner }), 3);
    await twice(() => gate.end(a, 'released'), 3);
    await twice(() => gate.end(a, 'refused'), 3);
    // Sold while a newer one has taken its place at the gate: it stays sold when that one is refused.
    const c = randomUUID();
    await twice(() => gate.hold(c, one, [owner]), 4);
    await twice(() => gate.end(b, 'committed'), 2);
    await twice(() => gate.end(c, 'refused'), 3);
    // Nothing of this was in the ledger.
    await gate.correct(item.id, 3, 5);
  });
});

describe('limits', () => {
  const limited = (settings: Partial<Services['settings']>) =>
    createInventoryActivities({ ...shop.services, settings: { ...shop.services.settings, ...settings } });
  const outcomes = (answers: HoldResult[]) => ({
    held: answers.filter((answer) => answer.outcome === 'held').length,
    limited: answers.filter((answer) => answer.outcome === 'limited').length,
  });

  it('bound the units of a guest and of an account; nothing of a refused one is left', async () => {
    const item = await product(50);
    const { holdStock } = limited({ RESERVATION_MAX_UNITS_PER_GUEST: 4, RESERVATION_MAX_UNITS_PER_OWNER: 6 });
    const ask = (quantity: number, owner: string) =>
      holdStock(holdInput([{ productId: item.id, quantity }], { owners: [owner] }));
    const guest = newOwner();
    expect((await ask(4, guest)).outcome).toBe('held');
    expect(await ask(5, guest)).toMatchObject({ outcome: 'limited', limit: 'guest_units', max: 4 });
    expect(await left(item.id)).toEqual(both(46));
    const account = `user:${randomUUID()}`;
    expect(await ask(7, account)).toMatchObject({ outcome: 'limited', limit: 'owner_units', max: 6 });
    // In the place of its own, not on top of it.
    for (const quantity of [6, 5, 6]) expect((await ask(quantity, account)).outcome).toBe('held');
    expect(await left(item.id)).toEqual(both(40));
  });

  it('bound what one address has open, for any number of shoppers at once on several workers', async () => {
    const item = await product(100);
    const workers = [1, 2, 3].map(() => limited({ RESERVATION_MAX_OPEN_PER_ADDRESS: 7 }));
    const addressHash = randomUUID();
    const owners = Array.from({ length: 30 }, () => [newOwner()]);
    const ask = (quantity: number) =>
      Promise.all(
        owners.map((owner, index) =>
          workers[index % 3]!.holdStock(holdInput([{ productId: item.id, quantity }], { owners: owner, addressHash })),
        ),
      );
    expect(outcomes(await ask(1))).toEqual({ held: 7, limited: 23 });
    expect(await left(item.id)).toEqual(both(93));
    // Those who have one may change it.
    expect(outcomes(await ask(2))).toEqual({ held: 7, limited: 23 });
    expect(await left(item.id)).toEqual(both(86));
  });

  it('bound the units that one address has reserved', async () => {
    const item = await product(100);
    const { holdStock } = limited({ RESERVATION_MAX_UNITS_PER_ADDRESS: 10 });
    const addressHash = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () =>
        holdStock(holdInput([{ productId: item.id, quantity: 3 }], { owners: [newOwner()], addressHash })),
      ),
    );
    expect(outcomes(answers)).toEqual({ held: 3, limited: 9 });
    expect(await left(item.id)).toEqual(both(91));
    expect((await holdStock(holdInput([{ productId: item.id, quantity: 3 }]))).outcome).toBe('held');
  });
});
