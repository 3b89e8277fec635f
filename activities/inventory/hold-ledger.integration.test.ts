/** What PostgreSQL alone decides about reservations, whatever the stock counters say; and what those remember of its decisions. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { holdInput } from '../../tests/support/reservations.ts';
import { createProduct, stockOf, until } from '../../tests/support/shop.ts';
import { endInLedger } from './end-ledger.ts';
import { ensureGate } from './gate-rebuild.ts';
import { holdInLedger } from './hold-ledger.ts';

const shop = activityShop();
const { orders } = shop;

const WITHOUT_LIMITS = { maxUnitsPerOwner: 99, maxUnitsPerGuest: 99, maxOpenPerAddress: 99, maxUnitsPerAddress: 99 };
const newOwners = () => [`cart:${randomUUID()}`];
const available = async (id: string) => (await shop.services.gate.available([id])).get(id);

describe('the ledger', () => {
  it('grants nothing of a product that is no longer sold', async () => {
    const { db } = shop.services;
    const item = await createProduct(shop.services, { stock: 5 });
    await db.run('update products set deleted_at = now() where id = $1', [item.id]);
    const request = holdInput([{ productId: item.id, quantity: 1 }]);
    expect(await holdInLedger(db, [request], WITHOUT_LIMITS)).toMatchObject([{ outcome: 'short' }]);
  });

  it('gives nobody the units of a shopper whose next request is refused', async () => {
    const { db } = shop.services;
    const item = await createProduct(shop.services, { stock: 2 });
    const lines = (quantity: number) => [{ productId: item.id, quantity }];
    const owners = newOwners();
    const own = holdInput(lines(2), { owners });
    expect((await shop.activities.holdStock(own)).outcome).toBe('held');
    const requests = [holdInput(lines(3), { owners }), holdInput(lines(1), { owners: newOwners() })];
    const answers = await holdInLedger(db, requests, WITHOUT_LIMITS);
    expect(answers.map(({ outcome }) => outcome)).toEqual(['short', 'short']);
    await shop.activities.releaseHold({ reservationId: own.reservationId });
  });

  it('gives back the units of every reservation of a product, also of those that end together', async () => {
    const { db, settings } = shop.services;
    const item = await createProduct(shop.services, { stock: 5 });
    const reserved = [2, 1].map((quantity) => holdInput([{ productId: item.id, quantity }], { owners: newOwners() }));
    for (const input of reserved) expect((await shop.activities.holdStock(input)).outcome).toBe('held');
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 5, held: 3 });
    const ends = reserved.map(({ reservationId }) => ({ reservationId, to: 'released' as const }));
    expect(await endInLedger(db, ends, settings)).toEqual(['released', 'released']);
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 5, held: 0 });
    for (const { reservationId } of reserved) await shop.activities.releaseHold({ reservationId });
  });
});

describe('the stock counters', () => {
  it('do not count what was sold as available, though they had not heard of the sale when the time was over', async () => {
    const { product, hold } = await orders.paid();
    const before = await available(product.id);
    const marker = `{stock}:reservation:${hold.reservationId}`;
    await shop.services.redis.del(marker);
    await shop.services.redis.hset(marker, 'state', 'held', product.id, 2);
    expect(await shop.activities.endHold({ reservationId: hold.reservationId })).toBe('committed');
    expect(await available(product.id)).toBe(before);
  });

  it('know after a rebuild which reservations have ended', async () => {
    const { db, gate, redis, log } = shop.services;
    const { hold } = await orders.reserved();
    await shop.activities.releaseHold({ reservationId: hold.reservationId });
    await redis.flushall();
    await until(() => ensureGate(db, gate, log), 'the stock counters');
    expect((await gate.hold(hold.reservationId, hold.lines, hold.owners)).outcome).toBe('ended');
  });
});
