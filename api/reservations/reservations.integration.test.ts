/** Repeated reservations: in other tabs, after the end of an earlier one, and beyond the limits. */
import { randomInt, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/config.ts';
import { signedIn } from '../../tests/support/accounts.ts';
import { endedAgo } from '../../tests/support/reservations.ts';
import { CARDS, createProduct, Shopper, startTestShop, stockOf, type TestShop } from '../../tests/support/shop.ts';
import { reservationWorkflowId } from '../../workflows/reservation/messages.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false, ...defaultLimits() });
});
afterAll(() => shop?.stop());

/** The test profile has much higher limits, so they are reset to their defaults here. */
function defaultLimits() {
  const { RESERVATION_MAX_UNITS_PER_GUEST, RESERVATION_MAX_OPEN_PER_ADDRESS, RESERVATION_MAX_UNITS_PER_ADDRESS } =
    readSettings({
      ...process.env,
      RESERVATION_MAX_UNITS_PER_GUEST: undefined,
      RESERVATION_MAX_OPEN_PER_ADDRESS: undefined,
      RESERVATION_MAX_UNITS_PER_ADDRESS: undefined,
    });
  return { RESERVATION_MAX_UNITS_PER_GUEST, RESERVATION_MAX_OPEN_PER_ADDRESS, RESERVATION_MAX_UNITS_PER_ADDRESS };
}

const product = (stock = 10) => createProduct(shop.services, { stock });
const newShopper = () => new Shopper(shop.api.url);

describe('a shopper who reserves again', () => {
  it('gets their own reserved last unit together with another product; the earlier reservation ends', async () => {
    const [last, more] = [await product(1), await product()];
    const buyer = newShopper();
    const first = await buyer.reserve([{ productId: last.id }]);
    expect(first.status).toBe(201);
    const second = await buyer.reserve([{ productId: last.id }, { productId: more.id, quantity: 2 }]);
    expect([second.status, second.body.items.length]).toEqual([201, 2]);
    expect((await buyer.call('GET', `/reservations/${first.body.id}`)).body.status).toBe('released');
    expect((await buyer.checkout(first.body.id)).body.code).toBe('reservation_ended');
    expect(await stockOf(shop.services, last.id)).toEqual({ stock: 1, reserved: 1 });
    const workflow = shop.services.temporal.workflow.getHandle(reservationWorkflowId(first.body.id));
    expect(await workflow.result()).toBe('released');

    const tooMuch = await buyer.reserve([{ productId: last.id, quantity: 2 }]);
    expect([tooMuch.status, tooMuch.body.lines]).toEqual([
      409,
      [{ product_id: last.id, name: 'Test mug', requested: 2, available: 1 }],
    ]);
    expect((await buyer.call('GET', `/reservations/${second.body.id}`)).body.status).toBe('reserved');
    expect((await newShopper().reserve([{ productId: last.id }])).body.code).toBe('out_of_stock');
  }, 30_000);

  it('for the same lines gets the same reservation, and one order from any number of tabs', async () => {
    const item = await product(2);
    const buyer = newShopper();
    const tabs = await Promise.all(
      Array.from({ length: 8 }, () => buyer.reserve([{ productId: item.id, quantity: 2 }])),
    );
    expect(new Set(tabs.map((each) => each.body.id)).size).toBe(1);
    expect(tabs.map((each) => each.status).sort()).toEqual([...Array.from({ length: 7 }, () => 200), 201]);
    const orders = await Promise.all(tabs.map((each) => buyer.checkout(each.body.id)));
    expect(new Set(orders.map((each) => each.body.order.id)).size).toBe(1);
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 2, reserved: 2 });
  });

  it('during payment gets that order for any lines, and can reserve again once it is paid or canceled', async () => {
    const [item, other, soldOut] = [await product(1), await product(), await product(0)];
    for (const end of ['pay', 'cancel'] as const) {
      const buyer = newShopper();
      const wanted = end === 'pay' ? other : item;
      const begun = await buyer.order(wanted.id);
      const reservations = [];
      for (const each of [wanted, other, soldOut]) reservations.push(await buyer.reserve([{ productId: each.id }]));
      for (const { status, body } of reservations)
        expect([status, body.order_id, body.status]).toEqual([200, begun.order.id, 'reserved']);
      expect((await buyer.checkout(reservations[0]!.body.id)).body.order.id).toBe(begun.order.id);
      if (end === 'pay') {
        await buyer.pay(begun, CARDS.good);
        await buyer.untilStatus(begun.order.id, 'paid');
      } else await buyer.call('POST', `/orders/${begun.order.id}/cancel`);
      const next = await buyer.reserve([{ productId: wanted.id }]);
      expect([next.status, next.body.order_id]).toEqual([201, null]);
    }
  }, 30_000);

  it('after signing in is still recognized as the same guest', async () => {
    const item = await product(1);
    const buyer = newShopper();
    const guest = await buyer.reserve([{ productId: item.id }]);
    const { token } = await signedIn(shop);
    buyer.token = token;
    const same = await buyer.reserve([{ productId: item.id }]);
    expect([same.status, same.body.id]).toEqual([200, guest.body.id]);
    const other = await product();
    const account = await buyer.reserve([{ productId: item.id }, { productId: other.id }]);
    expect(account.status).toBe(201);
  });

  it('after signing in orders for the account, which has the order on every device', async () => {
    const item = await product(1);
    const buyer = newShopper();
    const guest = await buyer.reserve([{ productId: item.id }]);
    const { token } = await signedIn(shop);
    buyer.token = token;
    const begun = (await buyer.checkout(guest.body.id)).body;
    const elsewhere = newShopper();
    elsewhere.token = token;
    expect((await elsewhere.call('GET', '/orders')).body.items).toMatchObject([{ id: begun.order.id }]);
    await buyer.call('POST', `/orders/${begun.order.id}/cancel`);
  });
});

describe('a repeated Idempotency-Key', () => {
  it('is rejected after the reservation has ended, and returns its order if there is one', async () => {
    const item = await product();
    const buyer = newShopper();
    const key = randomUUID();
    const reserved = await buyer.reserve([{ productId: item.id }], key);
    expect((await buyer.reserve([{ productId: item.id }], key)).body).toEqual(reserved.body);
    await buyer.call('DELETE', `/reservations/${reserved.body.id}`);
    const repeated = await buyer.reserve([{ productId: item.id }], key);
    expect([repeated.status, repeated.body.code]).toEqual([409, 'reservation_ended']);

    const again = randomUUID();
    const sold = await buyer.reserve([{ productId: item.id }], again);
    const begun = (await buyer.checkout(sold.body.id)).body;
    expect((await buyer.reserve([{ productId: item.id }], again)).body.order_id).toBe(begun.order.id);
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    expect((await buyer.reserve([{ productId: item.id }], again)).body).toMatchObject({
      id: sold.body.id,
      status: 'committed',
      order_id: begun.order.id,
    });

    const late = randomUUID();
    const expired = await buyer.reserve([{ productId: item.id }], late);
    await endedAgo(shop.services, expired.body.id, 5);
    const { createInventoryActivities } = await import('../../activities/reservations/activities.ts');
    await createInventoryActivities(shop.services).endReservation({ reservationId: expired.body.id });
    expect((await buyer.reserve([{ productId: item.id }], late)).body.code).toBe('reservation_ended');
  }, 30_000);
});

describe('a reservation', () => {
  it('of the last unit is returned for its key even after the purchase', async () => {
    const item = await product(1);
    const buyer = newShopper();
    const key = randomUUID();
    const reserved = await buyer.reserve([{ productId: item.id }], key);
    const begun = (await buyer.checkout(reserved.body.id)).body;
    await buyer.pay(begun);
    await buyer.untilStatus(begun.order.id, 'paid');
    const repeated = await buyer.reserve([{ productId: item.id }], key);
    expect([repeated.status, repeated.body.status, repeated.body.id]).toEqual([201, 'committed', reserved.body.id]);
  });

  it('is the same for its key in any order of its items', async () => {
    const items = [{ productId: (await product()).id }, { productId: (await product()).id }];
    const buyer = newShopper();
    const key = randomUUID();
    const first = await buyer.reserve(items, key);
    expect((await buyer.reserve(items.toReversed(), key)).body).toEqual(first.body);
    await buyer.call('DELETE', `/reservations/${first.body.id}`);
  });

  it('keeps the price at the time of the reservation', async () => {
    const item = await product();
    const buyer = newShopper();
    const { body } = await buyer.reserve([{ productId: item.id, quantity: 2 }]);
    await shop.services.db.run('update products set price = 99 where id = $1', [item.id]);
    const kept = { items: [{ price: 12.5, line_total: 25 }], total: 25 };
    expect((await buyer.call('GET', `/reservations/${body.id}`)).body).toMatchObject(kept);
    expect((await buyer.reserve([{ productId: item.id, quantity: 2 }])).body).toMatchObject({ id: body.id, ...kept });
    await buyer.call('DELETE', `/reservations/${body.id}`);
  });

  it('can’t be released while its order awaits payment; the order can be canceled instead', async () => {
    const item = await product();
    const buyer = newShopper();
    const { body } = await buyer.reserve([{ productId: item.id }]);
    const begun = (await buyer.checkout(body.id)).body;
    const refused = await buyer.call('DELETE', `/reservations/${body.id}`);
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'conflict', order_id: begun.order.id });
    expect(await stockOf(shop.services, item.id)).toEqual({ stock: 10, reserved: 1 });
    await buyer.call('POST', `/orders/${begun.order.id}/cancel`);
    expect((await buyer.call('DELETE', `/reservations/${body.id}`)).status).toBe(204);
    expect((await newShopper().call('DELETE', `/reservations/${body.id}`)).status).toBe(404);
  });

  it('with insufficient stock reports each such line, also of an unknown product', async () => {
    const [item, soldOut] = [await product(), await product(0)];
    const unknown = randomUUID();
    const lines = [item.id, soldOut.id, unknown].map((productId) => ({ productId, quantity: 2 }));
    const { status, body } = await newShopper().reserve(lines);
    expect(status).toBe(409);
    const short = { requested: 2, available: 0 };
    expect(body.lines).toHaveLength(2);
    expect(body.lines).toEqual(
      expect.arrayContaining([
        { product_id: soldOut.id, name: 'Test mug', ...short },
        { product_id: unknown, name: 'Discontinued product', ...short },
      ]),
    );
  });
});

describe('limits', () => {
  it('allow guests fewer units than accounts, with a message that says what to do', async () => {
    const item = await product(1_000);
    const { RESERVATION_MAX_UNITS_PER_GUEST: perGuest, RESERVATION_MAX_UNITS_PER_OWNER: perOwner } =
      shop.services.settings;
    const buyer = newShopper();
    const refused = await buyer.reserve([{ productId: item.id, quantity: perGuest + 1 }]);
    expect(refused.body).toMatchObject({
      status: 409,
      code: 'reservation_limit',
      limit: 'guest_units',
      max: perGuest,
      detail: `Guests can reserve up to ${perGuest} items at a time. Reduce the quantities, or sign in to reserve more.`,
    });
    buyer.token = (await signedIn(shop)).token;
    expect((await buyer.reserve([{ productId: item.id, quantity: perOwner }])).status).toBe(201);
    const second = await product(1_000);
    const over = await buyer.reserve([
      { productId: item.id, quantity: perOwner },
      { productId: second.id, quantity: 1 },
    ]);
    expect(over.body).toMatchObject({ code: 'reservation_limit', limit: 'owner_units', max: perOwner });
  });

  it('stop many carts of one address, but not thirty buyers there or other addresses', async () => {
    const item = await product(2_000);
    // An earlier run's reservations count for two hours, so each run uses other addresses.
    const group = () => randomInt(1, 0x10000).toString(16);
    const address = `2001:db8:${group()}:${group()}::`;
    const at = (host: number) => Object.assign(newShopper(), { address: `${address}${host}` });
    const { RESERVATION_MAX_OPEN_PER_ADDRESS: maxOpen, RESERVATION_MAX_UNITS_PER_ADDRESS: maxUnits } =
      shop.services.settings;
    const shoppers = Array.from({ length: 30 }, (_, index) => at(index + 1));
    const orders = await Promise.all(shoppers.map((buyer) => buyer.order(item.id, 5)));
    await Promise.all(orders.map((begun, index) => shoppers[index]!.pay(begun)));
    await Promise.all(orders.map((begun, index) => shoppers[index]!.untilStatus(begun.order.id, 'paid', 30_000)));

    // Purchased units no longer count as reserved.
    const carts = await Promise.all(
      Array.from({ length: maxOpen + 10 }, (_, index) => at(100 + index).reserve([{ productId: item.id }])),
    );
    const refused = carts.filter((each) => each.status !== 201);
    expect(refused).toHaveLength(10);
    expect(new Set(refused.map((each) => each.body.limit))).toEqual(new Set(['address_open']));
    expect((await newShopper().reserve([{ productId: item.id }])).status).toBe(201);
    const hashes = await shop.services.db.rows<{ address_hash: string }>(
      `select distinct address_hash from reservations join reservation_items on reservation_id = id where product_id = $1`,
      [item.id],
    );
    expect(JSON.stringify(hashes)).not.toContain('2001');

    const greedy = `198.18.${randomInt(256)}.${randomInt(256)}`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => {
        const guest = Object.assign(newShopper(), { address: greedy });
        return guest.reserve([{ productId: item.id, quantity: 20 }]);
      }),
    );
    expect(answers.filter((each) => each.status === 201)).toHaveLength(maxUnits / 20);
    expect(answers.find((each) => each.status !== 201)?.body).toMatchObject({ limit: 'address_units', max: maxUnits });
  }, 60_000);
});
