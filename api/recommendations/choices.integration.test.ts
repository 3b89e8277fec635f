/** Opting out of personal recommendations, and deleting the history in PostgreSQL, Redis, and InfluxDB. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_STREAM } from '../../infra/redis/event-stream.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { pointsOf, untilWritten } from '../../tests/support/analytics.ts';
import { publishModel } from '../../tests/support/recommendations.ts';
import {
  createProduct,
  Shopper,
  startTestShop,
  type TestProduct,
  type TestShop,
  until,
} from '../../tests/support/shop.ts';
import { visitorOf } from '../analytics/service.ts';

const GRANTED = { 'x-analytics-consent': 'granted' };
let shop: TestShop;
let mug: TestProduct, bowl: TestProduct;

beforeAll(async () => {
  shop = await startTestShop();
  [mug, bowl] = [await createProduct(shop.services), await createProduct(shop.services)];
  const id = await publishModel(shop.services, { items: [mug.id, bowl.id], influence: [[mug.id, bowl.id, 1]] });
  const guest = new Shopper(shop.api.url);
  await until(async () => (await guest.call('GET', '/recommendations')).body.model === id, 'the model to be served');
});
afterAll(async () => {
  await shop?.services.db.run('delete from recommendation_serving');
  await shop?.stop();
});

const view = (product: TestProduct) => ({
  event: 'product_view',
  id: randomUUID(),
  occurred_at: new Date().toISOString(),
  product_id: product.id,
});
const look = async (who: Shopper): Promise<string> => {
  const event = view(mug);
  expect((await who.call('POST', '/events', { events: [event] }, GRANTED)).status).toBe(202);
  return event.id;
};
const isPersonal = async (who: Shopper): Promise<boolean> => {
  const { items } = (await who.call('GET', '/recommendations', undefined, GRANTED)).body;
  return items.some(({ reason }: { reason: { kind: string } }) => ['viewed', 'bought'].includes(reason.kind));
};

describe('a shopper who opts out', () => {
  it('gets no personal recommendations and is not recorded until they opt in', async () => {
    const who = await signedIn(shop);
    await look(who);
    expect(await isPersonal(who)).toBe(true);
    const chosen = await who.call('PUT', '/recommendations/choices', { personalized: false });
    expect(chosen.body).toEqual({ personalized: false, forgotten_at: null });
    expect(await isPersonal(who)).toBe(false);
    await look(who);
    expect(await shop.services.redis.exists(`taste:user:${who.session.user.id}`)).toBe(0);
    expect((await who.call('GET', '/recommendations/choices')).body.personalized).toBe(false);
    await who.call('PUT', '/recommendations/choices', { personalized: true });
    expect(await isPersonal(who)).toBe(false);
    await look(who);
    expect(await isPersonal(who)).toBe(true);
  });

  it('can be a guest, but not anonymous', async () => {
    const who = new Shopper(shop.api.url);
    await look(who);
    expect(await isPersonal(who)).toBe(true);
    await who.call('PUT', '/recommendations/choices', { personalized: false });
    expect(await isPersonal(who)).toBe(false);
    const nobody = { 'x-cart-id': 'nobody' };
    for (const [method, path, body] of [
      ['PUT', '/recommendations/choices', { personalized: false }],
      ['DELETE', '/recommendations/history', undefined],
    ] as const)
      expect((await who.call(method, path, body, nobody)).status).toBe(401);
    expect((await who.call('PUT', '/recommendations/choices', { personalized: 'no' })).status).toBe(400);
  });
});

describe('a deleted history', () => {
  it('is no longer used, and its events are anonymized', async () => {
    const [who, other] = [await signedIn(shop), await signedIn(shop)];
    const userId = who.session.user.id;
    const { influx, db } = shop.services;
    const reserved = await who.reserve([{ productId: mug.id }]);
    const { order, payment } = (await who.checkout(reserved.body.id)).body;
    await who.pay({ payment });
    await who.untilStatus(order.id, 'paid');
    await until(() => isPersonal(who), 'the purchase to affect recommendations');
    const shownEvent = {
      event: 'impression',
      id: randomUUID(),
      occurred_at: new Date().toISOString(),
      model: 'm-1',
      placement: 'home',
      product_ids: [mug.id, bowl.id],
    };
    const carted = {
      event: 'add_to_cart',
      id: randomUUID(),
      occurred_at: new Date().toISOString(),
      product_id: mug.id,
      quantity: 2,
      price: 3,
      currency: 'usd',
    };
    await who.call('POST', '/events', { events: [shownEvent, carted] }, GRANTED);
    const written = async (id: string) => {
      const [point] = await pointsOf(influx, id);
      return point;
    };
    const before = [shownEvent.id, carted.id, await look(who)];
    for (const id of before) expect(await untilWritten(influx, id)).toMatchObject({ user_id: userId });
    const others = await look(other);
    const late = await look(who);

    expect((await who.call('DELETE', '/recommendations/history')).status).toBe(204);
    expect(await isPersonal(who)).toBe(false);
    const choices = (await who.call('GET', '/recommendations/choices')).body;
    expect(Date.now() - Date.parse(choices.forgotten_at)).toBeLessThan(10_000);
    const isDone = async () =>
      (await db.row(`select 1 from outbox where topic = 'history.forget' and key = $1`, [`user:${userId}`])) ===
      undefined;
    await until(isDone, 'the events to be anonymized', 25_000);
    for (const id of [...before, late]) {
      const points = await pointsOf(influx, id);
      expect(points).toHaveLength(1);
      expect(points[0]!.user_id || null).toBeNull();
    }
    // Both the account's ID and the browser's, which is derived from its cart, are removed.
    expect(await written(before[0]!)).toMatchObject({ placement: 'home', model: 'm-1', event: 'impression' });
    expect(await written(carted.id)).toMatchObject({ quantity: 2, price: 3, product_id: mug.id });
    const visitorDone = async () => !(await written(before[0]!))?.visitor;
    await until(visitorDone, 'the visitor’s events to be anonymized', 25_000);
    expect((await untilWritten(influx, others)).user_id).toBe(other.session.user.id);

    await look(who);
    expect(await isPersonal(who)).toBe(true);
  });

  it('is anonymized only after earlier events in the stream have been written', async () => {
    const who = new Shopper(shop.api.url);
    const { influx, redis, db } = shop.services;
    const key = `visitor:${visitorOf(who.cartId)}`;
    // An entry that another consumer has read but not written yet.
    const event = { ...view(mug), at: String(Date.now()), data: JSON.stringify({ visitor: visitorOf(who.cartId) }) };
    const entry = (await redis.xadd(
      EVENT_STREAM,
      '*',
      'id',
      event.id,
      'event',
      'product_view',
      'at',
      event.at,
      'data',
      '{',
    ))!;
    await who.call('DELETE', '/recommendations/history');
    const refused = () =>
      db.row<{ last_error: string }>(
        `select last_error from outbox where topic = 'history.forget' and key = $1 and attempts > 0`,
        [key],
      );
    expect((await until(refused, 'the handler to postpone the message')).last_error).toContain('still in the stream');
    // The entry's event is written with the visitor's ID, before the entry is acknowledged.
    await redis.xadd(EVENT_STREAM, '*', 'id', event.id, 'event', 'product_view', 'at', event.at, 'data', event.data);
    await untilWritten(influx, event.id);
    await redis.xack(EVENT_STREAM, 'influxdb', entry);
    // Makes the handler's next attempt due now; an attempt in progress may postpone it once more.
    const isForgotten = async () => {
      await db.run(
        `update outbox set available_at = now()
         where topic = 'history.forget' and key = $1 and available_at > now() + interval '1 second'`,
        [key],
      );
      return !(await pointsOf(influx, event.id))[0]?.visitor;
    };
    await until(isForgotten, 'the visitor’s event to be anonymized', 25_000);
  });
});
