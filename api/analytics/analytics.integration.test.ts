/** Analytics events from the API to InfluxDB: each once, and with an identity only with consent. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVENT_STREAM } from '../../infra/redis/event-stream.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { pointsOf, untilWritten } from '../../tests/support/analytics.ts';
import { createProduct, Shopper, startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { visitorOf } from './service.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop();
});
afterAll(() => shop?.stop());

const GRANTED = { 'x-analytics-consent': 'granted' };
const common = () => ({ id: randomUUID(), occurred_at: new Date().toISOString() });
const pageView = (path = '/') => ({ event: 'page_view', ...common(), path });
const guest = () => new Shopper(shop.api.url);
const send = (who: Shopper, events: unknown[], headers: Record<string, string> = {}) =>
  who.call('POST', '/events', { events }, headers);
const written = (id: string) => untilWritten(shop.services.influx, id);

describe('an accepted batch', () => {
  it('is written to InfluxDB once, even if it is sent twice', async () => {
    const productId = randomUUID();
    const events = [
      pageView('/c/mugs'),
      { event: 'product_view', ...common(), product_id: productId },
      { event: 'add_to_cart', ...common(), product_id: productId, quantity: 2, price: 12.5, currency: 'usd' },
      { event: 'remove_from_cart', ...common(), product_id: productId, quantity: 1 },
      { event: 'checkout_start', ...common(), item_count: 1, total: 12, currency: 'usd' },
      { event: 'impression', ...common(), model: 'm-1', placement: 'home', product_ids: [productId, randomUUID()] },
      { event: 'click', ...common(), model: 'm-1', placement: 'home', product_id: productId, position: 1 },
    ];
    const who = guest();
    for (let times = 0; times < 2; times++) {
      expect(await send(who, events)).toMatchObject({ status: 202, body: { accepted: 7 } });
      for (const { id } of events) await written(id);
    }
    // Events are written in order, so the second batch is complete when a later event is.
    const last = pageView();
    await send(who, [last]);
    await written(last.id);
    const points = await Promise.all(events.map(({ id }) => pointsOf(shop.services.influx, id)));
    expect(points.map((found) => found.length)).toEqual(events.map(() => 1));
    expect(points[2]![0]).toMatchObject({ event: 'add_to_cart', product_id: productId, quantity: 2, price: 12.5 });
    expect(points[5]![0]).toMatchObject({ event: 'impression', placement: 'home', model: 'm-1' });
  });

  it('has identities only with consent, and never a cart’s ID', async () => {
    const person = await signedIn(shop);
    const [plain, agreed, signaled, declined] = [pageView(), pageView(), pageView(), pageView()];
    await send(person, [plain]);
    await send(person, [agreed], GRANTED);
    await send(person, [signaled], { ...GRANTED, 'sec-gpc': '1' });
    await send(person, [declined], { 'x-analytics-consent': 'declined', cookie: 'analytics_consent=granted' });
    expect(await written(agreed.id)).toMatchObject({
      user_id: person.session.user.id,
      visitor: visitorOf(person.cartId),
    });
    for (const { id } of [plain, signaled, declined])
      expect(await written(id)).toMatchObject({ user_id: null, visitor: null });
    const kept = JSON.stringify(await shop.services.redis.xrange(EVENT_STREAM, '-', '+'));
    for (const secret of [person.cartId, person.address, person.email]) expect(kept).not.toContain(secret);
  });

  it('accepts the consent cookie, and removes personal data from paths', async () => {
    const view = pageView(`/orders/${randomUUID()}`);
    const who = guest();
    await send(who, [view], { cookie: 'analytics_consent=granted', dnt: '0' });
    expect(await written(view.id)).toMatchObject({ path: '/orders/:id', visitor: visitorOf(who.cartId) });
  });
});

describe('a purchase', () => {
  it('is recorded by the order, once and without an identity', async () => {
    const product = await createProduct(shop.services, { price: '12.50' });
    const who = guest();
    const { order, payment } = await who.order(product.id, 2);
    await who.pay({ payment });
    await who.untilStatus(order.id, 'paid');
    const find = async () =>
      (
        await shop.services.influx.series(
          `SELECT * FROM "events" WHERE "event" = 'purchase' AND "product_ids" = '${product.id}'`,
        )
      )[0];
    await until(find, 'the purchase to be in InfluxDB');
    // Only a second read is certain to return all fields; see `untilWritten`.
    const series = (await find())!;
    const point = Object.fromEntries(series.columns.map((name, index) => [name, series.values[0]![index]]));
    expect(series.values).toHaveLength(1);
    expect(point).toMatchObject({ total: 25, item_count: 2, currency: 'usd' });
    expect(JSON.stringify(series)).not.toContain(order.id);
    expect(JSON.stringify(series)).not.toContain('guest@example.test');

    // The outbox may repeat a message, even after its mark in Redis has expired.
    for (let times = 0; times < 2; times++) {
      await shop.services.db.run(`insert into outbox (topic, key) values ('analytics.purchase', $1)`, [order.id]);
      const queued = async () =>
        (await shop.services.db.row(`select 1 from outbox where topic = 'analytics.purchase'`)) === undefined;
      await until(queued, 'the outbox to be carried');
      await shop.services.redis.del(`analytics:added:${point.id}`);
    }
    const last = pageView();
    await send(who, [last]);
    await written(last.id);
    expect((await find())?.values).toHaveLength(1);
  });

  it('is not accepted from a browser', async () => {
    const answer = await send(guest(), [{ event: 'purchase', ...common(), item_count: 1, total: 1, currency: 'usd' }]);
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'events.0.event' }] } });
  });
});

describe('a bad batch', () => {
  it('is rejected with all problems and their paths', async () => {
    const answer = await send(guest(), [
      { ...pageView('/search?q=me@example.test'), email: 'me@example.test' },
      { event: 'product_view', id: 'x', occurred_at: '2001-01-01T00:00:00Z', product_id: randomUUID() },
      { event: 'add_to_cart', ...common(), product_id: randomUUID(), quantity: 0 },
      { event: 'impression', ...common(), model: 'a b', placement: 'attic', product_ids: [] },
    ]);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      'events.0',
      'events.0.path',
      'events.1.id',
      'events.1.occurred_at',
      'events.2.quantity',
      'events.3.model',
      'events.3.placement',
      'events.3.product_ids',
    ]);
    expect((await send(guest(), [])).status).toBe(400);
    expect(
      (
        await send(
          guest(),
          Array.from({ length: 101 }, () => pageView()),
        )
      ).status,
    ).toBe(400);
  });

  it('has its own rate limit', async () => {
    const answer = await send(guest(), [pageView()]);
    expect(answer.headers.get('ratelimit-policy')).toContain('"events"');
  });
});

describe('the report', () => {
  it('counts events over time, for admins', async () => {
    const view = pageView();
    await send(guest(), [view]);
    await written(view.id);
    const admin = await signedIn(shop, 'admin');
    const report = await admin.call('GET', '/admin/analytics/events?interval=1d');
    expect(report.status).toBe(200);
    expect(report.body.totals.page_view).toBeGreaterThan(0);
    const counts = report.body.intervals.map(({ counts }: { counts: Record<string, number> }) => counts.page_view ?? 0);
    expect(counts.reduce((sum: number, count: number) => sum + count, 0)).toBe(report.body.totals.page_view);
    expect((await guest().call('GET', '/admin/analytics/events')).status).toBe(401);
    expect((await (await signedIn(shop)).call('GET', '/admin/analytics/events')).status).toBe(403);
    const tooFine = await admin.call('GET', '/admin/analytics/events?interval=1m&from=2020-01-01T00:00:00Z');
    expect(tooFine).toMatchObject({ status: 400, body: { errors: [{ path: 'interval' }] } });
  });
});

it('reports the click-through of recommendations by existing models', async () => {
  const model = `m-${randomUUID()}`;
  const productId = randomUUID();
  await shop.services.db.run(
    'insert into recommendation_models (id, trained_until, published_at) values ($1, now(), now())',
    [model],
  );
  const shown = { model, placement: 'home', product_ids: [productId] };
  const followed = { ...common(), event: 'click', model, placement: 'home', product_id: productId, position: 1 };
  const madeUp = { ...common(), event: 'impression', ...shown, model: `made-up-${randomUUID()}` };
  const events = [
    ...Array.from({ length: 4 }, () => ({ ...common(), event: 'impression', ...shown })),
    { ...common(), event: 'impression', ...shown, placement: 'cart' },
    followed,
    madeUp,
  ];
  await send(guest(), events);
  for (const { id } of events) await written(id);
  const admin = await signedIn(shop, 'admin');
  const report = await admin.call('GET', '/admin/analytics/recommendations');
  expect(report.status).toBe(200);
  const ofModel = (id: string) => report.body.items.filter((item: { model: string }) => item.model === id);
  expect(ofModel(model)).toEqual([
    { model, placement: 'cart', impressions: 1, clicks: 0, clicks_per_list: 0 },
    { model, placement: 'home', impressions: 4, clicks: 1, clicks_per_list: 0.25 },
  ]);
  expect(ofModel(madeUp.model)).toEqual([]);
  expect((await guest().call('GET', '/admin/analytics/recommendations')).status).toBe(401);
  expect((await (await signedIn(shop)).call('GET', '/admin/analytics/recommendations')).status).toBe(403);
  await shop.services.db.run('delete from recommendation_models where id = $1', [model]);
});
