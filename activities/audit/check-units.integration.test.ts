/** Which states of an order's refunds violate invariant 7; each state is written directly to the database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provoked } from '../../tests/support/findings.ts';
import { force } from '../../tests/support/force.ts';
import { type Sale, sell } from '../../tests/support/sales.ts';
import { createProduct, startTestShop, type TestShop } from '../../tests/support/shop.ts';
import { deleteRefund, type WrittenRefund, writeRefund } from '../../tests/support/written-refunds.ts';
import { checkUnits } from './check-units.ts';

let shop: TestShop;
let sale: Sale;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
  // An order of two units; each test undoes its changes to it.
  sale = await sell(shop);
});
afterAll(() => shop?.stop());

/** A parcel; the trigger that limits its units is bypassed. */
const SHIP = [
  `with shipped as (insert into shipments (id, order_id, carrier, tracking_number) values ($1, $1, 'UPS', '1Z') returning id)
   insert into shipment_items (shipment_id, product_id, quantity) select id, $2, $3 from shipped`,
];
const UNSHIP = ['delete from shipment_items where shipment_id = $1', 'delete from shipments where id = $1'];

/** The audit's findings about the order while it has these refunds and these values of `columns`. */
async function found(
  refunds: WrittenRefund[],
  columns: Record<string, string> = {},
  shippedUnits = 0,
): Promise<string[]> {
  const { db } = shop.services;
  const ids: string[] = [];
  const before = await db.row<Record<string, unknown>>(
    'select status, fulfillment, shipped_at, paid_at from orders where id = $1',
    [sale.orderId],
  );
  const set = Object.entries(columns).map(([name, value]) => `${name} = ${value}`);
  return provoked(
    () => checkUnits(db),
    sale.orderId,
    async () => {
      for (const refund of refunds) ids.push(await writeRefund(db, sale, refund));
      if (shippedUnits > 0) await force(db, SHIP, [sale.orderId, sale.products[0]!.id, shippedUnits]);
      if (set.length > 0) await force(db, [`update orders set ${set.join(', ')} where id = $1`], [sale.orderId]);
    },
    async () => {
      for (const id of ids) await deleteRefund(db, id);
      await force(db, UNSHIP, [sale.orderId]);
      const { status, fulfillment, shipped_at, paid_at } = before!;
      const restore = 'update orders set status = $2, fulfillment = $3, shipped_at = $4, paid_at = $5 where id = $1';
      await force(db, [restore], [sale.orderId, status, fulfillment, shipped_at, paid_at]);
    },
  );
}

const taken = (quantity: number, of: Partial<WrittenRefund> = {}): WrittenRefund => ({
  status: 'pending',
  cancelsUnits: false,
  quantity,
  ...of,
});

describe('units that were refunded more often than they were bought', () => {
  const TOO_MANY = /^has refunds for (\d) units of product .*, but only (\d) were bought$/;

  it('are found in several refunds together', async () => {
    expect(await found([taken(1), taken(1)])).toEqual([]);
    const [detail] = await found([taken(2), taken(1)]);
    expect(TOO_MANY.exec(detail!)?.slice(1)).toEqual(['3', '2']);
  });

  it('are found for a product that was not bought', async () => {
    const other = await createProduct(shop.services);
    const [detail] = await found([taken(1, { productId: other.id })]);
    expect(TOO_MANY.exec(detail!)?.slice(1)).toEqual(['1', '0']);
  });

  it.each<[string, boolean, Partial<WrittenRefund>]>([
    ['awaits approval', true, { status: 'awaiting_approval' }],
    ['awaits a return', true, { status: 'awaiting_return' }],
    ['succeeded', true, { status: 'succeeded' }],
    ['failed', false, { status: 'failed' }],
    ['was rejected', false, { status: 'rejected' }],
    ['failed, with its units restocked', true, { status: 'failed', isRestocked: true }],
    ['was rejected, with its units restocked', true, { status: 'rejected', isRestocked: true }],
    ['was given up, of shipped items', false, { status: 'failed', isGivenUp: true }],
  ])('are found with a refund that %s: %s', async (_, isFound, of) => {
    expect((await found([taken(1), taken(2, of)])).some((detail) => TOO_MANY.test(detail))).toBe(isFound);
  });

  it('are found with a refund that was given up and canceled its units', async () => {
    const details = await found([taken(1), taken(2, { status: 'failed', isGivenUp: true, cancelsUnits: true })]);
    expect(details.some((detail) => TOO_MANY.test(detail))).toBe(true);
  });
});

describe('an order that has shipped', () => {
  const shipped = { status: `'shipped'`, fulfillment: `'shipped'`, shipped_at: 'now()' };

  it.each<[boolean, Partial<WrittenRefund>]>([
    [true, { status: 'awaiting_approval' }],
    [true, { status: 'pending' }],
    [true, { status: 'failed' }],
    [false, { status: 'rejected' }],
    [false, { status: 'failed', isRestocked: true }],
    [false, { status: 'pending', cancelsUnits: false }],
    [false, { status: 'awaiting_return', cancelsUnits: false }],
  ])('before a refund of its units was completed is found: %s, with %o', async (isFound, of) => {
    const details = await found([taken(1, { cancelsUnits: true, ...of })], shipped);
    expect(details.some((detail) => /^has shipped, but refund .* is /.test(detail))).toBe(isFound);
  });

  it('is not found with a refund that was given up', async () => {
    const details = await found([taken(1, { cancelsUnits: true, status: 'failed', isGivenUp: true })], shipped);
    expect(details.join()).not.toContain('has shipped, but');
  });
});

describe('canceled units that were not restocked', () => {
  it.each<[boolean, Partial<WrittenRefund>]>([
    [true, { status: 'succeeded' }],
    [true, { status: 'failed', isGivenUp: true }],
    [false, { status: 'failed' }],
    [false, { status: 'pending' }],
    [false, { status: 'succeeded', isRestocked: true }],
    [false, { status: 'succeeded', cancelsUnits: false }],
  ])('are found: %s, with %o', async (isFound, of) => {
    const details = await found([taken(1, { cancelsUnits: true, ...of })]);
    expect(details.some((detail) => detail.includes('which did not return to stock'))).toBe(isFound);
  });
});

it('units that shipped although they were canceled, or more often than they were bought, are found', async () => {
  const canceled = taken(1, { status: 'succeeded', cancelsUnits: true, isRestocked: true });
  expect(await found([canceled], {}, 1)).toEqual([]);
  expect(await found([canceled], {}, 2)).toContainEqual(
    expect.stringMatching(/^shipped 2 and canceled 1 units of product .*, but only 2 were bought$/),
  );
  expect(await found([], {}, 3)).toContainEqual(expect.stringMatching(/^shipped 3 and canceled 0 units/));
});

it('restocked units that were never sold are found', async () => {
  const restocked = taken(2, { status: 'succeeded', cancelsUnits: true, isRestocked: true });
  expect(await found([restocked])).toEqual([]);
  expect(await found([restocked], { paid_at: 'null' })).toContain('returned 2 units to stock that it never bought');
});

describe('a closed order with units that were neither shipped nor restocked', () => {
  const NOT_RETURNED =
    'is refunded in full and never shipped, but some of its units are not canceled or did not return to stock';
  const canceled = (quantity: number) =>
    taken(quantity, { status: 'succeeded', cancelsUnits: true, isRestocked: true });

  it.each<[boolean, string, WrittenRefund[], Record<string, string>, number?]>([
    [true, 'refunded', [canceled(1)], {}],
    [false, 'refunded', [canceled(2)], {}],
    [false, 'refunded', [canceled(1), canceled(1)], {}],
    [true, 'canceled', [canceled(1)], {}],
    [false, 'partially_refunded', [canceled(1)], {}],
    [false, 'refunded', [canceled(1)], { shipped_at: 'now()', fulfillment: `'shipped'` }],
    [false, 'refunded', [], { paid_at: 'null' }],
    [false, 'refunded', [taken(1, { status: 'pending' })], {}],
    [false, 'refunded', [taken(1, { status: 'awaiting_approval' })], {}],
    [false, 'refunded', [taken(1, { status: 'failed' })], {}],
    [true, 'refunded', [taken(1, { status: 'failed', isGivenUp: true })], {}],
    [false, 'refunded', [canceled(1)], {}, 1],
    [true, 'refunded', [], {}, 1],
  ])(
    'is found: %s, when it is %s with %o, %o, and %o shipped units',
    async (isFound, status, refunds, columns, shippedUnits = 0) => {
      const details = await found(refunds, { status: `'${status}'`, ...columns }, shippedUnits);
      expect(details.includes(NOT_RETURNED)).toBe(isFound);
    },
  );
});
