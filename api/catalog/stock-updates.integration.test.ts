/** Stock changes by administrators during sales: units that were sold do not return to stock. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../tests/support/accounts.ts';
import { createProduct, Shopper, startTestShop, stockOf, type TestShop, until } from '../../tests/support/shop.ts';

let shop: TestShop;
let admin: Awaited<ReturnType<typeof signedIn>>;

beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  admin = await signedIn(shop, 'admin');
});
afterAll(() => shop?.stop());

const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
  admin.call('PATCH', `/products/${id}`, body, headers);

/** Reduces stock like a sale in the inventory ledger. */
const sell = (id: string, units = 1) =>
  shop.services.db.run('update products set stock_quantity = stock_quantity - $2 where id = $1', [id, units]);

describe('stock', () => {
  it('and its version are visible only to administrators', async () => {
    const { id } = await createProduct(shop.services, { stock: 5 });
    const seen = await admin.call('GET', `/products/${id}`);
    expect(seen.body).toMatchObject({
      stock_quantity: 5,
      reserved_quantity: 0,
      stock_version: 1,
      available_quantity: 5,
    });
    expect(seen.headers.get('cache-control')).toBe('private, no-store');
    for (const other of [new Shopper(shop.api.url), await signedIn(shop)]) {
      const answer = await other.call('GET', `/products/${id}`);
      expect(answer.body).not.toHaveProperty('stock_quantity');
      expect(answer.headers.get('vary')).toContain('Authorization');
    }
    const odd = new Shopper(shop.api.url);
    odd.token = 'over';
    expect((await odd.call('GET', `/products/${id}`)).status).toBe(200);
  });

  it('is set with the version of the count; after a sale, the request is rejected with the current quantity', async () => {
    const { id } = await createProduct(shop.services, { stock: 10 });
    const { stock_version } = (await admin.call('GET', `/products/${id}`)).body;
    await sell(id, 3);
    const stale = await patch(id, { stock_quantity: 10, stock_version, name: 'Renamed' });
    expect([stale.status, stale.body.code]).toEqual([412, 'stock_changed']);
    expect(stale.body).toMatchObject({ stock_quantity: 7, stock_version: stock_version + 1 });
    expect((await admin.call('GET', `/products/${id}`)).body.name).not.toBe('Renamed');
    const counted = await patch(id, { stock_quantity: 12, stock_version: stale.body.stock_version });
    expect(counted.body).toMatchObject({ stock_quantity: 12, stock_version: stock_version + 2 });
    // A client that missed the response can repeat the request.
    expect((await patch(id, { stock_quantity: 12, stock_version: stale.body.stock_version })).body).toMatchObject({
      stock_quantity: 12,
      stock_version: stock_version + 2,
    });
  });

  it.each([
    [{ stock_quantity: 5 }, 'stock_quantity', 'requires the product’s current stock_version'],
    [{ stock_quantity: 5, stock_delta: 1 }, 'stock_delta', 'send either stock_delta or stock_quantity, not both'],
    [{ stock_version: 5 }, 'stock_version', 'requires stock_quantity'],
    [{ stock_delta: 0 }, 'stock_delta', 'must not be 0'],
    [{ stock_delta: 1.5 }, 'stock_delta', 'expected int'],
  ])('%j is rejected with the expected fields', async (body, path, message) => {
    const { id } = await createProduct(shop.services);
    const answer = await patch(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ path, message: expect.stringContaining(message) }]);
  });

  it('changes by a delta, but not below the reserved quantity', async () => {
    const { id } = await createProduct(shop.services, { stock: 5 });
    await new Shopper(shop.api.url).reserve([{ productId: id, quantity: 3 }]);
    const short = await patch(id, { stock_delta: -3 });
    expect([short.status, short.body.code]).toEqual([409, 'conflict']);
    expect(short.body).toMatchObject({ stock_quantity: 5, reserved_quantity: 3 });
    expect((await patch(id, { stock_delta: -2 })).body).toMatchObject({ stock_quantity: 3, reserved_quantity: 3 });
    const { stock_version } = (await patch(id, { stock_delta: 10 })).body;
    expect((await patch(id, { stock_quantity: 2, stock_version })).status).toBe(409);
    await until(
      async () => (await shop.services.stockCounters.available([id])).get(id) === 10,
      'the stock counter to follow',
    );
  });

  it('counts a delivery once per Idempotency-Key', async () => {
    const { id } = await createProduct(shop.services, { stock: 5 });
    const key = { 'idempotency-key': randomUUID() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => patch(id, { stock_delta: 4 }, key)));
    expect(answers.map(({ status, body }) => [status, body.stock_quantity])).toEqual(Array(5).fill([200, 9]));
    const reused = await patch(id, { stock_delta: 5 }, key);
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused']);
    expect((await stockOf(shop.services, id)).stock).toBe(9);
  });

  it('is exact after concurrent sales, deliveries, and counts', async () => {
    const { id } = await createProduct(shop.services, { stock: 100 });
    let corrections = 0;
    const sales = Array.from({ length: 30 }, () => sell(id));
    const deliveries = Array.from({ length: 20 }, () => patch(id, { stock_delta: 2 }));
    const counts = Array.from({ length: 20 }, async () => {
      const { stock_quantity, stock_version } = (await admin.call('GET', `/products/${id}`)).body;
      const answer = await patch(id, { stock_quantity: stock_quantity + 1, stock_version });
      if (answer.status === 200) corrections += 1;
      else expect(answer.status).toBe(412);
    });
    const answers = await Promise.all([...deliveries, Promise.all(counts), ...sales]);
    for (const answer of answers.slice(0, 20)) expect(answer).toMatchObject({ status: 200 });
    expect((await stockOf(shop.services, id)).stock).toBe(100 - 30 + 40 + corrections);
    const left = 110 + corrections;
    await until(
      async () => (await shop.services.stockCounters.available([id])).get(id) === left,
      'the stock counter to follow',
    );
  });
});
