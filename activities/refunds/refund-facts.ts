/** Reads refunds, and the facts by which they are decided. */
import { STRIPE } from '../../domain/identity.ts';
import { fromDecimal, sumCents } from '../../domain/money.ts';
import type { RefundStatus } from '../../domain/order-state.ts';
import type { RefundLine, RefundRecord } from '../../domain/refund-units.ts';
import { withholdsMoney } from '../../domain/shipping.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { type RefundRow, readRefund, readRefunds } from '../../infra/postgres/refunds.ts';

/** `cancellation` also cancels the order; `chargeback` is money that the card's bank took. */
export type RefundKind = 'refund' | 'cancellation' | 'chargeback';

export interface RefundFacts {
  refundId: string;
  orderId: string;
  orderNumber: string;
  /** Null for a guest. */
  customerId: string | null;
  requestId: string;
  kind: RefundKind;
  amountCents: number;
  currency: string;
  lines: (RefundLine & { name: string })[];
  reason: string;
  status: RefundStatus;
  restock: boolean;
  /** Whether its units had not shipped when it was requested; they will not ship, and return to stock. */
  cancelsUnits: boolean;
  /** Whether it is a failed refund whose amount was paid another way, such as by bank transfer. */
  isGivenUp: boolean;
  /** Whether its units are back in stock. */
  isRestocked: boolean;
  /** Whether it is a chargeback or was made in the Stripe Dashboard. */
  isFromStripe: boolean;
  requestedBy: string;
  decidedBy: string | null;
  decisionReason: string | null;
  paymentIntentId: string;
  stripeRefundId: string | null;
  failureReason: string | null;
  /** Counts the attempts at Stripe from 1; each has its own idempotency key. */
  attempt: number;
  createdAt: string;
  updatedAt: string;
}

export async function readRefundFacts(sql: Sql, refundId: string): Promise<RefundFacts | undefined> {
  const row = await readRefund(sql, refundId);
  return row && refundFacts(row);
}

/** The refunds of one order, oldest first. */
export async function listRefundFacts(sql: Sql, orderId: string): Promise<RefundFacts[]> {
  return (await readRefunds(sql, orderId)).map(refundFacts);
}

export function refundFacts(row: RefundRow): RefundFacts {
  return {
    refundId: row.id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    customerId: row.user_id,
    requestId: row.request_id,
    kind: row.kind,
    amountCents: fromDecimal(row.amount, row.currency),
    currency: row.currency,
    lines: row.items.map(({ product_id, quantity, name }) => ({ productId: product_id, quantity, name })),
    reason: row.reason,
    status: row.status,
    restock: row.restock,
    cancelsUnits: row.cancels_units,
    isGivenUp: row.given_up_at !== null,
    isRestocked: row.is_restocked,
    isFromStripe: row.requested_by === STRIPE,
    requestedBy: row.requested_by,
    decidedBy: row.decided_by,
    decisionReason: row.decision_reason,
    // Only a paid order has refunds.
    paymentIntentId: row.payment_intent_id!,
    stripeRefundId: row.stripe_refund_id,
    failureReason: row.failure_reason,
    attempt: row.attempt,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

/** Earlier refunds of an order, in the form that decisions need. */
export async function readRecords(
  sql: Sql,
  orderId: string,
  exceptRefundId?: string,
): Promise<ReturnType<typeof refundRecord>[]> {
  const refunds = await listRefundFacts(sql, orderId);
  return refunds.filter((refund) => refund.refundId !== exceptRefundId).map(refundRecord);
}

export function refundRecord(
  refund: RefundFacts,
): RefundRecord & { refundId: string; attempt: number; approved: boolean } {
  return {
    refundId: refund.refundId,
    attempt: refund.attempt,
    amountCents: refund.amountCents,
    status: refund.status,
    lines: refund.lines,
    cancelsUnits: refund.cancelsUnits,
    isGivenUp: refund.isGivenUp,
    isRestocked: refund.isRestocked,
    isFromStripe: refund.isFromStripe,
    approved: refund.decidedBy !== null || refund.kind === 'chargeback',
  };
}

/** Whether an undecided chargeback withholds money of the order. */
export async function hasMoneyWithheld(sql: Sql, orderId: string): Promise<boolean> {
  const disputes = await sql.rows(sql.query.selectFrom('disputes').select('status').where('order_id', '=', orderId));
  return disputes.some(({ status }) => withholdsMoney(status));
}

/** Amounts returned for an order, in minor units: refunded or pending at Stripe, and paid otherwise, such as by bank transfer. */
export async function readReturned(
  sql: Sql,
  orderId: string,
  currency: string,
): Promise<{ atStripeCents: number; otherwiseCents: number }> {
  const refunds = await readRefunds(sql, orderId);
  const sum = (counted: typeof refunds) => sumCents(counted.map(({ amount }) => fromDecimal(amount, currency)));
  return {
    atStripeCents: sum(
      refunds.filter(
        ({ status, stripe_refund_id }) => status === 'succeeded' || (status === 'pending' && stripe_refund_id !== null),
      ),
    ),
    otherwiseCents: sum(refunds.filter(({ given_up_at }) => given_up_at !== null)),
  };
}
