/** Reads the complete order record, which the order workflow renders for support staff. */
import type { Address } from '../../domain/address.ts';
import { fromDecimal } from '../../domain/money.ts';
import { type PackingLine, packingLines } from '../../domain/shipping.ts';
import type { Settings } from '../../infra/config.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { paymentPageUrl } from '../../infra/stripe/payment-page.ts';
import { type RefundFacts, readRefunds } from '../refunds/refund-reader.ts';
import { type OrderFacts, readOrder } from './order-ledger.ts';

/** Maximum number of history events in the record; the newest are kept. */
const MAX_EVENTS = 60;
const DAY_MS = 86_400_000;

export interface OrderRecord {
  order: OrderFacts;
  customer: { userId: string | null; email: string | null };
  shippingAddress: Address;
  shipment: { carrier: string; trackingNumber: string; shippedAt: string; deliveredAt: string | null } | null;
  reviewReason: string | null;
  refunds: RefundFacts[];
  /** Units bought, canceled, and to ship of each product, in the sequence of the order's lines. */
  packing: PackingLine[];
  disputes: { disputeId: string; amountCents: number; reason: string; status: string; evidenceDueBy: string | null }[];
  /** `key` identifies the request that caused an event. */
  history: { at: string; type: string; message: string; actor: string; reason: string | null; key: string | null }[];
  /** Page of the payment in the Stripe Dashboard, or in its local substitute. */
  paymentUrl: string | null;
  /** When the return window of a delivered order closes and its workflow completes; null before delivery. */
  closesAt: string | null;
}

interface DetailsRow {
  user_id: string | null;
  email: string | null;
  shipping_address: Address;
  carrier: string | null;
  tracking_number: string | null;
  shipped_at: Date | null;
  delivered_at: Date | null;
  review_reason: string | null;
}

export async function readCase(sql: Sql, settings: Settings, orderId: string): Promise<OrderRecord | undefined> {
  const order = await readOrder(sql, orderId);
  if (!order) return undefined;
  const details = (await sql.row<DetailsRow>(
    `select o.user_id, coalesce(o.email, u.email) as email, o.shipping_address, o.carrier, o.tracking_number, o.shipped_at,
       o.delivered_at, o.review_reason
     from orders o left join users u on u.id = o.user_id where o.id = $1`,
    [orderId],
  ))!;
  const disputes = await sql.rows<{
    id: string;
    amount: string;
    currency: string;
    reason: string;
    status: string;
    evidence_due_by: Date | null;
  }>(
    'select id, amount, currency, reason, status, evidence_due_by from disputes where order_id = $1 order by created_at',
    [orderId],
  );
  const history = await sql.rows<{
    created_at: Date;
    type: string;
    message: string;
    actor: string;
    reason: string | null;
    key: string | null;
  }>(
    `select created_at, type, message, actor, reason, dedupe_key as key from order_events where order_id = $1 order by id desc limit ${MAX_EVENTS}`,
    [orderId],
  );
  const refunds = await readRefunds(sql, orderId);
  return {
    order,
    customer: { userId: details.user_id, email: details.email },
    shippingAddress: details.shipping_address,
    shipment: details.shipped_at && {
      carrier: details.carrier ?? '',
      trackingNumber: details.tracking_number ?? '',
      shippedAt: details.shipped_at.toISOString(),
      deliveredAt: details.delivered_at?.toISOString() ?? null,
    },
    reviewReason: details.review_reason,
    refunds,
    packing: packingLines(order, refunds),
    disputes: disputes.map((row) => ({
      disputeId: row.id,
      amountCents: fromDecimal(row.amount, row.currency),
      reason: row.reason,
      status: row.status,
      evidenceDueBy: row.evidence_due_by?.toISOString() ?? null,
    })),
    history: history.reverse().map(({ created_at, ...event }) => ({ at: created_at.toISOString(), ...event })),
    closesAt:
      details.delivered_at && new Date(details.delivered_at.getTime() + settings.RETURN_DAYS * DAY_MS).toISOString(),
    paymentUrl: order.paymentIntentId ? paymentPageUrl(settings, order.paymentIntentId) : null,
  };
}
