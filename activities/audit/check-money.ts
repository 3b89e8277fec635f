/** Invariant 2: Stripe and the orders agree on each payment, and on the sums of each currency. */
import { type ExpressionBuilder, type InferResult, type NotNull, sql as part } from 'kysely';
import type Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import { UNMATCHED_IN_WORDS } from '../../domain/payment.ts';
import type { Database, Sql } from '../../infra/postgres/database.ts';
import type { Tables } from '../../infra/postgres/entities/index.ts';
import { anyOf, literal } from '../../infra/postgres/statement-parts.ts';
import { checkDisputes, openDisputeIds } from './check-disputes.ts';
import type { Finding } from './finding.ts';
import { readStripeDisputes, readStripePayments, type StripeDispute, type StripePayment } from './stripe-books.ts';

/** Sums of one currency, in its minor units. Chargebacks are not refunds at Stripe, so both sides exclude them. */
export interface Ledger {
  currency: string;
  stripeCapturedCents: number;
  stripeRefundedCents: number;
  ordersCapturedCents: number;
  ordersRefundedCents: number;
}

/** Amount of an order's refunds: add conditions. */
const refundedTo = (order: ExpressionBuilder<Tables, 'orders'>) =>
  order
    .selectFrom('refunds')
    .select(({ fn }) => fn.coalesce(fn.sum<string>('refunds.amount'), literal('0')).as('amount'))
    .whereRef('refunds.order_id', '=', 'orders.id');

/** Amount of those that were paid another way. */
const givenUp = (order: ExpressionBuilder<Tables, 'orders'>) =>
  refundedTo(order).where('refunds.given_up_at', 'is not', null);

/** `back`: money returned in any way, at most the captured amount. `refunded`: by Stripe. */
function readOrders(sql: Sql, paymentIntentIds: readonly string[], orderIds: readonly string[]) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .select(['id', 'status', 'captured_amount', 'total_amount', 'currency', 'payment_intent_id'])
      .select((order) => [
        order.fn<string>('least', ['captured_amount', order('refunded_amount', '+', givenUp(order))]).as('back'),
        refundedTo(order)
          .where('refunds.kind', '<>', 'chargeback')
          .where((is) =>
            is.or([
              is('refunds.status', '=', 'succeeded'),
              is.and([is('refunds.status', '=', 'pending'), is('refunds.stripe_refund_id', 'is not', null)]),
            ]),
          )
          .$asScalar()
          .$notNull()
          .as('refunded'),
      ])
      .where((is) => is.or([is('payment_intent_id', '=', anyOf(paymentIntentIds)), is('id', '=', anyOf(orderIds))])),
  );
}
type OrderRow = Awaited<ReturnType<typeof readOrders>>[number];

/**
 * Reads orders that changed since then, and orders with money that is still to be refunded, whenever they changed. Given-up refunds are
 * excluded, since they were paid another way and would be found forever.
 */
function readChangedOrOpen(sql: Sql, since: Date | undefined) {
  return sql.rows(
    sql.query
      .selectFrom('orders')
      .select(['id', 'payment_intent_id'])
      .where((is) =>
        is.or([
          is.and([
            is('captured_amount', '>', '0'),
            is('updated_at', '>=', part<Date>`${since ?? '-infinity'}::timestamptz`),
          ]),
          is.and([
            is('status', 'in', ['expired', 'canceled']),
            is('captured_amount', '>', is('refunded_amount', '+', givenUp(is))),
          ]),
          is('id', 'in', (refund) =>
            refund
              .selectFrom('refunds')
              .select('refunds.order_id')
              .where((open) =>
                open.or([
                  open('refunds.status', '=', 'pending'),
                  open.and([
                    open('refunds.status', '=', 'failed'),
                    open('refunds.given_up_at', 'is', null),
                    open('refunds.kind', '<>', 'chargeback'),
                  ]),
                ]),
              ),
          ),
        ]),
      ),
  );
}

const selectUnmatched = (sql: Sql) =>
  sql.query
    .selectFrom('payments')
    .select(['id', 'order_id', 'unmatched_reason', 'refund_status'])
    .where('unmatched_reason', 'is not', null)
    .$narrowType<{ unmatched_reason: NotNull }>();
type UnmatchedRow = InferResult<ReturnType<typeof selectUnmatched>>[number];

/** @param since reads payments that changed since then and those still open; undefined reads everything */
export async function checkMoney(
  db: Database,
  stripe: Stripe,
  since: Date | undefined,
  onProgress: () => void,
): Promise<{ findings: Finding[]; ledgers: Ledger[] }> {
  const watched = await readChangedOrOpen(db, since);
  const openUnmatched = await db.rows(
    selectUnmatched(db).where('refund_status', 'is distinct from', literal('succeeded')),
  );
  const openDisputes = await openDisputeIds(db);
  const disputes = await readStripeDisputes(stripe, since, openDisputes, onProgress);
  const alsoIds = [
    ...watched.map((order) => order.payment_intent_id),
    ...openUnmatched.map((payment) => payment.id),
    ...[...disputes.values()].map((dispute) => dispute.paymentIntentId),
  ].filter((id) => id != null);
  const payments = await readStripePayments(stripe, since, alsoIds, onProgress);
  const paymentIds = [...payments.keys()];
  const orders = await readOrders(
    db,
    paymentIds,
    watched.map((order) => order.id),
  );
  const unmatched = await db.rows(selectUnmatched(db).where('id', '=', anyOf(paymentIds)));
  const byIntent = new Map(orders.map((order) => [order.payment_intent_id, order]));
  const unmatchedById = new Map(unmatched.map((row) => [row.id, row]));
  const ledgers = new Ledgers();
  const findings: Finding[] = [];
  const find = (subject: string, detail: string) => findings.push({ check: 'money', subject, detail });

  for (const payment of payments.values()) {
    const order = byIntent.get(payment.paymentIntentId);
    const stray = unmatchedById.get(payment.paymentIntentId);
    if (stray) checkUnmatched(find, payment, stray, lostCents(disputes.values(), payment));
    else if (order) ledgers.of(payment.currency).addPayment(payment);
    else
      find(
        `payment ${payment.paymentIntentId}`,
        `was charged for order ${payment.orderId} but is not recorded there; ${payment.refundedCents} of ${payment.capturedCents} were refunded (minor units)`,
      );
  }
  for (const order of orders) {
    const intentId = order.payment_intent_id ?? '';
    const payment = unmatchedById.has(intentId) ? undefined : payments.get(intentId);
    ledgers.of(order.currency).addOrder(order);
    checkOrder(find, order, payment);
  }
  findings.push(...(await checkDisputes(db, disputes, openDisputes)));
  return { findings, ledgers: ledgers.all() };
}

type Find = (subject: string, detail: string) => void;

/** Amount of a payment that was lost to chargebacks. */
function lostCents(disputes: Iterable<StripeDispute>, { paymentIntentId, currency }: StripePayment): number {
  return [...disputes]
    .filter((dispute) => dispute.paymentIntentId === paymentIntentId && dispute.status === 'lost')
    .reduce((sum, { stripeAmount }) => sum + fromStripeAmount(stripeAmount, currency), 0);
}

/** An unmatched payment is a finding until all of it is returned. */
function checkUnmatched(find: Find, payment: StripePayment, stray: UnmatchedRow, lostToBankCents: number): void {
  if (payment.refundedCents + lostToBankCents >= payment.capturedCents) return;
  find(
    `payment ${payment.paymentIntentId}`,
    `was made for order ${stray.order_id}, but ${UNMATCHED_IN_WORDS[stray.unmatched_reason]}; ${payment.refundedCents} of ${payment.capturedCents} were refunded (minor units), the refund is ${stray.refund_status ?? 'not sent'}`,
  );
}

function checkOrder(find: Find, order: OrderRow, payment: StripePayment | undefined): void {
  const cents = (text: string) => fromDecimal(text, order.currency);
  const [captured, refunded, back] = [cents(order.captured_amount), cents(order.refunded), cents(order.back)];
  const subject = `order ${order.id}`;
  const [atStripe, backAtStripe] = [payment?.capturedCents ?? 0, payment?.refundedCents ?? 0];
  if (payment && payment.currency !== order.currency)
    find(subject, `is in ${order.currency} but was charged in ${payment.currency}`);
  if (atStripe !== captured) find(subject, `records ${captured} as charged, but Stripe has ${atStripe} (minor units)`);
  if (backAtStripe !== refunded)
    find(subject, `records ${refunded} as refunded, but Stripe has ${backAtStripe} (minor units)`);
  if (['expired', 'canceled'].includes(order.status) && captured !== back)
    find(subject, `is ${order.status} but keeps ${captured - back} of the charge (minor units)`);
  if (captured > 0 && captured !== cents(order.total_amount))
    find(subject, 'was charged an amount that differs from its total');
}

class LedgerSums implements Ledger {
  stripeCapturedCents = 0;
  stripeRefundedCents = 0;
  ordersCapturedCents = 0;
  ordersRefundedCents = 0;
  readonly currency: string;

  constructor(currency: string) {
    this.currency = currency;
  }

  addPayment({ capturedCents, refundedCents }: StripePayment): void {
    this.stripeCapturedCents += capturedCents;
    this.stripeRefundedCents += refundedCents;
  }

  addOrder({ captured_amount, refunded, currency }: OrderRow): void {
    this.ordersCapturedCents += fromDecimal(captured_amount, currency);
    this.ordersRefundedCents += fromDecimal(refunded, currency);
  }
}

class Ledgers {
  readonly #sums = new Map<string, LedgerSums>();

  of(currency: string): LedgerSums {
    const sums = this.#sums.get(currency) ?? new LedgerSums(currency);
    this.#sums.set(currency, sums);
    return sums;
  }

  all(): Ledger[] {
    return [...this.#sums.values()].sort((one, other) => (one.currency < other.currency ? -1 : 1));
  }
}
