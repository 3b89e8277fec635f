/** Every trigger of the schema: which writes it refuses, what it writes, and whom it notifies. A new trigger needs a row in `TRIGGERS`. */
import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canStep, ORDER_STATUSES } from '../../domain/order-state.ts';
import { force } from '../../tests/support/force.ts';
import { connectTestServices, until } from '../../tests/support/shop.ts';
import type { Services } from '../services.ts';
import { connectWithFixture, FIXTURE as F, outcomeOf, refusalOf } from './testing/fixture.ts';

/** By name, with the part of this file that tests it. */
const TRIGGERS: Readonly<Record<string, 'refuses' | 'writes' | 'notifies'>> = {
  order_events_append_only: 'refuses',
  order_status_steps: 'refuses',
  shipping_respects_refunds: 'refuses',
  parcels_within_order: 'refuses',
  product_changes: 'writes',
  product_to_outbox: 'writes',
  stock_to_outbox: 'writes',
  order_changes_taste: 'writes',
  order_notifies_listeners: 'notifies',
  refund_notifies_listeners: 'notifies',
  shipment_notifies_listeners: 'notifies',
  outbox_wakes_relay: 'notifies',
};

let services: Services;
let client: Client;
beforeAll(async () => {
  services = await connectTestServices();
  client = await connectWithFixture(services.settings.POSTGRES_URL);
});
afterAll(async () => {
  await client?.end();
  await services?.close();
});

it('every trigger is in the list and enabled', async () => {
  const { rows } = await client.query<{ name: string; enabled: string }>(
    `select tgname as name, tgenabled::text as enabled from pg_trigger join pg_class on pg_class.oid = tgrelid
     where relnamespace = 'public'::regnamespace and not tgisinternal`,
  );
  expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(TRIGGERS).sort());
  expect(new Set(rows.map(({ enabled }) => enabled))).toEqual(new Set(['O']));
});

const order = (set: string) => `update orders set ${set} where id = '${F.order}'`;
const product = (set: string) => `update products set ${set} where id = '${F.product}'`;
const SHIP = order(`fulfillment = 'shipped', status = 'shipped', shipped_at = now()`);
/** Bypasses the triggers, to bring a row into a state that they would refuse. */
const FORCED = (statement: string) =>
  `set local session_replication_role = replica; ${statement}; set local session_replication_role = origin`;

describe('an order’s history', () => {
  it.each([
    `update order_events set message = 'It was not so.' where order_id = '${F.order}'`,
    `update order_events set created_at = now() where order_id = '${F.order}'`,
    `delete from order_events where order_id = '${F.order}'`,
    `insert into order_events (order_id, type, message, dedupe_key) values ('${F.order}', 'x', 'y', 'paid')
     on conflict (order_id, dedupe_key) do update set message = 'It was not so.'`,
  ])('is append-only (write %#)', async (write) => {
    const refusal = await refusalOf(client, write);
    expect(refusal).toMatchObject({ code: 'P0001', message: 'order_events is append-only' });
  });
});

describe('an order’s status', () => {
  const pairs = ORDER_STATUSES.flatMap((from) =>
    ORDER_STATUSES.filter((to) => to !== from).map((to) => ({ from, to, isAllowed: canStep(from, to) })),
  );
  it.each(pairs)('may change from $from to $to: $isAllowed', async ({ from, to, isAllowed }) => {
    const refusal = await refusalOf(client, `${FORCED(order(`status = '${from}'`))}; ${order(`status = '${to}'`)}`);
    if (isAllowed) expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ code: '23514', message: `an order can't step from ${from} to ${to}` });
  });

  it('may be written again unchanged', async () => {
    expect(await refusalOf(client, order(`status = 'paid'`))).toBeUndefined();
  });
});

describe('shipping', () => {
  const refundThat = (set: string) => `update refunds set ${set} where id = '${F.refund}'; ${SHIP}`;
  const restock = `update refund_items set restocked_at = now() where refund_id = '${F.refund}'`;

  it.each(['awaiting_approval', 'pending', 'failed'])(
    'is refused while a refund of unshipped units is %s',
    async (status) => {
      const write = refundThat(`cancels_units = true, status = '${status}'`);
      expect(await refusalOf(client, write)).toMatchObject({
        code: '23514',
        message: expect.stringContaining('not finished'),
      });
      // Applies to any previous status, because this is the only transition that ships items.
      const fromReservation = `${order(`fulfillment = 'under_review'`)}; ${write}`;
      expect(await refusalOf(client, fromReservation)).toMatchObject({ code: '23514' });
    },
  );

  it.each([
    ['cancels no units', `cancels_units = false, status = 'pending'`],
    ['succeeded', `cancels_units = true, status = 'succeeded'`],
    ['was rejected', `cancels_units = true, status = 'rejected'`],
    ['was given up', `cancels_units = true, status = 'failed', given_up_at = now()`],
  ])('is allowed when the refund %s', async (_, set) => {
    expect(await refusalOf(client, refundThat(set))).toBeUndefined();
  });

  it('is allowed when the units are restocked, whatever happened to the money', async () => {
    for (const status of ['pending', 'failed', 'awaiting_approval'])
      expect(
        await refusalOf(client, `${restock}; ${refundThat(`cancels_units = true, status = '${status}'`)}`),
      ).toBeUndefined();
  });

  it('is not checked again once the order has shipped', async () => {
    const write = `${SHIP}; update refunds set cancels_units = true where id = '${F.refund}'; ${order(`fulfillment = 'shipped'`)}`;
    expect(await refusalOf(client, write)).toBeUndefined();
  });
});

describe('a parcel', () => {
  const ship = (quantity: number, productId: string = F.product) =>
    `insert into shipments (id, order_id, carrier, tracking_number) values ('${F.none}', '${F.order}', 'UPS', '1Z2');
     insert into shipment_items (shipment_id, product_id, quantity) values ('${F.none}', '${productId}', ${quantity})`;
  const refund = (set: string) => `update refunds set ${set} where id = '${F.refund}'`;
  const refused = { code: '23514', message: expect.stringContaining('more of product') };

  it('contains no more units than were bought, with those of the order’s other parcels', async () => {
    expect(await refusalOf(client, ship(1))).toBeUndefined();
    expect(await refusalOf(client, ship(2))).toMatchObject(refused);
    expect(await refusalOf(client, ship(1, F.otherProduct))).toMatchObject(refused);
    const more = `update shipment_items set quantity = 3 where shipment_id = '${F.shipment}'`;
    expect(await refusalOf(client, more)).toMatchObject(refused);
  });

  it.each(['awaiting_approval', 'pending', 'succeeded', 'failed'])(
    'contains no unit that a refund cancels which is %s',
    async (status) => {
      const write = `${refund(`cancels_units = true, status = '${status}'`)}; ${ship(1)}`;
      expect(await refusalOf(client, write)).toMatchObject(refused);
    },
  );

  it('may contain units of a refund that was rejected or cancels nothing, unless they are back in stock', async () => {
    expect(await refusalOf(client, `${refund(`cancels_units = false`)}; ${ship(1)}`)).toBeUndefined();
    const rejected = refund(`cancels_units = true, status = 'rejected'`);
    expect(await refusalOf(client, `${rejected}; ${ship(1)}`)).toBeUndefined();
    const restocked = `update refund_items set restocked_at = now() where refund_id = '${F.refund}'`;
    expect(await refusalOf(client, `${rejected}; ${restocked}; ${ship(1)}`)).toMatchObject(refused);
  });
});

describe('a product', () => {
  const versions = async (write: string) => {
    const read = `select version, stock_version, updated_at > '2000-01-01' as touched from products where id = '${F.product}'`;
    const past = FORCED(product(`updated_at = '1999-01-01'`));
    const [row] = await outcomeOf<{ version: string; stock_version: string; touched: boolean }>(
      client,
      `${past}; ${write}`,
      read,
    );
    return { isNew: Number(row!.version) !== 1, stockVersion: Number(row!.stock_version), touched: row!.touched };
  };
  const outbox = (write: string) =>
    outcomeOf<{ topic: string; payload: object }>(
      client,
      `delete from outbox where key = '${F.product}'; ${write}`,
      `select topic, payload from outbox where key = '${F.product}' order by topic`,
    );
  const CHANGED = { topic: 'product.changed', payload: {} };
  const adjusted = (delta: number) => ({ topic: 'stock.adjusted', payload: { delta } });

  it.each([
    `name = 'Other'`,
    `description = 'Other'`,
    'price = 13',
    `currency = 'eur'`,
    'category_id = null',
    'family_id = null',
    'is_family_lead = false',
    `option_values = '{"color": "red"}'`,
    `tags = '{new}'`,
    `image_url = '/other.svg'`,
    'deleted_at = now()',
  ])('gets a new version and is indexed when fields that shoppers see change: %s', async (set) => {
    expect(await versions(product(set))).toEqual({ isNew: true, stockVersion: 1, touched: true });
    expect(await outbox(product(set))).toEqual([CHANGED]);
  });

  it('keeps its version when nothing changes, or when units are reserved or sold', async () => {
    for (const set of [`name = 'Fixture'`, 'reserved_quantity = 3']) {
      expect(await versions(product(set))).toEqual({ isNew: false, stockVersion: 1, touched: false });
      expect(await outbox(product(set))).toEqual([]);
    }
    // A sale lowers both equally: the stock counter was updated when the units were reserved.
    const sale = product('stock_quantity = stock_quantity - 2, reserved_quantity = reserved_quantity - 2');
    expect(await versions(sale)).toEqual({ isNew: false, stockVersion: 2, touched: false });
    expect(await outbox(sale)).toEqual([]);
  });

  it('notifies the stock counter of each change of availability, and the index when it sells out or is back in stock', async () => {
    expect(await outbox(product('stock_quantity = 15'))).toEqual([adjusted(5)]);
    expect(await outbox(product('stock_quantity = 4'))).toEqual([adjusted(-6)]);
    expect(await outbox(product('stock_quantity = 0, reserved_quantity = 0'))).toEqual([CHANGED, adjusted(-8)]);
    const back = `${FORCED(product('stock_quantity = 0, reserved_quantity = 0'))}; ${product('stock_quantity = 3')}`;
    expect(await outbox(back)).toEqual([CHANGED, adjusted(3)]);
  });

  it('counts its stock changes in stock_version, whatever value is written to it', async () => {
    expect((await versions(product('stock_quantity = 11'))).stockVersion).toBe(2);
    expect((await versions(product('stock_quantity = 11, stock_version = 40'))).stockVersion).toBe(2);
  });

  it('that is new is indexed and gets a stock counter', async () => {
    const created = `insert into products (id, sku, name, price, currency, stock_quantity) values ('${F.none}', 'NEW-${F.none}', 'New', 1, 'usd', 7)`;
    const read = `select topic, payload from outbox where key = '${F.none}' order by topic`;
    expect(await outcomeOf(client, created, read)).toEqual([CHANGED, adjusted(7)]);
  });
});

describe('recommendations of a shopper', () => {
  const invalidations = async (write: string, key: string = F.user) => {
    const read = `select 1 from outbox where topic = 'taste.changed' and key = '${key}'`;
    return (await outcomeOf(client, write, read)).length;
  };
  const guest = FORCED(order(`user_id = null, owner = '${F.owner}'`));
  const unpaid = FORCED(order(`status = 'pending', paid_at = null`));

  it('are invalidated when an order is paid, and when a signed-in shopper’s order or its refunded amount changes', async () => {
    expect(await invalidations(`${unpaid}; ${order(`status = 'paid', paid_at = now()`)}`)).toBe(1);
    expect(await invalidations(order(`status = 'under_review'`))).toBe(1);
    expect(await invalidations(order('refunded_amount = 5'))).toBe(1);
  });

  it('stay valid when nothing was bought or nothing changes', async () => {
    expect(await invalidations(`${unpaid}; ${order(`status = 'expired'`)}`)).toBe(0);
    expect(await invalidations(order(`status = 'paid', refunded_amount = 0`))).toBe(0);
  });

  it('are invalidated for a guest by their cart, once, when it is paid', async () => {
    expect(await invalidations(`${guest}; ${unpaid}; ${order(`status = 'paid', paid_at = now()`)}`, F.owner)).toBe(1);
    expect(await invalidations(`${guest}; ${order('refunded_amount = 5')}`, F.owner)).toBe(0);
  });
});

describe('listeners', () => {
  /** Commits rows outside of the fixture, because a notification is sent at commit. @returns the payloads received on the channel */
  async function payloadsOn(channel: string, writes: readonly string[], stopWord: string): Promise<string[]> {
    const listener = await services.db.pool.connect();
    const payloads: string[] = [];
    listener.on('notification', ({ payload = '' }) => payloads.push(payload));
    try {
      await listener.query(`listen ${channel}`);
      for (const write of writes) await services.db.pool.query(write);
      await services.db.pool.query('select pg_notify($1, $2)', [channel, stopWord]);
      await until(() => payloads.includes(stopWord), 'the notifications');
      return payloads.slice(0, payloads.indexOf(stopWord));
    } finally {
      listener.release(true);
    }
  }

  /** Not in the fixture, whose rows stay locked until its transaction ends. */
  const REFUND = randomUUID();
  const IDS = [F.none];
  const CREATE = [
    `insert into reservations (id, owner, status, currency, expires_at) values ('${F.none}', 'notified', 'committed', 'usd', now())`,
    `insert into orders (id, reservation_id, owner, status, total_amount, captured_amount, currency, shipping_address, expires_at, paid_at)
     values ('${F.none}', '${F.none}', 'notified', 'paid', 25, 25, 'usd', '{}', now(), now())`,
  ];
  const created = (set: string) => `update orders set ${set} where id = '${F.none}'`;
  const DELETE = [
    'delete from shipments where order_id = any($1)',
    'delete from refunds where order_id = any($1)',
    'delete from orders where id = any($1)',
    'delete from reservations where id = any($1)',
  ];

  it('are notified of changes of an order, its refunds, and its parcels, and of nothing else', async () => {
    for (const statement of CREATE) await services.db.pool.query(statement);
    try {
      const seen = [
        created(`last_payment_error = 'declined'`),
        created('refunded_amount = 1'),
        created('expires_at = now()'),
        created(`shipping_address = '{"city": "X"}'`),
        created(`email = 'ada@example.test'`),
        created(`fulfillment = 'under_review'`),
        created(`status = 'under_review'`),
        `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by)
         values ('${REFUND}', '${F.none}', 'r', 1, 'usd', 'r', 'system')`,
        `update refunds set status = 'failed' where id = '${REFUND}'`,
        `update refunds set given_up_at = now() where id = '${REFUND}'`,
        `insert into shipments (id, order_id, carrier, tracking_number) values ('${REFUND}', '${F.none}', 'UPS', '1Z')`,
        `update shipments set delivered_at = now() where id = '${REFUND}'`,
      ];
      for (const write of seen) {
        const payloads = await payloadsOn('order_changed', [write], `stop ${F.none}`);
        expect(
          payloads.filter((id) => id === F.none),
          write,
        ).toHaveLength(1);
      }
      const unseen = [created('updated_at = now()'), `update refunds set reason = 'other' where id = '${REFUND}'`];
      const payloads = await payloadsOn('order_changed', unseen, `stop ${F.none}`);
      expect(payloads.filter((id) => id === F.none)).toEqual([]);
    } finally {
      await force(services.db, DELETE, [IDS]);
      await services.db.run(`delete from outbox where key = 'notified'`);
    }
  });

  it('are notified when the outbox has a message', async () => {
    const write = `insert into outbox (topic, key) values ('notified-${F.none}', 'x')`;
    try {
      expect((await payloadsOn('outbox', [write], `stop ${F.none}`)).length).toBeGreaterThan(0);
    } finally {
      await services.db.run('delete from outbox where topic = $1', [`notified-${F.none}`]);
    }
  });
});
