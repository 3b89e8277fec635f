/** Decisions that PostgreSQL alone makes about reservations, whatever the stock counters contain, and how those record its decisions. */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { reservationInput } from '../../tests/support/reservations.ts';
import { createProduct, stockOf, type TestProduct, until } from '../../tests/support/shop.ts';
import type { StockRequest } from '../../workflows/reservation/messages.ts';
import { endInLedger } from './end-ledger.ts';
import { reserveInLedger } from './reservation-ledger.ts';
import { ensureStockCounters } from './stock-counters-rebuild.ts';

const shop = activityShop();
const { orders } = shop;

const WITHOUT_LIMITS = { maxUnitsPerOwner: 99, maxUnitsPerGuest: 99, maxOpenPerAddress: 99, maxUnitsPerAddress: 99 };
const newOwners = () => [`cart:${randomUUID()}`];
const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);
const statusesOf = (inputs: readonly StockRequest[]) =>
  Promise.all(
    inputs.map(async ({ reservationId }) => {
      const read = 'select status from reservations where id = $1';
      return (await shop.services.db.row<{ status: string }>(read, [reservationId]))?.status;
    }),
  );

describe('the ledger', () => {
  it('does not reserve a product that is no longer sold', async () => {
    const { db } = shop.services;
    const item = await createProduct(shop.services, { stock: 5 });
    await db.run('update products set deleted_at = now() where id = $1', [item.id]);
    const request = reservationInput([{ productId: item.id, quantity: 1 }]);
    expect(await reserveInLedger(db, [request], WITHOUT_LIMITS)).toMatchObject([{ outcome: 'short' }]);
  });

  it('keeps the units of a shopper whose next request is refused', async () => {
    const { db } = shop.services;
    const item = await createProduct(shop.services, { stock: 2 });
    const lines = (quantity: number) => [{ productId: item.id, quantity }];
    const owners = newOwners();
    const own = reservationInput(lines(2), { owners });
    expect((await shop.activities.reserveStock(own)).outcome).toBe('reserved');
    const requests = [reservationInput(lines(3), { owners }), reservationInput(lines(1), { owners: newOwners() })];
    const answers = await reserveInLedger(db, requests, WITHOUT_LIMITS);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['short', 'short']);
    await shop.activities.releaseReservation({ reservationId: own.reservationId });
  });

  it('returns the units of every reservation of a product, also of reservations that end together', async () => {
    const { db, settings } = shop.services;
    const item = await createProduct(shop.services, { stock: 5 });
    const reserved = [2, 1].map((quantity) =>
      reservationInput([{ productId: item.id, quantity }], { owners: newOwners() }),
    );
    for (const input of reserved) expect((await shop.activities.reserveStock(input)).outcome).toBe('reserved');
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 5, reserved: 3 });
    const ends = reserved.map(({ reservationId }) => ({ reservationId, to: 'released' as const }));
    expect(await endInLedger(db, ends, settings)).toEqual(['released', 'released']);
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 5, reserved: 0 });
    for (const { reservationId } of reserved) await shop.activities.releaseReservation({ reservationId });
  });

  it('reserves nothing for a request with a short line, so the next request gets the stock', async () => {
    const { db } = shop.services;
    const [item, scarce] = [await createProduct(shop.services, { stock: 1 }), await createProduct(shop.services)];
    const refused = reservationInput([
      { productId: item.id, quantity: 1 },
      { productId: scarce.id, quantity: 11 },
    ]);
    const next = reservationInput([{ productId: item.id, quantity: 1 }]);
    const answers = await reserveInLedger(db, [refused, next], WITHOUT_LIMITS);
    expect(answers).toMatchObject([
      { outcome: 'short', lines: [{ productId: scarce.id, name: 'Test mug', requested: 11, available: 10 }] },
      { outcome: 'reserved' },
    ]);
    expect([await stockOf(shop.services, item.id), await stockOf(shop.services, scarce.id)]).toEqual([
      { stock: 1, reserved: 1 },
      { stock: 10, reserved: 0 },
    ]);
    await shop.activities.reserveStock(next);
    await shop.activities.releaseReservation({ reservationId: next.reservationId });
  });

  it('keeps the last of a shopper’s requests in one batch', async () => {
    const { db } = shop.services;
    const item = await createProduct(shop.services, { stock: 5 });
    const owners = newOwners();
    const [first, second] = [2, 3].map((quantity) => reservationInput([{ productId: item.id, quantity }], { owners }));
    const answers = await reserveInLedger(db, [first!, second!], WITHOUT_LIMITS);
    expect(answers).toMatchObject([
      { outcome: 'reserved' },
      { outcome: 'reserved', reservation: { replaces: [first!.reservationId] } },
    ]);
    expect(await statusesOf([first!, second!])).toEqual(['released', 'reserved']);
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 5, reserved: 3 });
    await shop.activities.reserveStock(second!);
    await shop.activities.releaseReservation({ reservationId: second!.reservationId });
  });
});

describe('an existing reservation that is returned for the next request', () => {
  const owned = async (owners: string[], lines: StockRequest['lines']) => {
    const input = reservationInput(lines, { owners });
    expect((await shop.activities.reserveStock(input)).outcome).toBe('reserved');
    return input;
  };
  const one = (product: TestProduct) => ({ productId: product.id, quantity: 1 });

  it('has the same products, so an item that was removed from the cart is not bought', async () => {
    const [kept, dropped] = [await createProduct(shop.services), await createProduct(shop.services)];
    const owners = newOwners();
    const before = await owned(owners, [one(kept), one(dropped)]);
    const after = await owned(owners, [one(kept)]);
    expect(await statusesOf([before, after])).toEqual(['released', 'reserved']);
    await shop.activities.releaseReservation({ reservationId: after.reservationId });
  });

  it('is the one that is being paid, even if another has the same lines', async () => {
    const [item, other] = [await createProduct(shop.services), await createProduct(shop.services)];
    const [user, cart] = [`user:${randomUUID()}`, newOwners()[0]!];
    // This test uses only PostgreSQL, whichever of the two reservations it finds first.
    const guest = await owned([cart], [one(item)]);
    const { reservation, order } = await orders.opened({ product: other });
    await shop.services.db.run('update reservations set owner = $2 where id = $1', [reservation.reservationId, user]);
    const answer = await reserveInLedger(
      shop.services.db,
      [reservationInput([one(item)], { owners: [user, cart] })],
      WITHOUT_LIMITS,
    );
    expect(answer).toMatchObject([{ outcome: 'existing', reservationId: reservation.reservationId }]);
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' });
    await shop.activities.releaseReservation({ reservationId: guest.reservationId });
  });

  it('is the one whose order is awaiting payment, even if the new items are sold out', async () => {
    const { reservation, order } = await orders.opened();
    const soldOut = await createProduct(shop.services, { stock: 0 });
    const answer = await shop.activities.reserveStock(reservationInput([one(soldOut)], { owners: reservation.owners }));
    expect(answer).toMatchObject({ outcome: 'existing', reservationId: reservation.reservationId });
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'canceled' });
  });

  it('is added again to stock counters that had lost it', async () => {
    const item = await createProduct(shop.services, { stock: 3 });
    const owners = newOwners();
    const lines = [{ productId: item.id, quantity: 2 }];
    const { reservationId } = await owned(owners, lines);
    const { stockCounters, redis } = shop.services;
    await redis.del(`{stock}:reservation:${reservationId}`);
    await stockCounters.correct(item.id, 1, 3);
    expect((await shop.activities.reserveStock(reservationInput(lines, { owners }))).outcome).toBe('existing');
    expect(await available(item.id)).toBe(1);
    await shop.activities.releaseReservation({ reservationId });
    expect(await available(item.id)).toBe(3);
  });
});

describe('the limits of an address', () => {
  const item = () => createProduct(shop.services, { stock: 50 });
  const ask = (limits: Partial<typeof WITHOUT_LIMITS>, ...inputs: StockRequest[]) =>
    reserveInLedger(shop.services.db, inputs, { ...WITHOUT_LIMITS, ...limits });
  const outcomes = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).map(({ outcome }) => outcome);
  const made: StockRequest[] = [];
  /** @param quantities of one product each */
  const wanted = async (addressHash: string, owners: string[], ...quantities: number[]) => {
    const lines = await Promise.all(quantities.map(async (quantity) => ({ productId: (await item()).id, quantity })));
    const input = reservationInput(lines, { addressHash, owners });
    made.push(input);
    return input;
  };
  // The stock counters do not contain these reservations and need not be updated.
  afterEach(async () => {
    const ends = made.splice(0).map(({ reservationId }) => ({ reservationId, to: 'released' as const }));
    await endInLedger(shop.services.db, ends, shop.services.settings);
  });

  it('count a reservation of several products once', async () => {
    const address = randomUUID();
    const limits = { maxOpenPerAddress: 2 };
    expect(await outcomes(limits, await wanted(address, newOwners(), 1, 1, 1))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(address, newOwners(), 1))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(address, newOwners(), 1))).toEqual(['limited']);
  });

  it('do not count the units that the request replaces', async () => {
    const address = randomUUID();
    const owners = newOwners();
    const limits = { maxUnitsPerAddress: 10 };
    expect(await outcomes(limits, await wanted(address, owners, 6))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(address, owners, 10))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(address, owners, 11))).toEqual(['limited']);
  });

  it('do not subtract units that were reserved from another address', async () => {
    const [home, office] = [randomUUID(), randomUUID()];
    const owners = newOwners();
    const limits = { maxOpenPerAddress: 1 };
    expect(await outcomes(limits, await wanted(home, owners, 1))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(office, newOwners(), 1))).toEqual(['reserved']);
    expect(await outcomes(limits, await wanted(office, owners, 2))).toEqual(['limited']);
  });

  it('are free for the next request of a batch after a shopper reserves from another address', async () => {
    const [home, office] = [randomUUID(), randomUUID()];
    const owners = newOwners();
    const limits = { maxOpenPerAddress: 1 };
    expect(await outcomes(limits, await wanted(home, owners, 1))).toEqual(['reserved']);
    const batch = [await wanted(office, owners, 2), await wanted(home, newOwners(), 1)];
    expect(await outcomes(limits, ...batch)).toEqual(['reserved', 'reserved']);
  });
});

describe('the stock counters', () => {
  it('do not count sold units as available, even if they missed the sale until the reservation expired', async () => {
    const { product, reservation } = await orders.paid();
    const before = await available(product.id);
    const marker = `{stock}:reservation:${reservation.reservationId}`;
    await shop.services.redis.del(marker);
    await shop.services.redis.hset(marker, 'state', 'reserved', product.id, 2);
    expect(await shop.activities.endReservation({ reservationId: reservation.reservationId })).toBe('committed');
    expect(await available(product.id)).toBe(before);
  });

  it('forget a reservation that the ledger does not have', async () => {
    const reservationId = randomUUID();
    expect(await shop.activities.releaseReservation({ reservationId })).toBe('released');
    const { reservation } = await orders.reserved();
    await shop.activities.releaseReservation({ reservationId: reservation.reservationId });
    for (const id of [reservationId, reservation.reservationId])
      expect(await shop.activities.loadReservation({ reservationId: id })).toBeNull();
    const late = reservationInput(reservation.lines, { reservationId });
    expect((await shop.services.stockCounters.reserve(reservationId, late.lines, late.owners)).outcome).toBe('ended');
  });

  it('contain ended reservations after a rebuild', async () => {
    const { db, stockCounters, redis, log } = shop.services;
    const { reservation } = await orders.reserved();
    await shop.activities.releaseReservation({ reservationId: reservation.reservationId });
    await redis.flushall();
    await until(() => ensureStockCounters(db, stockCounters, log), 'the stock counters');
    expect(
      (await stockCounters.reserve(reservation.reservationId, reservation.lines, reservation.owners)).outcome,
    ).toBe('ended');
  });
});
