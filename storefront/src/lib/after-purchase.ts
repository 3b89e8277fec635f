/** What a shopper may still ask of an order. It chooses what is offered; whether it is granted, the API says. */
import { fromDecimal } from '../../../domain/money.ts';
import { type RefundableOrder, type RefundUnits, refundableQuantities } from '../../../domain/refund.ts';
import { packingLines } from '../../../domain/shipping.ts';
import { costOf } from './amounts.ts';
import type { Order, Refund } from './contracts.ts';

/** An item of an order, and how many of it can still be canceled or returned: 1 or more. */
export type LeftItem = Order['items'][number] & { left: number };

/** Units of an item that will not ship, and those of which it is not decided yet. */
export interface CanceledUnits {
  canceled: number;
  pending: number;
}

/** Items that can still be canceled or returned; those of refunds that failed or were rejected can be again. */
export function leftToRefund(order: Order, refunds: readonly Refund[]): LeftItem[] {
  const quantities = refundableQuantities(toRefundable(order), refunds.map(toRecord));
  return order.items
    .map((item) => ({ ...item, left: quantities.get(item.product_id)!.left }))
    .filter((item) => item.left > 0);
}

/** Items of which units are canceled or about to be, by product ID. */
export function canceledUnits(order: Order, refunds: readonly Refund[]): Record<string, CanceledUnits> {
  const lines = packingLines(toRefundable(order), refunds.map(toRecord));
  return Object.fromEntries(
    lines
      .filter(({ canceled, pending }) => canceled + pending > 0)
      .map(({ productId, canceled, pending }) => [productId, { canceled, pending }]),
  );
}

function toRefundable(order: Order): Pick<RefundableOrder, 'lines'> {
  return {
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

/** What can be requested for single items: before they ship it is a cancellation, afterwards a return. @param now Unix milliseconds */
export function itemsRequest(
  order: Pick<Order, 'status' | 'cancellation_waits' | 'returns_until'>,
  now: number,
): ItemsRequest | undefined {
  if (canCancelPaid(order)) return 'cancel';
  const isShipped = order.status === 'shipped' || order.status === 'delivered';
  return isShipped && !returnsAreClosed(order, now) ? 'return' : undefined;
}

export function returnsAreClosed(order: Pick<Order, 'returns_until'>, now: number): boolean {
  return order.returns_until !== null && Date.parse(order.returns_until) <= now;
}

/** Whether a paid order can still be canceled as a whole. One whose cancellation was rejected can be canceled again. */
export function canCancelPaid(order: Pick<Order, 'status' | 'cancellation_waits'>): boolean {
  const isUnshipped =
    order.status === 'paid' || order.status === 'partially_refunded' || order.status === 'under_review';
  return isUnshipped && !order.cancellation_waits;
}

/** What canceling the whole order refunds: it replaces the refunds that still wait, so their money is part of it. */
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

/** What a refund of these units comes to: their price, and never more than is left of the payment. */
export function refundSum(
  lines: readonly { price: number; quantity: number }[],
  refundable: number,
  currency: string,
): number {
  return Math.min(costOf(lines, currency), refundable);
}

/** Whether refunds have changed since the order was read: the two are read one after the other. */
export function isBehind(order: Pick<Order, 'updated_at'>, refunds: readonly Pick<Refund, 'updated_at'>[]): boolean {
  return refunds.some((refund) => Date.parse(refund.updated_at) > Date.parse(order.updated_at));
}

/** Whether more changes of the order are to be expected. */
export function goesOn(
  order: Pick<Order, 'status' | 'updated_at'>,
  refunds: readonly Pick<Refund, 'status' | 'updated_at'>[],
): boolean {
  const isOver = order.status === 'canceled' || order.status === 'expired' || order.status === 'refunded';
  const settled: readonly Refund['status'][] = ['succeeded', 'rejected'];
  return !isOver || isBehind(order, refunds) || refunds.some((refund) => !settled.includes(refund.status));
}
