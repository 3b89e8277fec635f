/** The facts about an order that emails show, read from PostgreSQL when an email is sent. */
import { type OrderDetails, orderDetails } from '../../domain/checkout.ts';
import { isUser } from '../../domain/identity.ts';
import { fromDecimal } from '../../domain/money.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { reasonForShopper } from '../../domain/refund-words.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { selectOrder } from '../../infra/postgres/orders.ts';
import { readRefund } from '../../infra/postgres/refunds.ts';

/** `email` is the address given at checkout, or else the account's; null when there is neither. */
export interface EmailOrder extends OrderDetails {
  orderId: string;
  number: string;
  /** Whether it was placed without an account, so that only a link with a key opens it on another device. */
  isOfGuest: boolean;
  status: OrderStatus;
  currency: string;
  totalCents: number;
  capturedCents: number;
  lastPaymentError: string | null;
  expiresAt: Date;
  lines: OrderLine[];
  /** Oldest first. */
  parcels: EmailParcel[];
}

export interface EmailParcel {
  shipmentId: string;
  carrier: string;
  trackingNumber: string;
  lines: Pick<OrderLine, 'name' | 'quantity'>[];
}

export interface OrderLine {
  name: string;
  quantity: number;
  unitPriceCents: number;
}

export interface EmailRefund {
  kind: 'refund' | 'cancellation' | 'chargeback';
  amountCents: number;
  currency: string;
  reason: string;
  /** Whether it canceled items that had not shipped. */
  cancelsUnits: boolean;
  /** Empty for an amount without items. */
  lines: Pick<OrderLine, 'name' | 'quantity'>[];
}

export interface EmailDispute {
  amountCents: number;
  currency: string;
  reason: string;
  status: string;
  evidenceDueBy: Date | null;
}

export async function readEmailOrder(sql: Sql, orderId: string): Promise<EmailOrder | undefined> {
  const row = await sql.row(
    selectOrder(sql)
      .leftJoin('users', 'users.id', 'orders.user_id')
      .select('users.email as account_email')
      .where('orders.id', '=', orderId),
  );
  if (!row) return undefined;
  const cents = (text: string) => fromDecimal(text, row.currency);
  return {
    orderId,
    number: row.number,
    isOfGuest: !isUser(row.owner),
    status: row.status,
    currency: row.currency,
    totalCents: cents(row.total_amount),
    capturedCents: cents(row.captured_amount),
    ...orderDetails(row),
    email: row.email ?? row.account_email,
    lastPaymentError: row.last_payment_error,
    expiresAt: row.expires_at,
    parcels: row.shipments.map(({ id, carrier, tracking_number, items }) => ({
      shipmentId: id,
      carrier,
      trackingNumber: tracking_number,
      lines: items.map(({ product_id, quantity }) => ({
        name: row.items.find((item) => item.product_id === product_id)!.name,
        quantity,
      })),
    })),
    lines: row.items.map(({ name, quantity, price }) => ({ name, quantity, unitPriceCents: cents(price) })),
  };
}

/** A dispute of this order; undefined for a dispute of another order. */
export async function readEmailDispute(
  sql: Sql,
  orderId: string,
  disputeId: string,
): Promise<EmailDispute | undefined> {
  const row = await sql.row(
    sql.query.selectFrom('disputes').selectAll().where('id', '=', disputeId).where('order_id', '=', orderId),
  );
  return (
    row && {
      amountCents: fromDecimal(row.amount, row.currency),
      currency: row.currency,
      reason: row.reason,
      status: row.status,
      evidenceDueBy: row.evidence_due_by,
    }
  );
}

/** A refund of this order; undefined for a refund of another order. */
export async function readEmailRefund(sql: Sql, orderId: string, refundId: string): Promise<EmailRefund | undefined> {
  const row = await readRefund(sql, refundId);
  if (row?.order_id !== orderId) return undefined;
  return {
    kind: row.kind,
    amountCents: fromDecimal(row.amount, row.currency),
    currency: row.currency,
    cancelsUnits: row.cancels_units,
    lines: row.items.map(({ name, quantity }) => ({ name, quantity })),
    reason: reasonForShopper({ ...row, requestedBy: row.requested_by }),
  };
}
