/** Reads refunds, and the facts by which they are decided. */
import { STRIPE } from '../../domain/identity.ts';
import { fromDecimal } from '../../domain/money.ts';
import { type Fulfillment, hasShipped, type OrderStatus, type RefundStatus } from '../../domain/order-state.ts';
import type { RefundableOrder, RefundLine, RefundRecord } from '../../domain/refund.ts';
import { withholdsMoney } from '../../domain/shipping.ts';
import type { Sql } from '../../infra/postgres/database.ts';

/** `cancellation` also cancels the order; `chargeback` is money that the card's bank took. */
export type RefundKind = 'refund' | 'cancellation' | 'chargeback';

export interface RefundFacts {
  refundId: string;
  orderId: string;
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

interface RefundRow {
  id: string;
  order_id: string;
  request_id: string;
  kind: RefundKind;
  amount: string;
  currency: string;
  lines: { productId: string; quantity: number; name: string }[] | null;
  reason: string;
  status: RefundStatus;
  restock: boolean;
  cancels_units: boolean;
  given_up_at: Date | null;
  is_restocked: boolean;
  requested_by: string;
  decided_by: string | null;
  decision_reason: string | null;
  payment_intent_id: string;
  stripe_refund_id: string | null;
  failure_reason: string | null;
  attempt: number;
  created_at: Date;
  updated_at: Date;
}

const SELECT = `
  select refund.id, refund.order_id, refund.request_id, refund.kind, refund.amount, refund.currency, refund.reason, refund.status,
    refund.restock, refund.cancels_units, refund.given_up_at, refund.requested_by,
    exists (select 1 from refund_items where refund_id = refund.id and restocked_at is not null) as is_restocked, refund.decided_by, refund.decision_reason, o.payment_intent_id, refund.stripe_refund_id,
    refund.failure_reason, refund.attempt, refund.created_at, refund.updated_at,
    (select jsonb_agg(jsonb_build_object('productId', line.product_id, 'quantity', line.quantity,
       'name', (select name from order_items where order_id = refund.order_id and product_id = line.product_id limit 1))
       order by line.product_id)
     from refund_items line where line.refund_id = refund.id) as lines
  from refunds refund join orders o on o.id = refund.order_id`;
const READ_REFUND = `${SELECT} where refund.id = $1`;
const READ_REFUNDS = `${SELECT} where refund.order_id = $1 order by refund.created_at, refund.id`;

export async function readRefund(sql: Sql, refundId: string): Promise<RefundFacts | undefined> {
  const row = await sql.row<RefundRow>(READ_REFUND, [refundId]);
  return row && toFacts(row);
}

/** The refunds of one order, oldest first. */
export async function readRefunds(sql: Sql, orderId: string): Promise<RefundFacts[]> {
  return (await sql.rows<RefundRow>(READ_REFUNDS, [orderId])).map(toFacts);
}

function toFacts(row: RefundRow): RefundFacts {
  return {
    refundId: row.id,
    orderId: row.order_id,
    requestId: row.request_id,
    kind: row.kind,
    amountCents: fromDecimal(row.amount, row.currency),
    currency: row.currency,
    lines: row.lines ?? [],
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
    paymentIntentId: row.payment_intent_id,
    stripeRefundId: row.stripe_refund_id,
    failureReason: row.failure_reason,
    attempt: row.attempt,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export interface OrderForRefund extends RefundableOrder {
  currency: string;
  fulfillment: Fulfillment;
  deliveredAt: Date | null;
  /** Whether its stock was sold; false when its payment arrived too late. */
  isSold: boolean;
}

/** Reads the order under its row lock, so that concurrent requests are decided one after the other. */
export async function lockForRefund(sql: Sql, orderId: string): Promise<OrderForRefund | undefined> {
  const order = await sql.row<{
    status: OrderStatus;
    fulfillment: Fulfillment;
    captured_amount: string;
    currency: string;
    delivered_at: Date | null;
    sold: boolean;
  }>(
    'select status, fulfillment, captured_amount, currency, delivered_at, paid_at is not null as sold from orders where id = $1 for no key update',
    [orderId],
  );
  if (!order) return undefined;
  const lines = await sql.rows<{ product_id: string; name: string; quantity: number; price: string }>(
    'select product_id, name, quantity, price::text as price from order_items where order_id = $1 order by product_id',
    [orderId],
  );
  return {
    status: order.status,
    fulfillment: order.fulfillment,
    hasShipped: hasShipped(order.fulfillment),
    deliveredAt: order.delivered_at,
    isSold: order.sold,
    capturedCents: fromDecimal(order.captured_amount, order.currency),
    currency: order.currency,
    lines: lines.map((line) => ({
      productId: line.product_id,
      name: line.name,
      quantity: line.quantity,
      unitPriceCents: fromDecimal(line.price, order.currency),
    })),
  };
}

/** Earlier refunds of an order, in the form that decisions need. */
export async function readRecords(
  sql: Sql,
  orderId: string,
  exceptRefundId?: string,
): Promise<(RefundRecord & { refundId: string; attempt: number; approved: boolean })[]> {
  const refunds = await readRefunds(sql, orderId);
  return refunds
    .filter((refund) => refund.refundId !== exceptRefundId)
    .map((refund) => ({
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
    }));
}

/** Whether an undecided chargeback withholds money of the order. */
export async function hasMoneyWithheld(sql: Sql, orderId: string): Promise<boolean> {
  const disputes = await sql.rows<{ status: string }>('select status from disputes where order_id = $1', [orderId]);
  return disputes.some(({ status }) => withholdsMoney(status));
}

/** Amounts returned for an order, in minor units: refunded or pending at Stripe, and paid otherwise, such as by bank transfer. */
export async function readReturned(
  sql: Sql,
  orderId: string,
  currency: string,
): Promise<{ atStripeCents: number; otherwiseCents: number }> {
  const returned = (await sql.row<{ at_stripe: string; otherwise: string }>(
    `select coalesce(sum(amount) filter (where status = 'succeeded' or (status = 'pending' and stripe_refund_id is not null)), 0)::text as at_stripe,
       coalesce(sum(amount) filter (where given_up_at is not null), 0)::text as otherwise
     from refunds where order_id = $1`,
    [orderId],
  ))!;
  return {
    atStripeCents: fromDecimal(returned.at_stripe, currency),
    otherwiseCents: fromDecimal(returned.otherwise, currency),
  };
}
