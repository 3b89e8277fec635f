/** What may still be given back of an order, and what its status becomes. All amounts in minor units. */
import type { OrderStatus, RefundStatus } from './order-state.ts';

export interface RefundableOrder {
  status: OrderStatus;
  capturedCents: number;
}

export interface RefundRecord {
  amountCents: number;
  status: RefundStatus;
}

/** Money given back or on its way back; failed refunds free their amount. */
export function committedRefundCents(refunds: readonly RefundRecord[]): number {
  let total = 0;
  for (const refund of refunds) if (refund.status !== 'failed') total += refund.amountCents;
  return total;
}

/** What is left to refund, 0 or more. */
export function refundableCents(order: RefundableOrder, refunds: readonly RefundRecord[]): number {
  return Math.max(0, order.capturedCents - committedRefundCents(refunds));
}

export type RefundDecision =
  | { ok: true; amountCents: number }
  | { ok: false; code: 'order_not_refundable' | 'refund_exceeds_charge'; message: string; refundableCents: number };

/**
 * Decides on one request.
 * @param requestedCents 1 or more; undefined asks for everything that is left
 */
export function decideRefund(
  order: RefundableOrder,
  refunds: readonly RefundRecord[],
  requestedCents: number | undefined,
): RefundDecision {
  const left = refundableCents(order, refunds);
  if (order.status !== 'paid' && order.status !== 'partially_refunded') {
    return {
      ok: false,
      code: 'order_not_refundable',
      message: `An order that is ${order.status.replace('_', ' ')} has nothing to refund.`,
      refundableCents: left,
    };
  }
  const amountCents = requestedCents ?? left;
  if (left === 0 || amountCents > left) {
    return {
      ok: false,
      code: 'refund_exceeds_charge',
      message: 'The refund is more than what is left of the charge.',
      refundableCents: left,
    };
  }
  if (!Number.isSafeInteger(amountCents) || amountCents < 1)
    throw new RangeError(`not a refund amount: ${amountCents}`);
  return { ok: true, amountCents };
}

/** Status of an order of which `refundedCents` have been given back. */
export function statusAfterRefunds(
  capturedCents: number,
  refundedCents: number,
): Extract<OrderStatus, 'paid' | 'partially_refunded' | 'refunded'> {
  if (refundedCents <= 0) return 'paid';
  return refundedCents >= capturedCents ? 'refunded' : 'partially_refunded';
}
