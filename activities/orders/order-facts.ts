/** An order as workflows and decisions know it: amounts in minor units, times as ISO 8601. */
import { fromDecimal } from '../../domain/money.ts';
import { type Fulfillment, hasShipped, type OrderStatus } from '../../domain/order-state.ts';
import type { RefundableOrder, RefundLine } from '../../domain/refund-units.ts';
import type { Sql } from '../../infra/postgres/database.ts';
import { lockOrder, type OrderRow, readOrder } from '../../infra/postgres/orders.ts';

export interface OrderFacts {
  orderId: string;
  reservationId: string;
  status: OrderStatus;
  fulfillment: Fulfillment;
  totalCents: number;
  capturedCents: number;
  refundedCents: number;
  currency: string;
  paymentIntentId: string | null;
  expiresAt: string;
  lines: { productId: string; sku: string; name: string; quantity: number; unitPriceCents: number }[];
  /** Units in the order's parcels. */
  shipped: RefundLine[];
}

export function orderFacts(row: OrderRow): OrderFacts {
  const cents = (amount: string) => fromDecimal(amount, row.currency);
  return {
    orderId: row.id,
    reservationId: row.reservation_id,
    status: row.status,
    fulfillment: row.fulfillment,
    totalCents: cents(row.total_amount),
    capturedCents: cents(row.captured_amount),
    refundedCents: cents(row.refunded_amount),
    currency: row.currency,
    paymentIntentId: row.payment_intent_id,
    expiresAt: row.expires_at.toISOString(),
    lines: row.items.map(({ product_id, sku, name, quantity, price }) => ({
      productId: product_id,
      sku,
      name,
      quantity,
      unitPriceCents: cents(price),
    })),
    shipped: row.shipments.flatMap(({ items }) =>
      items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    ),
  };
}

export async function readOrderFacts(sql: Sql, orderId: string): Promise<OrderFacts | undefined> {
  const row = await readOrder(sql, orderId);
  return row && orderFacts(row);
}

/** What decisions about refunds need of an order. */
export interface OrderForRefund extends RefundableOrder {
  currency: string;
  fulfillment: Fulfillment;
  deliveredAt: Date | null;
  /** Whether its stock was sold; false when its payment arrived too late. */
  isSold: boolean;
}

export function orderForRefund(row: OrderRow): OrderForRefund {
  const { status, fulfillment, capturedCents, currency, lines, shipped } = orderFacts(row);
  return {
    status,
    fulfillment,
    hasShipped: hasShipped(fulfillment),
    deliveredAt: row.delivered_at,
    isSold: row.paid_at !== null,
    capturedCents,
    currency,
    lines,
    shipped,
  };
}

/** Reads the order under its row lock, so that concurrent requests are decided one after the other. */
export async function lockForRefund(sql: Sql, orderId: string): Promise<OrderForRefund | undefined> {
  const row = await lockOrder(sql, orderId);
  return row && orderForRefund(row);
}
