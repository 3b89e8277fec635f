/** The facts about an order that emails show, read from PostgreSQL when an email is sent. */
import { fromDecimal } from '../../domain/money.ts';
import type { OrderStatus } from '../../domain/order-state.ts';
import { reasonForShopper } from '../../domain/refund-words.ts';
import type { Sql } from '../../infra/postgres/database.ts';

export interface EmailOrder {
  orderId: string;
  status: OrderStatus;
  currency: string;
  totalCents: number;
  capturedCents: number;
  /** The address given at checkout, or else the account's; null when there is neither. */
  email: string | null;
  shippingAddress: ShippingAddress;
  lastPaymentError: string | null;
  expiresAt: Date;
  carrier: string | null;
  trackingNumber: string | null;
  lines: OrderLine[];
}

export interface OrderLine {
  name: string;
  quantity: number;
  unitPriceCents: number;
}

export interface ShippingAddress {
  name?: string;
  street?: string;
  street2?: string;
  city?: string;
  state?: string;
  postal_code?: string;
  country?: string;
}

export interface EmailRefund {
  amountCents: number;
  currency: string;
  reason: string;
}

interface OrderRow {
  status: OrderStatus;
  currency: string;
  total_amount: string;
  captured_amount: string;
  email: string | null;
  shipping_address: ShippingAddress;
  last_payment_error: string | null;
  expires_at: Date;
  carrier: string | null;
  tracking_number: string | null;
  lines: { name: string; quantity: number; price: string }[] | null;
}

export async function readEmailOrder(sql: Sql, orderId: string): Promise<EmailOrder | undefined> {
  const row = await sql.row<OrderRow>(
    `select o.status, o.currency, o.total_amount, o.captured_amount, coalesce(o.email, users.email) as email,
       o.shipping_address, o.last_payment_error, o.expires_at, o.carrier, o.tracking_number,
       (select jsonb_agg(jsonb_build_object('name', item.name, 'quantity', item.quantity, 'price', item.price::text)
          order by item.product_id) from order_items item where item.order_id = o.id) as lines
     from orders o left join users on users.id = o.user_id where o.id = $1`,
    [orderId],
  );
  if (!row) return undefined;
  const cents = (text: string) => fromDecimal(text, row.currency);
  return {
    orderId,
    status: row.status,
    currency: row.currency,
    totalCents: cents(row.total_amount),
    capturedCents: cents(row.captured_amount),
    email: row.email,
    shippingAddress: row.shipping_address,
    lastPaymentError: row.last_payment_error,
    expiresAt: row.expires_at,
    carrier: row.carrier,
    trackingNumber: row.tracking_number,
    lines: (row.lines ?? []).map(({ name, quantity, price }) => ({ name, quantity, unitPriceCents: cents(price) })),
  };
}

/** A refund of this order; undefined for a refund of another order. */
export async function readEmailRefund(sql: Sql, orderId: string, refundId: string): Promise<EmailRefund | undefined> {
  const row = await sql.row<{ amount: string; currency: string; reason: string; kind: string; requested_by: string }>(
    'select amount, currency, reason, kind, requested_by from refunds where id = $1 and order_id = $2',
    [refundId, orderId],
  );
  return (
    row && {
      amountCents: fromDecimal(row.amount, row.currency),
      currency: row.currency,
      reason: reasonForShopper({ ...row, requestedBy: row.requested_by }),
    }
  );
}
