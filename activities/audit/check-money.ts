/** Invariant 2: Stripe and the orders agree on each payment, and on the sums of each currency. */
import type Stripe from 'stripe';
import { fromStripeAmount } from '../../domain/currencies.ts';
import { fromDecimal } from '../../domain/money.ts';
import { UNMATCHED_IN_WORDS, type UnmatchedReason } from '../../domain/payment.ts';
import type { Database } from '../../infra/postgres/database.ts';
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

interface OrderRow {
  id: string;
  status: string;
  captured: string;
  /** Money returned in any way, at most the captured amount. */
  back: string;
  refunded: string;
  total: string;
  currency: string;
  payment_intent_id: string | null;
}

interface UnmatchedRow {
  id: string;
  order_id: string;
  reason: UnmatchedReason;
  refund_status: string | null;
}

const READ_ORDERS = `
  select o.id, o.status, o.captured_amount::text as captured, o.total_amount::text as total, o.currency,
    o.payment_intent_id,
    least(o.captured_amount, o.refunded_amount
      + (select coalesce(sum(amount), 0) from refunds where order_id = o.id and given_up_at is not null))::text as back,
    (select coalesce(sum(amount), 0)::text from refunds where order_id = o.id and kind <> 'chargeback'
       and (status = 'succeeded' or status = 'pending' and stripe_refund_id is not null)) as refunded
  from orders o where o.payment_intent_id = any($1) or o.id = any($2::uuid[])`;

/**
 * Orders that changed since `$1`, and orders with money that is still to be refunded, whenever they changed. Given-up refunds are excluded,
 * since they were paid another way and would be found forever.
 */
const READ_CHANGED_OR_OPEN = `
  select o.id, o.payment_intent_id from orders o
  where (o.captured_amount > 0 and o.updated_at >= $1)
    or (o.status in ('expired', 'canceled') and o.captured_amount > o.refunded_amount
      + (select coalesce(sum(amount), 0) from refunds where order_id = o.id and given_up_at is not null))
    or o.id in (select order_id from refunds where status = 'pending' or (status = 'failed' and given_up_at is null and kind <> 'chargeback'))`;

const READ_OPEN_UNMATCHED = `
  select id from payments where unmatched_reason is not null and refund_status is distinct from 'succeeded'`;

/** @param since reads payments that changed since then and those still open; undefined reads everything */
export async function checkMoney(
  db: Database,
  stripe: Stripe,
  since: Date | undefined,
  onProgress: () => void,
): Promise<{ findings: Finding[]; ledgers: Ledger[] }> {
  const watched = await db.rows<{ id: string; payment_intent_id: string | null }>(READ_CHANGED_OR_OPEN, [
    since ?? '-infinity',
  ]);
  const openUnmatched = await db.rows<{ id: string }>(READ_OPEN_UNMATCHED);
  const openDisputes = await openDisputeIds(db);
  const disputes = await readStripeDisputes(stripe, since, openDisputes, onProgress);
  const alsoIds = [
    ...watched.map((order) => order.payment_intent_id),
    ...openUnmatched.map((payment) => payment.id),
    ...[...disputes.values()].map((dispute) => dispute.paymentIntentId),
  ].filter((id) => id != null);
  const payments = await readStripePayments(stripe, since, alsoIds, onProgress);
  const orders = await db.rows<OrderRow>(READ_ORDERS, [[...payments.keys()], watched.map((order) => order.id)]);
  const unmatched = await db.rows<UnmatchedRow>(
    `select id, order_id, unmatched_reason as reason, refund_status from payments where unmatched_reason is not null and id = any($1)`,
    [[...payments.keys()]],
  );
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
    `was made for order ${stray.order_id}, but ${UNMATCHED_IN_WORDS[stray.reason]}; ${payment.refundedCents} of ${payment.capturedCents} were refunded (minor units), the refund is ${stray.refund_status ?? 'not sent'}`,
  );
}

function checkOrder(find: Find, order: OrderRow, payment: StripePayment | undefined): void {
  const cents = (text: string) => fromDecimal(text, order.currency);
  const [captured, refunded, back] = [cents(order.captured), cents(order.refunded), cents(order.back)];
  const subject = `order ${order.id}`;
  const [atStripe, backAtStripe] = [payment?.capturedCents ?? 0, payment?.refundedCents ?? 0];
  if (payment && payment.currency !== order.currency)
    find(subject, `is in ${order.currency} but was charged in ${payment.currency}`);
  if (atStripe !== captured) find(subject, `records ${captured} as charged, but Stripe has ${atStripe} (minor units)`);
  if (backAtStripe !== refunded)
    find(subject, `records ${refunded} as refunded, but Stripe has ${backAtStripe} (minor units)`);
  if (['expired', 'canceled'].includes(order.status) && captured !== back)
    find(subject, `is ${order.status} but keeps ${captured - back} of the charge (minor units)`);
  if (captured > 0 && captured !== cents(order.total))
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

  addOrder({ captured, refunded, currency }: OrderRow): void {
    this.ordersCapturedCents += fromDecimal(captured, currency);
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
