/** The actions that an order still allows its shopper. They decide what the page offers; the API decides what it accepts. */
import { fromDecimal } from '../../../domain/money.ts';
import { hasShipped } from '../../../domain/order-state.ts';
import { type RefundableOrder, type RefundUnits, refundableQuantities } from '../../../domain/refund-units.ts';
import { packingLines } from '../../../domain/shipping.ts';
import { costOf } from './amounts.ts';
import type { Order, Refund } from './contracts.ts';

/** An item of an order, and how many of it can still be canceled or returned: 1 or more. */
export type LeftItem = Order['items'][number] & { left: number };

/** Units of an item that will not ship, and units whose cancellation is pending. */
export interface CanceledUnits {
  canceled: number;
  pending: number;
}

/** Items that can still be canceled, or returned; items of failed, rejected, or withdrawn refunds are included again. */
export function leftToRefund(order: Order, refunds: readonly Refund[], kind: ItemsRequest): LeftItem[] {
  const quantities = refundableQuantities(toRefundable(order), refunds.map(toRecord));
  const place = kind === 'cancel' ? 'unshipped' : 'shipped';
  return order.items
    .map((item) => ({ ...item, left: quantities.get(item.product_id)![place] }))
    .filter((item) => item.left > 0);
}

/** Items with canceled units or pending cancellations, by product ID. */
export function canceledUnits(order: Order, refunds: readonly Refund[]): Record<string, CanceledUnits> {
  const lines = packingLines(toRefundable(order), refunds.map(toRecord));
  return Object.fromEntries(
    lines
      .filter(({ canceled, pending }) => canceled + pending > 0)
      .map(({ productId, canceled, pending }) => [productId, { canceled, pending }]),
  );
}

function toRefundable(order: Order): Pick<RefundableOrder, 'lines' | 'hasShipped' | 'shipped'> {
  return {
    hasShipped: hasShipped(order.fulfillment),
    shipped: order.shipments.flatMap(({ items }) =>
      items.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    ),
    lines: order.items.map(({ product_id, name, quantity, price }) => ({
      productId: product_id,
      name,
      quantity,
      unitPriceCents: fromDecimal(price, order.currency),
    })),
  };
}

function toRecord(refund: Refund): RefundUnits {
  return {
    status: refund.status,
    lines: refund.lines.map(({ product_id, quantity }) => ({ productId: product_id, quantity })),
    cancelsUnits: refund.cancels_units,
    isGivenUp: refund.given_up,
    isRestocked: refund.restocked,
  };
}

export type ItemsRequest = 'cancel' | 'return';

/** The possible requests for single items: a cancellation before they ship, a return afterwards. @param now Unix milliseconds */
export function itemsRequests(
  order: Pick<Order, 'status' | 'cancellation_waits' | 'returns_until'>,
  now: number,
): ItemsRequest[] {
  if (canCancelPaid(order)) return ['cancel'];
  if (order.status === 'partially_shipped') return ['cancel', 'return'];
  const isShipped = order.status === 'shipped' || order.status === 'delivered';
  return isShipped && !returnsAreClosed(order, now) ? ['return'] : [];
}

export function returnsAreClosed(order: Pick<Order, 'returns_until'>, now: number): boolean {
  return order.returns_until !== null && Date.parse(order.returns_until) <= now;
}

/** Whether a paid order can still be canceled as a whole. A rejected cancellation can be requested again. */
export function canCancelPaid(order: Pick<Order, 'status' | 'cancellation_waits'>): boolean {
  const isUnshipped =
    order.status === 'paid' || order.status === 'partially_refunded' || order.status === 'under_review';
  return isUnshipped && !order.cancellation_waits;
}

/** The refund for canceling the whole order. It replaces pending refunds, so it includes their amounts. */
export function cancellationSum(
  refundable: number,
  refunds: readonly Pick<Refund, 'status' | 'amount'>[],
  currency: string,
): number {
  const waiting = refunds.filter(({ status }) => status === 'awaiting_approval' || status === 'awaiting_return');
  return costOf(
    [refundable, ...waiting.map(({ amount }) => amount)].map((price) => ({ price, quantity: 1 })),
    currency,
  );
}

/** The refund for these units: their price, up to the remaining balance of the payment. */
export function refundSum(
  lines: readonly { price: number; quantity: number }[],
  refundable: number,
  currency: string,
): number {
  return Math.min(costOf(lines, currency), refundable);
}

/** Whether a refund has changed since the order was read; the two are read one after the other. */
export function isBehind(order: Pick<Order, 'updated_at'>, refunds: readonly Pick<Refund, 'updated_at'>[]): boolean {
  return refunds.some((refund) => Date.parse(refund.updated_at) > Date.parse(order.updated_at));
}

/** Whether the order may still change. */
export function mayStillChange(
  order: Pick<Order, 'status' | 'updated_at'>,
  refunds: readonly Pick<Refund, 'status' | 'updated_at'>[],
): boolean {
  const hasEnded = order.status === 'canceled' || order.status === 'expired' || order.status === 'refunded';
  const finalStatuses: readonly Refund['status'][] = ['succeeded', 'rejected', 'withdrawn'];
  return !hasEnded || isBehind(order, refunds) || refunds.some((refund) => !finalStatuses.includes(refund.status));
}
