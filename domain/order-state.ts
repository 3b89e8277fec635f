/** The life of an order: one table of every allowed step, used by the API, the activities and the database's own check. */

export const ORDER_STATUSES = ['pending', 'paid', 'partially_refunded', 'refunded', 'expired', 'cancelled'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_STEPS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['paid', 'expired', 'cancelled'],
  paid: ['partially_refunded', 'refunded'],
  // Back again when Stripe says later that a refund failed after all.
  partially_refunded: ['partially_refunded', 'refunded', 'paid'],
  refunded: ['partially_refunded', 'paid'],
  expired: [],
  cancelled: [],
};

export function canStep(from: OrderStatus, to: OrderStatus): boolean {
  return ORDER_STEPS[from].includes(to);
}

export function isFinal(status: OrderStatus): boolean {
  return ORDER_STEPS[status].length === 0;
}

/** Statuses from which a step to `to` is allowed; what a conditional UPDATE names in its WHERE. */
export function sourcesOf(to: OrderStatus): OrderStatus[] {
  return ORDER_STATUSES.filter((from) => canStep(from, to));
}

export const RESERVATION_STATUSES = ['held', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];
