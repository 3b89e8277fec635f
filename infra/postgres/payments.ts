/** The table `payments`: Stripe's facts about PaymentIntents that name an order. Written only from verified facts. */
import type { ExpressionBuilder, QueryCreator } from 'kysely';
import { toDecimalString } from '../../domain/money.ts';
import type { PaymentFacts, PaymentFailure } from '../stripe/payment-facts.ts';
import type { Sql } from './database.ts';
import type { Tables } from './entities/index.ts';
import { now } from './statement-parts.ts';

/** Tables of a statement that has the order of a payment, if any, as its common table expression `known`. */
type KnownOrder = Tables & { known: { id: string } };

type Conflict = ExpressionBuilder<
  Tables & { payments: Tables['payments']; excluded: Tables['payments'] },
  'payments' | 'excluded'
>;

/**
 * Adds the recording of a payment to a statement; without facts the statement stays as it is. A payment that succeeded or was canceled
 * stays so despite late events; it moves to the order that owns it. Safe to repeat.
 * @param statement with the order that owns the PaymentIntent, else the one that its metadata names, as `known`
 */
export function withPayment(
  statement: QueryCreator<KnownOrder>,
  facts: PaymentFacts | undefined,
): QueryCreator<KnownOrder> {
  if (!facts) return statement;
  const recorded = statement.with('payment', (db) => insertPayment(db, facts));
  const { failure } = facts;
  return failure ? recorded.with('failure', (db) => insertFailure(db, facts.paymentIntentId, failure)) : recorded;
}

function insertPayment(db: QueryCreator<KnownOrder>, facts: PaymentFacts) {
  const { paymentIntentId, status, receivedCents, currency } = facts;
  return db
    .insertInto('payments')
    .columns(['id', 'order_id', 'status', 'received_amount', 'currency'])
    .expression((insert) =>
      insert
        .selectFrom('known')
        .select((known) => [
          known.val(paymentIntentId).as('id'),
          known.ref('known.id').as('order_id'),
          known.val(status).as('status'),
          known.val(toDecimalString(receivedCents, currency)).as('received_amount'),
          known.val(currency).as('currency'),
        ]),
    )
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((payment) => ({
          updated_at: now,
          order_id: payment
            .case()
            .when('payments.unmatched_reason', 'is', null)
            .then(payment.ref('excluded.order_id'))
            .else(payment.ref('payments.order_id'))
            .end(),
          status: unlessFinal(payment, 'status'),
          received_amount: unlessFinal(payment, 'received_amount'),
        }))
        .where((payment) =>
          payment.or([
            payment('payments.order_id', '<>', payment.ref('excluded.order_id')),
            payment.and([
              payment.not(isFinal(payment)),
              payment('payments.status', '<>', payment.ref('excluded.status')),
            ]),
          ]),
        ),
    );
}

const isFinal = (payment: Conflict) => payment('payments.status', 'in', ['succeeded', 'canceled']);

/** The new value of a column, or the known one of a payment that succeeded or was canceled. */
function unlessFinal<Column extends 'status' | 'received_amount'>(payment: Conflict, column: Column) {
  return payment
    .case()
    .when(isFinal(payment))
    .then(payment.ref(`payments.${column}`))
    .else(payment.ref(`excluded.${column}`))
    .end();
}

function insertFailure(db: QueryCreator<KnownOrder>, paymentIntentId: string, failure: PaymentFailure) {
  return db
    .insertInto('payment_failures')
    .columns(['attempt_id', 'payment_id', 'code', 'message'])
    .expression((insert) =>
      insert
        .selectFrom('known')
        .select((known) => [
          known.val(failure.attemptId).as('attempt_id'),
          known.val(paymentIntentId).as('payment_id'),
          known.val(failure.code).as('code'),
          known.val(failure.message).as('message'),
        ]),
    )
    .onConflict((conflict) => conflict.column('attempt_id').doNothing());
}

/** Records Stripe's response about a payment of this order. Safe to repeat. */
export async function recordPayment(sql: Sql, orderId: string, facts: PaymentFacts): Promise<void> {
  const known = sql.query.with('known', (db) => db.selectFrom('orders').select('id').where('id', '=', orderId));
  await sql.run(withPayment(known, facts).selectFrom('known').select('known.id'));
}
