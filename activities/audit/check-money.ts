import type Stripe from 'stripe';
import { fromDecimal } from '../../domain/money.ts';
import type { Database } from '../../infra/postgres/database.ts';
import type { Finding } from './finding.ts';

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
  captured_amount: string;
  refunded_amount: string;
  charged_back: string;
  total_amount: string;
  currency: string;
  payment_intent_id: string | null;
}

interface StripeBooks {
  orderId: string;
  capturedCents: number;
  refundedCents: number;
}

/** Invariant 2: Stripe's ledger and the orders' agree, intent by intent and in sum. Intents of other programs are left out. */
export async function checkMoney(
  db: Database,
  stripe: Stripe,
  currency: string,
  onProgress: () => void,
): Promise<{ findings: Finding[]; ledger: Ledger }> {
  const findings: Finding[] = [];
  const find = (subject: string, detail: string) => findings.push({ check: 'money', subject, detail });

  const atStripe = new Map<string, StripeBooks>();
  for await (const intent of stripe.paymentIntents.list({ limit: 100, expand: ['data.latest_charge'] })) {
    onProgress();
    const orderId = intent.metadata.order_id;
    if (!orderId || intent.amount_received === 0) continue;
    const charge = intent.latest_charge as Stripe.Charge | null;
    atStripe.set(intent.id, {
      orderId,
      capturedCents: intent.amount_received,
      refundedCents: charge?.amount_refunded ?? 0,
    });
  }

  const orders = await db.rows<OrderRow>(
    `select id, status, captured_amount, refunded_amount, total_amount, currency, payment_intent_id,
       (select coalesce(sum(amount), 0) from refunds
        where order_id = orders.id and kind = 'chargeback' and status in ('pending', 'succeeded'))::text as charged_back
     from orders where captured_amount > 0 or payment_intent_id = any($1)`,
    [[...atStripe.keys()]],
  );
  const byIntent = new Map(orders.map((order) => [order.payment_intent_id ?? order.id, order]));
  const ledger: Ledger = {
    currency,
    stripeCapturedCents: 0,
    stripeRefundedCents: 0,
    ordersCapturedCents: 0,
    ordersRefundedCents: 0,
  };

  for (const [intentId, books] of atStripe) {
    ledger.stripeCapturedCents += books.capturedCents;
    ledger.stripeRefundedCents += books.refundedCents;
    if (!byIntent.has(intentId))
      find(`payment ${intentId}`, `was charged for order ${books.orderId}, which does not know it`);
  }
  for (const [intentId, order] of byIntent) {
    const capturedCents = fromDecimal(order.captured_amount, order.currency);
    const backCents = fromDecimal(order.refunded_amount, order.currency);
    // A chargeback is no refund at Stripe: it is a dispute, with books of its own.
    const refundedCents = backCents - fromDecimal(order.charged_back, order.currency);
    ledger.ordersCapturedCents += capturedCents;
    ledger.ordersRefundedCents += refundedCents;
    const books = atStripe.get(intentId) ?? { capturedCents: 0, refundedCents: 0 };
    if (books.capturedCents !== capturedCents) {
      find(`order ${order.id}`, `books ${capturedCents} as charged, Stripe ${books.capturedCents} (minor units)`);
    }
    if (books.refundedCents !== refundedCents) {
      find(`order ${order.id}`, `books ${refundedCents} as refunded, Stripe ${books.refundedCents} (minor units)`);
    }
    if (['expired', 'cancelled'].includes(order.status) && capturedCents !== backCents) {
      find(
        `order ${order.id}`,
        `is ${order.status} but keeps ${capturedCents - backCents} of the charge (minor units)`,
      );
    }
    if (order.status === 'paid' && capturedCents !== fromDecimal(order.total_amount, order.currency)) {
      find(`order ${order.id}`, 'was charged another amount than its total');
    }
  }
  return { findings, ledger };
}
