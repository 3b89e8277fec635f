/** Wrong order rows, written directly to the database past PostgreSQL's own constraints. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FULFILLMENTS, statusOfPaid } from '../../domain/order-state.ts';
import { rowsOf } from '../../infra/postgres/statement-parts.ts';
import { provoked } from '../../tests/support/findings.ts';
import { force } from '../../tests/support/force.ts';
import { chargeBack, openOrder, orderOf, type Sale, sell } from '../../tests/support/sales.ts';
import { startTestShop, type TestShop, until } from '../../tests/support/shop.ts';
import { checkOrders, paidStatus } from './check-orders.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await startTestShop({ RATE_LIMIT_ENABLED: false });
});
afterAll(() => shop?.stop());

const look = () => checkOrders(shop.services.db);
/** `$1` in the statements is the order's ID. */
const finds = (sale: Sale, make: string[], undo: string[]) =>
  provoked(
    look,
    sale.orderId,
    () => force(shop.services.db, make, [sale.orderId]),
    () => force(shop.services.db, undo, [sale.orderId]),
  );
const SHIP = `update orders set status = 'shipped', fulfillment = 'shipped', shipped_at = now() where id = $1`;
const UNSHIP = `update orders set status = 'paid', fulfillment = 'unfulfilled', shipped_at = null where id = $1`;

/** A statement that records a refund of one unit, in dollars. */
const refund = (sale: Sale, amount: number, status: string, cancelsUnits: boolean): string[] => {
  const id = randomUUID();
  return [
    `insert into refunds (id, order_id, request_id, amount, currency, reason, requested_by, status, cancels_units)
     values ('${id}', $1, '${id}', ${amount}, 'usd', 'provoked', 'system', '${status}', ${cancelsUnits})`,
    `insert into refund_items (refund_id, product_id, quantity)
     select '${id}', '${sale.products[0]!.id}', 2 from orders where id = $1`,
  ];
};
const DELETE_REFUNDS = [
  'delete from refund_items where refund_id in (select id from refunds where order_id = $1)',
  'delete from refunds where order_id = $1',
];

it('paid, or shipped, without a charge', async () => {
  const sale = await openOrder(shop);
  const reset = [`update orders set status = 'pending', fulfillment = 'unfulfilled', shipped_at = null where id = $1`];
  expect(await finds(sale, [`update orders set status = 'paid' where id = $1`], reset)).toEqual([
    'is paid, but nothing was charged',
  ]);
  expect(await finds(sale, [SHIP], reset)).toEqual(['is shipped, but nothing was charged']);
  await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
});

it('in a status that does not match its fulfillment and payments', async () => {
  const sale = await sell(shop);
  const reset = [`update orders set status = 'paid' where id = $1`];
  for (const status of ['pending', 'delivered', 'refunded', 'partially_refunded'])
    expect(await finds(sale, [`update orders set status = '${status}' where id = $1`], reset)).toEqual([
      `is ${status}, but its fulfillment and payments make it paid`,
    ]);
});

it('in the same status as `statusOfPaid` computes', async () => {
  const capturedCents = 1000;
  const cases = FULFILLMENTS.flatMap((fulfillment) =>
    [0, 1, 999, 1000, 1001].flatMap((refundedCents) =>
      [0, refundedCents].map((otherwiseCents) => ({ fulfillment, refundedCents, otherwiseCents })),
    ),
  );
  const returned = cases.map(({ fulfillment, refundedCents, otherwiseCents }, position) => ({
    position,
    fulfillment,
    captured_amount: String(capturedCents),
    at_stripe: String(refundedCents - otherwiseCents),
    otherwise: String(otherwiseCents),
  }));
  const types = {
    position: 'integer',
    fulfillment: 'text',
    captured_amount: 'numeric',
    at_stripe: 'numeric',
    otherwise: 'numeric',
  } as const;
  const { db } = shop.services;
  const rows = await db.rows(
    db.query
      .selectFrom(rowsOf('returned', types, returned))
      .select(paidStatus().as('expected'))
      .orderBy('position'),
  );
  expect(rows.map(({ expected }) => expected)).toEqual(
    cases.map(({ fulfillment, refundedCents }) => statusOfPaid({ fulfillment, capturedCents, refundedCents })),
  );
});

it('with a refunded amount that differs from the sum of its refunds', async () => {
  const sale = await sell(shop);
  expect(
    await finds(
      sale,
      [`update orders set refunded_amount = 5 where id = $1`],
      [`update orders set refunded_amount = 0 where id = $1`],
    ),
  ).toEqual(['records 5.000 as refunded, but its refunds add up to 0']);
});

it('with refunds of more than its charge, even while they wait', async () => {
  const sale = await sell(shop);
  expect(await finds(sale, refund(sale, 26, 'awaiting_approval', true), DELETE_REFUNDS)).toEqual([
    'has refunds of 26.000, more than its charge of 25.000',
  ]);
});

it('with a refund of unshipped units that does not cancel them', async () => {
  const sale = await sell(shop);
  const [found] = await finds(sale, refund(sale, 5, 'awaiting_approval', false), DELETE_REFUNDS);
  expect(found).toMatch(/is for unshipped units but does not cancel them/);
});

it('shipped although every unit was canceled', async () => {
  const sale = await sell(shop);
  await sale.buyer.call('POST', `/orders/${sale.orderId}/cancel`);
  await until(async () => (await orderOf(sale)).refunded_amount === 25, 'the refund to be recorded');
  const reset = `update orders set status = 'canceled', fulfillment = 'unfulfilled', shipped_at = null where id = $1`;
  expect(await finds(sale, [SHIP], [reset])).toEqual([
    'is shipped, but its fulfillment and payments make it refunded',
    'has shipped although all of its units were canceled',
  ]);
});

it('shipped while a chargeback was open', async () => {
  const sale = await sell(shop);
  const disputeId = await chargeBack(shop, sale, 500);
  await until(async () => (await orderOf(sale)).refunded_amount === 5, 'the chargeback');
  const reset = UNSHIP.replace(`'paid'`, `'partially_refunded'`);
  expect(await finds(sale, [SHIP], [reset])).toEqual([`has shipped while dispute ${disputeId} was open`]);
});
