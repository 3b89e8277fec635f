/** What a shopper may still ask of an order. It chooses what is offered; whether it is granted, the API says. */
import { costOf } from './amounts.ts';
import type { Order, Refund } from './contracts.ts';

/** An item of an order, and how many of it no refund has taken yet: 1 or more. */
export type LeftItem = Order['items'][number] & { left: number };

/** Whether its units and its money are given back, or set aside for it. */
function isCommitted(refund: Pick<Refund, 'status'>): boolean {
  return refund.status !== 'failed' && refund.status !== 'rejected';
}

/** Items that can still be given back; those of refunds that failed or were rejected can be again. */
export function leftToReturn(items: Order['items'], refunds: readonly Pick<Refund, 'status' | 'lines'>[]): LeftItem[] {
  const taken = new Map<string, number>();
  for (const { product_id, quantity } of refunds.filter(isCommitted).flatMap((refund) => refund.lines))
    taken.set(product_id, (taken.get(product_id) ?? 0) + quantity);
  return items
    .map((item) => ({ ...item, left: item.quantity - (taken.get(item.product_id) ?? 0) }))
    .filter((item) => item.left > 0);
}

/** How money can be asked back for single items: of goods that have left it is a return. */
export function refundOffer(order: Pick<Order, 'status'>): 'refund' | 'return' | undefined {
  switch (order.status) {
    case 'paid':
    case 'partially_refunded':
      return 'refund';
    case 'shipped':
    case 'delivered':
      return 'return';
    case 'pending':
    case 'on_hold':
    case 'refunded':
    case 'cancelled':
    case 'expired':
      return undefined;
  }
}

/** Whether a paid order can be asked to stop. A cancellation that was not granted is final. */
export function canCancelPaid(
  order: Pick<Order, 'status' | 'cancellation_waits'>,
  refunds: readonly Pick<Refund, 'kind' | 'status'>[],
): boolean {
  const notShipped = order.status === 'paid' || order.status === 'partially_refunded' || order.status === 'on_hold';
  const refused = refunds.some((refund) => refund.kind === 'cancellation' && refund.status === 'rejected');
  return notShipped && !order.cancellation_waits && !refused;
}

/** What these units give back: their price, and never more than is left of the payment. */
export function givesBack(
  lines: readonly { price: number; quantity: number }[],
  refundable: number,
  currency: string,
): number {
  return Math.min(costOf(lines, currency), refundable);
}

/** Whether news of the order are still to be expected. */
export function goesOn(order: Pick<Order, 'status'>, refunds: readonly Pick<Refund, 'status'>[]): boolean {
  const isOver = order.status === 'cancelled' || order.status === 'expired' || order.status === 'refunded';
  const settled: readonly Refund['status'][] = ['succeeded', 'rejected'];
  return !isOver || refunds.some((refund) => !settled.includes(refund.status));
}
