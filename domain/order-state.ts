/**
 * The life of an order: one table of every allowed step, one of what may be done in each state. API and workflows refuse by
 * them, activities step by them, and PostgreSQL holds every change of `orders.status` against the same table.
 */

export const ORDER_STATUSES = [
  'pending',
  'paid',
  'under_review',
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
  paid: ['under_review', 'shipped', 'partially_refunded', 'refunded', 'canceled'],
  under_review: ['paid', 'partially_refunded', 'refunded', 'canceled'],
  shipped: ['delivered', 'refunded'],
  delivered: ['refunded'],
  // Back again when Stripe says later that a refund failed after all, or a chargeback was won.
  partially_refunded: ['paid', 'under_review', 'shipped', 'refunded', 'canceled'],
  refunded: ['paid', 'partially_refunded', 'under_review', 'shipped', 'delivered'],
  canceled: [],
  expired: [],
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

/** Delivery state of a paid order. */
export const FULFILLMENTS = ['unfulfilled', 'under_review', 'shipped', 'delivered'] as const;
export type Fulfillment = (typeof FULFILLMENTS)[number];

export function hasShipped(fulfillment: Fulfillment): boolean {
  return fulfillment === 'shipped' || fulfillment === 'delivered';
}

/**
 * Status of a paid order that was not canceled, by its goods and its money (minor units). All of the money back says most,
 * then where the goods are; a part given back shows while nothing was shipped.
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

/** What people ask of an order, and in which states it makes sense. */
export const ORDER_ACTIONS = {
  cancel: ['pending', 'paid', 'under_review', 'partially_refunded'],
  refund: ['paid', 'under_review', 'partially_refunded', 'shipped', 'delivered'],
  extendReservation: ['pending'],
  correctAddress: ['pending', 'paid', 'under_review', 'partially_refunded'],
  putUnderReview: ['paid', 'partially_refunded'],
  release: ['under_review'],
  markShipped: ['paid', 'partially_refunded'],
  markDelivered: ['shipped'],
  resendConfirmation: ['paid', 'under_review', 'partially_refunded', 'shipped', 'delivered', 'refunded'],
  recheckPayment: ORDER_STATUSES,
} as const satisfies Record<string, readonly OrderStatus[]>;
export type OrderAction = keyof typeof ORDER_ACTIONS;

export function isAllowed(action: OrderAction, status: OrderStatus): boolean {
  return (ORDER_ACTIONS[action] as readonly OrderStatus[]).includes(status);
}

/** For people: `partially_refunded` → "partially refunded". */
export function statusInWords(status: OrderStatus): string {
  return status.replaceAll('_', ' ');
}

const WHAT_TO_DO: Readonly<Record<OrderStatus, string>> = {
  pending: 'It is not paid yet. Wait for the payment or cancel the order.',
  paid: 'It is paid and has not shipped.',
  under_review: 'Release it from review first.',
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
  release: 'be released',
  markShipped: 'be marked shipped',
  markDelivered: 'be marked delivered',
  resendConfirmation: 'have its confirmation resent',
  recheckPayment: 'have its payment rechecked',
};

/** Why an action makes no sense now, as a sentence that one can act on; undefined when it does. */
export function refusalOf(action: OrderAction, status: OrderStatus): string | undefined {
  if (isAllowed(action, status)) return undefined;
  return `An order that is ${statusInWords(status)} can't ${ACTION_WORDS[action]}. ${WHAT_TO_DO[status]}`;
}

export const RESERVATION_STATUSES = ['reserved', 'committed', 'released', 'expired'] as const;
export type ReservationStatus = (typeof RESERVATION_STATUSES)[number];

/**
 * `awaiting_return`: the items must come back first. `awaiting_approval`: a second person decides. `pending`: on its way at
 * Stripe. `failed`: Stripe could not make it, its amount is free again. `rejected`: decided against.
 */
export const REFUND_STATUSES = [
  'awaiting_return',
  'awaiting_approval',
  'pending',
  'succeeded',
  'failed',
  'rejected',
] as const;
export type RefundStatus = (typeof REFUND_STATUSES)[number];
