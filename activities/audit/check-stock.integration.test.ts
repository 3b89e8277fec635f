/** Findings of the audit about stock, overdue reservations and orders, blocked workflows, and the stock counters. */
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { listFailingWorkflows, recordFailingWorkflow } from '../../infra/postgres/failing-workflows.ts';
import { activityShop } from '../../tests/support/activity-shop.ts';
import { detailsOf, provoked } from '../../tests/support/findings.ts';
import { force } from '../../tests/support/force.ts';
import { createProduct, type TestProduct, until } from '../../tests/support/shop.ts';
import { checkReservations } from './check-reservations.ts';
import { checkStock } from './check-stock.ts';
import { findDrift, repairDrift, repairMarks } from './check-stock-counters.ts';
import { checkUnits } from './check-units.ts';
import { checkWorkflows } from './check-workflows.ts';

const shop = activityShop();
const { orders } = shop;

const available = async (id: string) => (await shop.services.stockCounters.available([id])).get(id);
const stock = () => checkStock(shop.services.db);
const reservations = () => checkReservations(shop.services.db, shop.services.settings);

describe('stock', () => {
  /** Bypasses the triggers, which would update the stock counters. */
  const set = (id: string, values: string) =>
    force(shop.services.db, [`update products set ${values} where id = $1`], [id]);

  it.each([
    { reserved: 3, what: 'more' },
    { reserved: 1, what: 'fewer' },
    { reserved: 0, what: 'no' },
  ])('with $what reserved units than its reservations have', async ({ reserved }) => {
    const { product } = await orders.reserved({ quantity: 2 });
    const found = await provoked(
      stock,
      product.id,
      () => set(product.id, `reserved_quantity = ${reserved}`),
      () => set(product.id, 'reserved_quantity = 2'),
    );
    expect(found).toEqual([`reserved_quantity is ${reserved}, but its reservations add up to 2; stock is 10`]);
  });

  it('agrees with all reservations of a product together', async () => {
    const { product } = await orders.reserved({ quantity: 2 });
    await orders.reserved({ product, quantity: 3 });
    expect(detailsOf(await stock(), product.id)).toEqual([]);
  });

  it('of a reservation that ended in only one place', async () => {
    const { product, reservation } = await orders.reserved({ quantity: 2 });
    const end = (status: string) =>
      force(
        shop.services.db,
        [`update reservations set status = '${status}' where id = $1`],
        [reservation.reservationId],
      );
    for (const status of ['released', 'expired', 'committed']) {
      const found = await provoked(
        stock,
        product.id,
        () => end(status),
        () => end('reserved'),
      );
      expect(found).toEqual(['reserved_quantity is 2, but its reservations add up to 0; stock is 10']);
    }
  });

  it('that was not sold for a paid order, or was sold for an unpaid one', async () => {
    const paid = await orders.paid();
    const pending = await orders.opened();
    const end = (id: string, status: string) =>
      force(shop.services.db, [`update reservations set status = '${status}' where id = $1`], [id]);
    const ofPaid = await provoked(
      stock,
      paid.order.orderId,
      () => end(paid.reservation.reservationId, 'released'),
      () => end(paid.reservation.reservationId, 'committed'),
    );
    expect(ofPaid).toEqual(['the order is paid but its reservation is released']);
    const ofPending = await provoked(
      stock,
      pending.order.orderId,
      () => end(pending.reservation.reservationId, 'committed'),
      () => end(pending.reservation.reservationId, 'reserved'),
    );
    expect(ofPending).toEqual(['the order is pending but its reservation is committed']);
  });
});

describe('overdue', () => {
  /** More than the audit's grace period. */
  const LATE_SECONDS = 200;
  /** Moves the expiration of a reservation and its order this many seconds into the past. */
  const expired = (reservationId: string, seconds: number) => () =>
    force(
      shop.services.db,
      ['reservations where id = $1', 'orders where reservation_id = $1'].map((rows) => {
        const [table, condition] = rows.split(' where ');
        return `update ${table} set expires_at = now() - make_interval(secs => ${seconds}) where ${condition}`;
      }),
      [reservationId],
    );
  const inTime = (reservationId: string) => expired(reservationId, -600);

  it('a reservation without an order', async () => {
    const { reservationId } = (await orders.reserved()).reservation;
    await expired(reservationId, LATE_SECONDS - 100)();
    expect(detailsOf(await reservations(), reservationId)).toEqual([]);
    const found = await provoked(
      reservations,
      reservationId,
      expired(reservationId, LATE_SECONDS),
      inTime(reservationId),
    );
    expect(found).toEqual([expect.stringMatching(/^is still reserved; it expired at \d{4}-/)]);
  });

  it('a pending order and its reservation, after the time that a payment may take', async () => {
    const { order, reservation } = await orders.opened();
    const { reservationId } = reservation;
    const { RESERVATION_GRACE_SECONDS: grace, PAYMENT_SETTLE_SECONDS: settle } = shop.services.settings;
    const both = async () => [
      ...detailsOf(await reservations(), reservationId),
      ...detailsOf(await reservations(), order.orderId),
    ];
    const found = [
      expect.stringMatching(/^is still reserved; it expired at/),
      expect.stringMatching(/^is still pending; its time to pay ended at/),
    ];
    await expired(reservationId, grace + LATE_SECONDS)();
    expect(await both()).toEqual(found);
    // With a payment at Stripe, the outcome is unknown until Stripe reports it.
    await shop.activities.createPayment({ orderId: order.orderId, amountCents: 2500, currency: 'usd' });
    expect(await both()).toEqual([]);
    await expired(reservationId, settle + LATE_SECONDS)();
    expect(await both()).toEqual(found);
    await shop.activities.closeOrder({ orderId: order.orderId, to: 'expired' });
    expect(await both()).toEqual([]);
  });
});

describe('workflows', () => {
  it('that are blocked', async () => {
    const runId = randomUUID();
    const workflowId = `order-${runId}`;
    const failing = { workflowId, runId, workflowType: 'order', failures: 7, cause: 'does not replay' };
    const found = await provoked(
      () => checkWorkflows(shop.services.db),
      workflowId,
      () => recordFailingWorkflow(shop.services.db, failing),
      () => shop.services.db.run('delete from failing_workflows where run_id = $1', [runId]),
    );
    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(`^its workflow task has been failing since .* \\(run ${runId}\\): does not replay`),
      ),
    ]);
    expect((await listFailingWorkflows(shop.services.db)).map((each) => each.runId)).not.toContain(runId);
  });
});

describe('units', () => {
  it('that were restocked and never sold', async () => {
    const { order, product } = await orders.paid();
    const { refundId } = await orders.refunded(order.orderId, { lines: [{ productId: product.id, quantity: 1 }] });
    await orders.sent(refundId);
    const setPaidAt = (value: string) =>
      force(shop.services.db, [`update orders set paid_at = ${value} where id = $1`], [order.orderId]);
    const found = await provoked(
      () => checkUnits(shop.services.db),
      order.orderId,
      () => setPaidAt('null'),
      () => setPaidAt('now()'),
    );
    expect(found).toEqual(['returned 1 units to stock that it never bought']);
  });
});

describe('the stock counters', () => {
  const drift = async (id: string) => (await findDrift(shop.services.db, shop.services.stockCounters)).get(id);
  /** A product whose initial stock has reached the stock counters. */
  async function countedProduct(): Promise<TestProduct> {
    const product = await createProduct(shop.services);
    const isWaiting = () =>
      shop.services.db.row(`select 1 from outbox where topic = 'stock.adjusted' and key = $1`, [product.id]);
    await until(async () => !(await isWaiting()), 'the outbox to be delivered');
    return product;
  }

  it('that drifted are set to PostgreSQL’s value, whether too high, too low, or missing', async () => {
    for (const counted of [12, 7, undefined]) {
      const product = await countedProduct();
      if (counted === undefined) await shop.services.redis.hdel('{stock}:available', product.id);
      else await shop.services.stockCounters.correct(product.id, 10, counted);
      const seen = (await drift(product.id))!;
      expect(seen).toEqual({ stockCounters: counted, right: 10 });
      const only = new Map([[product.id, seen]]);
      expect(await repairDrift(shop.services.db, shop.services.stockCounters, only)).toEqual([
        { check: 'counters', subject: `product ${product.id}`, detail: `was ${counted ?? 'missing'}; set to 10` },
      ]);
      expect(await available(product.id)).toBe(10);
      // Drift that was found once is repaired once; a counter that has changed since stays unchanged.
      expect(await repairDrift(shop.services.db, shop.services.stockCounters, only)).toEqual([]);
      expect(await drift(product.id)).toBeUndefined();
    }
  });

  it('that changed since they were read stay unchanged', async () => {
    const product = await countedProduct();
    await shop.services.stockCounters.correct(product.id, 10, 7);
    const seen = (await drift(product.id))!;
    await orders.reserved({ product, quantity: 1 });
    expect(await repairDrift(shop.services.db, shop.services.stockCounters, new Map([[product.id, seen]]))).toEqual([]);
    expect(await available(product.id)).toBe(6);
    expect(await drift(product.id)).toEqual({ stockCounters: 6, right: 9 });
    await shop.services.stockCounters.correct(product.id, 6, 9);
  });

  it('with a pending change in the outbox are not compared', async () => {
    const product = await countedProduct();
    const topic = 'stock.adjusted';
    const put = `insert into outbox (topic, key, payload, available_at) values ($1, $2, '{"delta": 0}', now() + interval '1 hour')`;
    await shop.services.stockCounters.correct(product.id, 10, 7);
    await shop.services.db.run(put, [topic, product.id]);
    expect(await drift(product.id)).toBeUndefined();
    await shop.services.db.run('delete from outbox where topic = $1 and key = $2', [topic, product.id]);
    expect(await drift(product.id)).toEqual({ stockCounters: 7, right: 10 });
    await shop.services.stockCounters.correct(product.id, 7, 10);
  });

  it('may count a reservation that is not in PostgreSQL yet', async () => {
    const product = await countedProduct();
    const id = randomUUID();
    await shop.services.stockCounters.reserve(id, [{ productId: product.id, quantity: 2 }]);
    expect(await available(product.id)).toBe(8);
    expect(await drift(product.id)).toBeUndefined();
    await shop.services.stockCounters.end(id, 'refused');
  });
});

describe('a counter that drifted', () => {
  it('is set without the units of a reservation that is not in PostgreSQL yet', async () => {
    const { db, stockCounters } = shop.services;
    const product = await createProduct(shop.services);
    const id = randomUUID();
    await stockCounters.reserve(id, [{ productId: product.id, quantity: 2 }]);
    await stockCounters.correct(product.id, 8, 5);
    await repairDrift(db, stockCounters, new Map([[product.id, { stockCounters: 5, right: 8 }]]));
    expect(await available(product.id)).toBe(8);
    await stockCounters.end(id, 'refused');
  });
});

describe('markers in the stock counters', () => {
  const since = (id: string, ms: number) => shop.services.redis.zadd('{stock}:reserved', Date.now() - ms, id);
  const repairs = async (id: string) => detailsOf(await repairMarks(shop.services.db, shop.services.stockCounters), id);

  it.each(['released', 'expired', 'committed'] as const)(
    'of a reservation that is %s end in the same way',
    async (status) => {
      const { product, reservation } = await orders.reserved({ quantity: 2 });
      const { reservationId } = reservation;
      const values = status === 'committed' ? 'stock_quantity = 8, reserved_quantity = 0' : 'reserved_quantity = 0';
      await force(shop.services.db, [`update products set ${values} where id = $1`], [product.id]);
      await force(shop.services.db, [`update reservations set status = '${status}' where id = $1`], [reservationId]);
      expect(await repairs(reservationId)).toEqual([`was still counted as reserved but is ${status}`]);
      expect(await available(product.id)).toBe(status === 'committed' ? 8 : 10);
      expect(await repairs(reservationId)).toEqual([]);
      expect((await shop.services.stockCounters.openReservations()).has(reservationId)).toBe(false);
    },
  );

  it('of an open reservation stay', async () => {
    const { product, reservation } = await orders.reserved({ quantity: 2 });
    await since(reservation.reservationId, 3_600_000);
    expect(await repairs(reservation.reservationId)).toEqual([]);
    expect(await available(product.id)).toBe(8);
  });

  it('of a reservation that was never made are removed after a minute, after which it can’t be made', async () => {
    const product = await createProduct(shop.services);
    const id = randomUUID();
    const lines = [{ productId: product.id, quantity: 2 }];
    await shop.services.stockCounters.reserve(id, lines);
    await since(id, 30_000);
    expect(await repairs(id)).toEqual([]);
    expect(await available(product.id)).toBe(8);
    await since(id, 61_000);
    expect(await repairs(id)).toEqual(['was still counted as reserved but is released']);
    expect(await available(product.id)).toBe(10);
    const late = {
      ...(await orders.reserved()).reservation,
      reservationId: id,
      owners: [`cart:${randomUUID()}`],
      lines,
    };
    expect((await shop.activities.reserveStock(late)).outcome).toBe('ended');
    // This holds even when Redis has forgotten the marker.
    await shop.services.redis.del(`{stock}:reservation:${id}`);
    expect((await shop.activities.reserveStock(late)).outcome).toBe('ended');
    expect(await available(product.id)).toBe(10);
  });
});
