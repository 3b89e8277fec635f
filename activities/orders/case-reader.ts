/** Reads the complete order record, which the order workflow renders for support staff. */
import { type Buyer, orderDetails } from '../../domain/checkout.ts';
import { fromDecimal } from '../../domain/money.ts';
import { isWaiting, needsApproval, refundableCents } from '../../domain/refund.ts';
import type { RefundLine } from '../../domain/refund-units.ts';
import { type PackingLine, packingLines } from '../../domain/shipping.ts';
import type { Settings } from '../../infra/config.ts';
import { emailHash } from '../../infra/email-hash.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { selectOrder } from '../../infra/postgres/orders.ts';
import { paymentPageUrl } from '../../infra/stripe/payment-page.ts';
import { listRefundFacts, type RefundFacts, refundRecord } from '../refunds/refund-facts.ts';
import { type PreviousContact, readPreviousContacts } from './contact-changes.ts';
import { type OrderHistory, readHistory } from './order-events.ts';
import { type OrderFacts, orderFacts, orderForRefund } from './order-facts.ts';

const DAY_MS = 86_400_000;

export interface OrderRecord extends OrderHistory {
  order: OrderFacts;
  customer: Buyer;
  /** Keyed hash of the customer's email address, as a search attribute; null without an address. */
  emailHash: string | null;
  /** Parcels, oldest first. */
  shipments: {
    carrier: string;
    trackingNumber: string;
    shippedAt: string;
    deliveredAt: string | null;
    lines: RefundLine[];
  }[];
  reviewReason: string | null;
  refunds: RefundFacts[];
  /** Whether canceling the order, once it is paid, is above the limit of support and needs a lead. */
  isCancelAboveLimit: boolean;
  /** Units bought, canceled, shipped, and to ship of each product, in the sequence of the order's lines. */
  packing: PackingLine[];
  /** Shipping and email addresses that were replaced, oldest first. */
  previousContacts: PreviousContact[];
  disputes: {
    disputeId: string;
    amountCents: number;
    reason: string;
    status: string;
    evidenceDueBy: string | null;
    /** Whether evidence was saved at Stripe, and how often it was submitted to the bank. */
    hasEvidence: boolean;
    submissions: number;
  }[];
  /** Page of the payment in the Stripe Dashboard, or in its local substitute. */
  paymentUrl: string | null;
  /** When the return window of a delivered order closes and its workflow completes; null before delivery. */
  closesAt: string | null;
}

export async function readCase(sql: Sql, settings: Settings, orderId: string): Promise<OrderRecord | undefined> {
  const row = await sql.row(
    selectOrder(sql)
      .where('orders.id', '=', orderId)
      .leftJoin('users', 'users.id', 'orders.user_id')
      .select('users.email as account_email'),
  );
  if (!row) return undefined;
  const order = orderFacts(row);
  const refunds = await listRefundFacts(sql, orderId);
  const paymentIntentId = row.payment_intent_id;
  const email = row.email ?? row.account_email;
  return {
    order,
    customer: { ...orderDetails(row), userId: row.user_id, email },
    emailHash: email && emailHash(settings.EMAIL_HASH_KEY, email),
    shipments: row.shipments.map((shipment) => ({
      carrier: shipment.carrier,
      trackingNumber: shipment.tracking_number,
      shippedAt: shipment.shipped_at,
      deliveredAt: shipment.delivered_at,
      lines: shipment.items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    })),
    reviewReason: row.review_reason,
    refunds,
    isCancelAboveLimit: isCancelAboveLimit(settings, order, refunds),
    packing: packingLines(orderForRefund(row), refunds),
    disputes: await readDisputes(sql, orderId),
    previousContacts: await readPreviousContacts(sql, orderId),
    ...(await readHistory(sql, orderId)),
    closesAt: row.delivered_at && new Date(row.delivered_at.getTime() + settings.RETURN_DAYS * DAY_MS).toISOString(),
    paymentUrl: paymentIntentId && paymentPageUrl(settings, paymentIntentId),
  };
}

function isCancelAboveLimit(
  {
    REFUND_LIMIT_SUPPORT_CENTS: supportCents,
    REFUND_LIMIT_CUSTOMER_CENTS: customerCents,
    REFUND_LIMIT_LEAD_CENTS: leadCents,
  }: Settings,
  order: OrderFacts,
  refunds: readonly RefundFacts[],
): boolean {
  // A cancellation replaces the refunds that wait.
  const others = refunds.filter((refund) => !isWaiting(refund)).map(refundRecord);
  return needsApproval({ supportCents, customerCents, leadCents }, 'support', others, refundableCents(order, others));
}

/** Oldest first. */
async function readDisputes(sql: Sql, orderId: string): Promise<OrderRecord['disputes']> {
  const rows = await sql.rows(
    sql.query.selectFrom('disputes').selectAll().where('order_id', '=', orderId).orderBy('created_at'),
  );
  return rows.map((row) => ({
    disputeId: row.id,
    amountCents: fromDecimal(row.amount, row.currency),
    reason: row.reason,
    status: row.status,
    evidenceDueBy: row.evidence_due_by?.toISOString() ?? null,
    hasEvidence: row.has_evidence,
    submissions: row.submission_count,
  }));
}
