/** Checks that an order's row matches its refunds and disputes: its status, its refunded amount, and whether it was allowed to ship. */
import {
  type AliasableExpression,
  type Expression,
  type ExpressionBuilder,
  expressionBuilder,
  type SelectQueryBuilder,
  type SqlBool,
} from 'kysely';
import { CLOSED_REFUND_STATUSES, type OrderStatus } from '../../domain/order-state.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Row, Tables } from '../../infra/postgres/entities/index.ts';
import { literal } from '../../infra/postgres/statement-parts.ts';
import type { Finding } from './finding.ts';

const MAX_FINDINGS = 1000;

/** Amounts per order: refunded at Stripe or charged back, paid back another way, and still to be refunded. */
function selectReturned(sql: Sql) {
  return sql.query
    .selectFrom('orders')
    .leftJoin('refunds', 'refunds.order_id', 'orders.id')
    .select(['orders.id', 'orders.status', 'orders.fulfillment', 'orders.captured_amount', 'orders.refunded_amount'])
    .select((of) => {
      const sumOf = (condition: Expression<SqlBool>) =>
        of.fn.coalesce(of.fn.sum<string>('refunds.amount').filterWhere(condition), literal('0'));
      const isGivenUp = of('refunds.given_up_at', 'is not', null);
      const atStripe = of.or([
        of('refunds.status', '=', 'succeeded'),
        of.and([of('refunds.status', '=', 'pending'), of('refunds.stripe_refund_id', 'is not', null)]),
      ]);
      const promised = of.and([
        of('refunds.kind', '<>', 'chargeback'),
        of.or([of('refunds.status', 'not in', ['failed', ...CLOSED_REFUND_STATUSES]), isGivenUp]),
      ]);
      return [
        of.fn<string>('least', ['orders.captured_amount', sumOf(atStripe)]).as('at_stripe'),
        sumOf(isGivenUp).as('otherwise'),
        sumOf(promised).as('promised'),
      ];
    })
    .groupBy('orders.id')
    .as('returned');
}

interface Returned extends Pick<Row<'orders'>, 'fulfillment' | 'captured_amount'> {
  at_stripe: string;
  otherwise: string;
}

/** Status of a paid order in rows of `returned`. Same rule as `statusOfPaid` in domain/order-state.ts; a test compares the two. */
export function paidStatus(): AliasableExpression<OrderStatus> {
  const of = expressionBuilder<{ returned: Returned }, 'returned'>();
  const back = of('returned.at_stripe', '+', of.ref('returned.otherwise'));
  return of
    .case()
    .when(back, '>=', of.ref('returned.captured_amount'))
    .then(literal('refunded'))
    .when('returned.fulfillment', '<>', 'unfulfilled')
    .then(of.ref('returned.fulfillment').$castTo<OrderStatus>())
    .when(back, '>', '0')
    .then(literal('partially_refunded'))
    .else(literal('paid'))
    .end();
}

const selectWrongStatus = (sql: Sql) =>
  sql.query
    .selectFrom(selectReturned(sql))
    .select((of) => ['id', 'status', of('captured_amount', '>', '0').as('is_paid'), paidStatus().as('expected')])
    .where((is) =>
      is
        .case()
        .when('status', 'in', ['expired', 'canceled'])
        .then(is('fulfillment', 'in', ['partially_shipped', 'shipped', 'delivered']))
        .when('captured_amount', '=', '0')
        .then(is('status', '<>', 'pending'))
        .else(is('status', '<>', paidStatus()))
        .end(),
    );

const selectWrongAmount = (sql: Sql) =>
  sql.query
    .selectFrom(selectReturned(sql))
    .select(['id', 'refunded_amount', 'at_stripe'])
    .whereRef('refunded_amount', '<>', 'at_stripe');

const selectTooMuchPromised = (sql: Sql) =>
  sql.query
    .selectFrom(selectReturned(sql))
    .select(['id', 'promised', 'captured_amount'])
    .whereRef('promised', '>', 'captured_amount');

/** A refund of unshipped units must cancel them. */
const selectNotCanceled = (sql: Sql) =>
  sql.query
    .selectFrom('orders')
    .innerJoin('refunds', 'refunds.order_id', 'orders.id')
    .innerJoin('refund_items as item', 'item.refund_id', 'refunds.id')
    .select(['orders.id', 'refunds.id as refund_id'])
    .distinct()
    .where((is) => is.not(is.ref('refunds.cancels_units')))
    .where('refunds.status', 'not in', ['failed', ...CLOSED_REFUND_STATUSES])
    .where('orders.paid_at', 'is not', null)
    .where((is) =>
      // While parts of an order ship, a refund can be for units that have shipped.
      is.or([
        is.and([is('orders.shipped_at', 'is', null), is('orders.fulfillment', '<>', 'partially_shipped')]),
        is.and([
          is('refunds.created_at', '<', is.ref('orders.shipped_at')),
          is.not(is.exists(selectEarlierParcel(is))),
        ]),
      ]),
    );

/** A parcel that shipped before the refund was requested. */
const selectEarlierParcel = (refund: ExpressionBuilder<Tables, 'refunds'>) =>
  refund
    .selectFrom('shipments')
    .select('shipments.id')
    .whereRef('shipments.order_id', '=', 'refunds.order_id')
    .whereRef('shipments.shipped_at', '<', 'refunds.created_at');

const selectNothingToShip = (sql: Sql) =>
  sql.query
    .selectFrom('orders')
    .select('orders.id')
    .where('orders.shipped_at', 'is not', null)
    .where((is) =>
      is.not(
        is.exists(
          is
            .selectFrom('order_items as bought')
            .leftJoin(selectCanceled(sql).as('canceled'), (join) =>
              join
                .onRef('canceled.order_id', '=', 'bought.order_id')
                .onRef('canceled.product_id', '=', 'bought.product_id'),
            )
            .select('bought.product_id')
            .whereRef('bought.order_id', '=', 'orders.id')
            .groupBy(['bought.product_id', 'canceled.units'])
            .having((more) =>
              more(more.fn.sum<number>('bought.quantity'), '>', more.fn.coalesce('canceled.units', more.lit(0))),
            ),
        ),
      ),
    );

const selectCanceled = (sql: Sql) =>
  sql.query
    .selectFrom('refunds')
    .innerJoin('refund_items as item', 'item.refund_id', 'refunds.id')
    .select((of) => ['refunds.order_id', 'item.product_id', of.fn.sum<number>('item.quantity').as('units')])
    .where((is) => is.ref('refunds.cancels_units'))
    .where((is) =>
      is.or([
        is('refunds.status', '=', 'succeeded'),
        is('refunds.given_up_at', 'is not', null),
        is('item.restocked_at', 'is not', null),
      ]),
    )
    .groupBy(['refunds.order_id', 'item.product_id']);

/** The order's history contains a dispute's status at the time of shipping. */
const selectShippedInDispute = (sql: Sql) =>
  sql.query
    .selectFrom('orders')
    .innerJoin('disputes', 'disputes.order_id', 'orders.id')
    .select(['orders.id', 'disputes.id as dispute_id'])
    .where('orders.shipped_at', 'is not', null)
    .where(
      (is) =>
        is
          .selectFrom('order_events as event')
          .select((of) => of.ref('event.data', '->>').key('status').$castTo<string>().as('status'))
          .whereRef('event.order_id', '=', 'orders.id')
          .where('event.type', 'in', ['dispute_opened', 'dispute_changed'])
          .where((of) => of(of.ref('event.data', '->>').key('disputeId'), '=', of.ref('disputes.id')))
          .whereRef('event.created_at', '<', 'orders.shipped_at')
          .orderBy('event.id', 'desc')
          .limit(1),
      'in',
      ['needs_response', 'under_review'],
    );

export async function checkOrders(db: Database): Promise<Finding[]> {
  const find = async <DB, From extends keyof DB, Found extends { id: string }>(
    query: SelectQueryBuilder<DB, From, Found>,
    detail: (row: Found) => string,
  ): Promise<Finding[]> =>
    (await db.rows(query.limit(MAX_FINDINGS))).map((row) => ({
      check: 'orders',
      subject: `order ${row.id}`,
      detail: detail(row as Found),
    }));
  return [
    ...(await find(selectWrongStatus(db), ({ status, is_paid, expected }) =>
      is_paid
        ? `is ${status}, but its fulfillment and payments make it ${expected}`
        : `is ${status}, but nothing was charged`,
    )),
    ...(await find(
      selectWrongAmount(db),
      ({ refunded_amount, at_stripe }) =>
        `records ${refunded_amount} as refunded, but its refunds add up to ${at_stripe}`,
    )),
    ...(await find(
      selectTooMuchPromised(db),
      ({ promised, captured_amount }) => `has refunds of ${promised}, more than its charge of ${captured_amount}`,
    )),
    ...(await find(
      selectNotCanceled(db),
      ({ refund_id }) => `refund ${refund_id} is for unshipped units but does not cancel them`,
    )),
    ...(await find(selectNothingToShip(db), () => 'has shipped although all of its units were canceled')),
    ...(await find(selectShippedInDispute(db), ({ dispute_id }) => `has shipped while dispute ${dispute_id} was open`)),
  ];
}
