/** Invariant 7: nobody keeps both the money and the items. Compares refunded with bought units, per line. */
import type { ExpressionBuilder } from 'kysely';
import { CLOSED_REFUND_STATUSES } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';
import type { Finding } from './finding.ts';

const MAX_FINDINGS = 1000;

/** Units of a line that refunds include, pending ones as well. */
const selectTaken = (sql: Sql) =>
  sql.query
    .selectFrom('refunds')
    .innerJoin('refund_items as line', 'line.refund_id', 'refunds.id')
    .select((of) => ['refunds.order_id', 'line.product_id', of.fn.sum<number>('line.quantity').as('units')])
    .where((is) =>
      is.or([
        is('refunds.status', 'not in', ['failed', ...CLOSED_REFUND_STATUSES]),
        is('line.restocked_at', 'is not', null),
        is.and([is.ref('refunds.cancels_units'), is('refunds.given_up_at', 'is not', null)]),
      ]),
    )
    .groupBy(['refunds.order_id', 'line.product_id']);

const selectBought = (sql: Sql) =>
  sql.query
    .selectFrom('order_items as item')
    .select((of) => ['item.order_id', 'item.product_id', of.fn.sum<number>('item.quantity').as('units')])
    .groupBy(['item.order_id', 'item.product_id']);

export async function checkUnits(db: Database): Promise<Finding[]> {
  const overRefunded = await readOverRefunded(db);
  const shippedUnsettled = await readShippedUnsettled(db);
  const neverSold = await readNeverSold(db);
  const notRestocked = await readNotRestocked(db);
  const shippedTwice = await readShippedTwice(db);
  const forgotten = await readForgotten(db);
  const finding = (subject: string, detail: string): Finding => ({ check: 'units', subject, detail });
  return [
    ...overRefunded.map((row) =>
      finding(
        `order ${row.order_id}`,
        `has refunds for ${row.taken} units of product ${row.product_id}, but only ${row.bought} were bought`,
      ),
    ),
    ...shippedUnsettled.map((row) =>
      finding(`order ${row.id}`, `has shipped, but refund ${row.refund_id} of its unshipped units is ${row.status}`),
    ),
    ...shippedTwice.map((row) =>
      finding(
        `order ${row.order_id}`,
        `shipped ${row.shipped} and canceled ${row.canceled} units of product ${row.product_id}, but only ${row.bought} were bought`,
      ),
    ),
    ...notRestocked.map((row) =>
      finding(
        `order ${row.order_id}`,
        `refund ${row.refund_id} canceled ${row.quantity} units of product ${row.product_id}, which did not return to stock`,
      ),
    ),
    ...neverSold.map((row) => finding(`order ${row.id}`, `returned ${row.units} units to stock that it never bought`)),
    ...forgotten.map((row) =>
      finding(
        `order ${row.id}`,
        'is refunded in full and never shipped, but some of its units are not canceled or did not return to stock',
      ),
    ),
  ];
}

function readOverRefunded(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom(selectTaken(sql).as('taken'))
      .leftJoin(selectBought(sql).as('bought'), (join) =>
        join.onRef('bought.order_id', '=', 'taken.order_id').onRef('bought.product_id', '=', 'taken.product_id'),
      )
      .select(['taken.order_id', 'taken.product_id', 'taken.units as taken'])
      .select((of) => of.fn.coalesce('bought.units', of.lit(0)).as('bought'))
      .where((is) => is('taken.units', '>', is.fn.coalesce('bought.units', is.lit(0))))
      .limit(MAX_FINDINGS),
  );
}

/** Units of the order's parcels. */
const selectShipped = (sql: Sql) =>
  sql.query
    .selectFrom('shipments')
    .innerJoin('shipment_items as unit', 'unit.shipment_id', 'shipments.id')
    .select((of) => ['shipments.order_id', 'unit.product_id', of.fn.sum<number>('unit.quantity').as('units')])
    .groupBy(['shipments.order_id', 'unit.product_id']);

/** Units that are back in stock and never ship. */
const selectRestockedUnits = (sql: Sql) =>
  sql.query
    .selectFrom('refunds')
    .innerJoin('refund_items as line', 'line.refund_id', 'refunds.id')
    .select((of) => ['refunds.order_id', 'line.product_id', of.fn.sum<number>('line.quantity').as('units')])
    .where((is) => is.ref('refunds.cancels_units'))
    .where('line.restocked_at', 'is not', null)
    .groupBy(['refunds.order_id', 'line.product_id']);

function readShippedTwice(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom(selectShipped(sql).as('shipped'))
      .leftJoin(selectBought(sql).as('bought'), (join) =>
        join.onRef('bought.order_id', '=', 'shipped.order_id').onRef('bought.product_id', '=', 'shipped.product_id'),
      )
      .leftJoin(selectRestockedUnits(sql).as('canceled'), (join) =>
        join
          .onRef('canceled.order_id', '=', 'shipped.order_id')
          .onRef('canceled.product_id', '=', 'shipped.product_id'),
      )
      .select(['shipped.order_id', 'shipped.product_id', 'shipped.units as shipped'])
      .select((of) => [
        of.fn.coalesce('canceled.units', of.lit(0)).as('canceled'),
        of.fn.coalesce('bought.units', of.lit(0)).as('bought'),
      ])
      .where((is) =>
        is(
          is('shipped.units', '+', is.fn.coalesce('canceled.units', is.lit(0))),
          '>',
          is.fn.coalesce('bought.units', is.lit(0)),
        ),
      )
      .limit(MAX_FINDINGS),
  );
}

function readShippedUnsettled(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .innerJoin('refunds', 'refunds.order_id', 'orders.id')
      .select(['orders.id', 'refunds.id as refund_id', 'refunds.status'])
      .where('orders.shipped_at', 'is not', null)
      .where((is) => is.ref('refunds.cancels_units'))
      .where('refunds.given_up_at', 'is', null)
      .where('refunds.status', 'in', ['awaiting_approval', 'pending', 'failed'])
      .where((is) => is.not(is.exists(selectRestocked(is))))
      .limit(MAX_FINDINGS),
  );
}

const selectRestocked = (refund: ExpressionBuilder<Tables, 'refunds'>) =>
  refund
    .selectFrom('refund_items as line')
    .select('line.product_id')
    .whereRef('line.refund_id', '=', 'refunds.id')
    .where('line.restocked_at', 'is not', null);

function readNeverSold(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .innerJoin('refunds', 'refunds.order_id', 'orders.id')
      .innerJoin('refund_items as line', 'line.refund_id', 'refunds.id')
      .select((of) => ['orders.id', of.fn.sum<number>('line.quantity').as('units')])
      .where('orders.paid_at', 'is', null)
      .where('line.restocked_at', 'is not', null)
      .groupBy('orders.id')
      .limit(MAX_FINDINGS),
  );
}

/** A cancellation restocks its units at once, whatever its refund's outcome; other refunds restock once they succeed. */
function readNotRestocked(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('refunds')
      .innerJoin('refund_items as line', 'line.refund_id', 'refunds.id')
      .select(['refunds.id as refund_id', 'refunds.order_id', 'line.product_id', 'line.quantity'])
      .where((is) => is.ref('refunds.cancels_units'))
      .where('line.restocked_at', 'is', null)
      .where((is) => is.or([is('refunds.status', '=', 'succeeded'), is('refunds.given_up_at', 'is not', null)]))
      .limit(MAX_FINDINGS),
  );
}

/** Units that have shipped are not forgotten. A refund that may still succeed has canceled nothing yet. Given-up refunds and won chargebacks stay failed. */
function readForgotten(sql: Sql) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .select('orders.id')
      .where('orders.status', 'in', ['refunded', 'canceled'])
      .where('orders.paid_at', 'is not', null)
      .where('orders.shipped_at', 'is', null)
      .where((is) => is.not(is.exists(selectUnfinished(is))))
      .where((is) =>
        is.exists(
          is
            .selectFrom(selectBought(sql).as('bought'))
            .leftJoin(selectTaken(sql).as('taken'), (join) =>
              join.onRef('taken.order_id', '=', 'bought.order_id').onRef('taken.product_id', '=', 'bought.product_id'),
            )
            .leftJoin(selectShipped(sql).as('shipped'), (join) =>
              join
                .onRef('shipped.order_id', '=', 'bought.order_id')
                .onRef('shipped.product_id', '=', 'bought.product_id'),
            )
            .select('bought.product_id')
            .whereRef('bought.order_id', '=', 'orders.id')
            .where((more) =>
              more(
                'bought.units',
                '>',
                more(more.fn.coalesce('taken.units', more.lit(0)), '+', more.fn.coalesce('shipped.units', more.lit(0))),
              ),
            ),
        ),
      )
      .limit(MAX_FINDINGS),
  );
}

const selectUnfinished = (order: ExpressionBuilder<Tables, 'orders'>) =>
  order
    .selectFrom('refunds')
    .select('refunds.id')
    .whereRef('refunds.order_id', '=', 'orders.id')
    .where((is) =>
      is.or([
        is('refunds.status', 'in', ['awaiting_approval', 'pending']),
        is.and([
          is('refunds.status', '=', 'failed'),
          is('refunds.given_up_at', 'is', null),
          is('refunds.kind', '<>', 'chargeback'),
        ]),
      ]),
    );
