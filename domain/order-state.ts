/**
 * An order's lifecycle: one table of allowed transitions, and one of the actions allowed in each state. The API and workflows refuse
 * actions by them, activities make transitions by them, and PostgreSQL checks every change of `orders.status` against the same table.
 */

export const ORDER_STATUSES = [
  'pending',
  'paid',
  'under_review',
  'partially_shipped',
  'shipped',
  'delivered',
  'partially_refunded',
  'refunded',
  'canceled',
  'expired',
] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];

export const ORDER_STEPS: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  pending: ['paid', 'expired', 'canceled'],
  paid: ['under_review', 'partially_shipped', 'shipped', 'partially_refunded', 'refunded', 'canceled'],
  under_review: ['paid', 'partially_refunded', 'refunded', 'canceled'],
  // The rest of an order of which a part has shipped ships, or is refunded.
  partially_shipped: ['shipped', 'delivered', 'refunded'],
  shipped: ['delivered', 'refunded'],
  delivered: ['refunded'],
  // An order returns to an earlier status when Stripe reports later that a refund failed, or when a chargeback was won.
  partially_refunded: ['paid', 'under_review', 'partially_shipped', 'shipped', 'refunded', 'canceled'],
  refunded: ['paid', 'partially_refunded', 'under_review', 'partially_shipped', 'shipped', 'delivered'],
  canceled: [],
  expired: [],
};

export function canStep(from: OrderStatus, to: OrderStatus): boolean {
  return ORDER_STEPS[from].includes(to);
}

export function isFinal(status: OrderStatus): boolean {
  return ORDER_STEPS[status].length === 0;
}

/** Statuses from which a transition to `to` is allowed, for the WHERE clause of a conditional UPDATE. */
export function sourcesOf(to: OrderStatus): OrderStatus[] {
  return ORDER_STATUSES.filter((from) => canStep(from, to));
}

/** Delivery state of a paid order. */
export const FULFILLMENTS = ['unfulfilled', 'under_review', 'partially_shipped', 'shipped', 'delivered'] as const;
export type Fulfillment = (typeof FULFILLMENTS)[number];

/** Whether everything that ships has shipped. */
export function hasShipped(fulfillment: Fulfillment): boolean {
  return fulfillment === 'shipped' || fulfillment === 'delivered';
}

/**
 * Derives the status of a paid order that was not canceled from its fulfillment and its payment (minor units). A full refund takes
 * precedence, then fulfillment; a partial refund shows only until the order ships.
 */
export function statusOfPaid(order: {
  fulfillment: Fulfillment;
  capturedCents: number;
  refundedCents: number;
}): OrderStatus {
  if (order.refundedCents >= order.capturedCents) return 'refunded';
  if (order.fulfillment !== 'unfulfilled') return order.fulfillment;
  return order.refundedCents > 0 ? 'partially_refunded' : 'paid';
}

/** Actions on an order, and the statuses in which each is allowed. */
export const ORDER_ACTIONS = {
  cancel: ['pending', 'paid', 'under_review', 'partially_refunded'],
  refund: ['paid', 'under_review', 'partially_refunded', 'partially_shipped', 'shipped', 'delivered'],
  extendReservation: ['pending'],
  correctAddress: ['pending', 'paid', 'under_review', 'partially_refunded', 'partially_shipped'],
  putUnderReview: ['paid', 'partially_refunded'],
  endReview: ['under_review'],
  markShipped: ['paid', 'partially_refunded', 'partially_shipped'],
  correctTracking: ['partially_shipped', 'shipped', 'delivered'],
  markDelivered: ['partially_shipped', 'shipped'],
  resendConfirmation: [
    'paid',
    'under_review',
    'partially_refunded',
    'partially_shipped',
    'shipped',
    'delivered',
    'refunded',
  ],
  recheckPayment: ORDER_STATUSES,
  changeEmail: ORDER_STATUSES,
  addNote: ORDER_STATUSES,
} as const satisfies Record<string, readonly OrderStatus[]>;
export type OrderAction = keyof typeof ORDER_ACTIONS;

export function isAllowed(action: OrderAction, status: OrderStatus): boolean {
  return (ORDER_ACTIONS[action] as readonly OrderStatus[]).includes(status);
}

/** Formats a status for display: `partially_refunded` → "partially refunded". */
export function statusInWords(status: OrderStatus): string {
  return status.replaceAll('_', ' ');
}

const WHAT_TO_DO: Readonly<Record<OrderStatus, string>> = {
  pending: 'It is not paid yet. Wait for the payment or cancel the order.',
  paid: 'It is paid and has not shipped.',
  under_review: 'End its review first.',
  partially_shipped: 'A part of it has shipped. Ship the rest, or refund the items that have not shipped.',
  shipped: 'It has shipped. Refund it or mark it delivered instead.',
  delivered: 'It was delivered. Refund it instead.',
  partially_refunded: 'It is paid, partially refunded, and has not shipped.',
  refunded: 'The full amount was already refunded or charged back.',
  canceled: 'It was canceled. The customer can place a new order.',
  expired: 'It was not paid in time. The customer can place a new order.',
};

const ACTION_WORDS: Readonly<Record<OrderAction, string>> = {
  cancel: 'be canceled',
  refund: 'be refunded',
  extendReservation: 'have its reservation extended',
  correctAddress: 'have its address corrected',
  putUnderReview: 'be put under review',
  endReview: 'have its review ended',
  markShipped: 'be marked shipped',
  correctTracking: 'have its tracking number corrected',
  markDelivered: 'be marked delivered',
  resendConfirmation: 'have its confirmation resent',
  recheckPayment: 'have its payment rechecked',
  changeEmail: 'have its email address changed',
  addNote: 'get a note',
};

/** Why an action is not allowed now, as a sentence that the reader can act on; undefined when it is allowed. */
export function refusalOf(action: OrderAction, status: OrderStatus): string | undefined {
  if (isAllowed(action, status)) return undefined;
  return `An order that is ${statusInWords(status)} can't ${ACTION_WORDS[action]}. ${WHAT_TO_DO[status]}`;
}

export const RESERVATION_STATUSES = ['reserved', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

/**
 * `awaiting_return`: the shopper must return the items first. `awaiting_approval`: a second person must approve it. `pending`: Stripe is
 * processing it. `failed`: Stripe could not make it, so its amount can be refunded again. `rejected`: staff rejected it, or another refund
 * replaced it. `withdrawn`: nothing is refunded because it is no longer wanted.
 */
export const REFUND_STATUSES = [
  'awaiting_return',
  'awaiting_approval',
  'pending',
  'succeeded',
  'failed',
  'rejected',
  'withdrawn',
] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];

/** Statuses of refunds that ended without a refund. */
export const CLOSED_REFUND_STATUSES = ['rejected', 'withdrawn'] as const satisfies readonly RefundStatus[];

export function isClosedRefund(status: RefundStatus): boolean {
  return (CLOSED_REFUND_STATUSES as readonly RefundStatus[]).includes(status);
}
