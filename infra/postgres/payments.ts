/** The table `payments`: Stripe's facts about PaymentIntents that name an order. Written only from verified facts. */
import { toDecimalString } from '../../domain/money.ts';
import type { PaymentFacts } from '../stripe/payment-facts.ts';
import type { Sql } from './database.ts';

/**
 * SQL that records a payment within a longer statement: it goes after `with`, and reads the order's ID from the common table expression
 * `known (id)`: the order that owns the PaymentIntent, else the one that its metadata names. A payment that succeeded or was canceled
 * stays so despite late events; it moves to the order that owns it. Safe to repeat.
 * @param first number of the first of its seven parameters, `paymentParameters`
 */
export function recordPaymentSql(first: number): string {
  const $ = (offset: number) => `$${first + offset}`;
  return `payment as (
       insert into payments (id, order_id, status, received_amount, currency)
       select ${$(0)}::text, known.id, ${$(1)}::text, ${$(2)}::numeric, ${$(3)}::text from known where ${$(0)}::text is not null
       on conflict (id) do update set updated_at = now(),
         order_id = case when payments.unmatched_reason is null then excluded.order_id else payments.order_id end,
         status = case when payments.status in ('succeeded', 'canceled') then payments.status else excluded.status end,
         received_amount = case when payments.status in ('succeeded', 'canceled') then payments.received_amount
           else excluded.received_amount end
         where payments.order_id <> excluded.order_id
           or payments.status not in ('succeeded', 'canceled') and payments.status <> excluded.status),
     failure as (
       insert into payment_failures (attempt_id, payment_id, code, message)
       select ${$(4)}::text, ${$(0)}::text, ${$(5)}::text, ${$(6)}::text from known where ${$(4)}::text is not null
       on conflict (attempt_id) do nothing)`;
}

/** The values of `recordPaymentSql`'s parameters; all null without a payment. */
export function paymentParameters(facts: PaymentFacts | undefined): (string | null)[] {
  if (!facts) return [null, null, null, null, null, null, null];
  const { paymentIntentId, status, receivedCents, currency, failure } = facts;
  const received = toDecimalString(receivedCents, currency);
  return [
    paymentIntentId,
    status,
    received,
    currency,
    failure?.attemptId ?? null,
    failure?.code ?? null,
    failure?.message ?? null,
  ];
}

const RECORD_ANSWER = `with known as (select id from orders where id = $1), ${recordPaymentSql(2)} select 1`;

/** Records Stripe's response about a payment of this order. Safe to repeat. */
export async function recordPayment(sql: Sql, orderId: string, facts: PaymentFacts): Promise<void> {
  await sql.run(RECORD_ANSWER, [orderId, ...paymentParameters(facts)]);
}
