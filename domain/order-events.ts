/** Event types in an order's append-only history. */

const FOR_SHOPPERS = [
  'order_opened',
  'order_paid',
  'order_expired',
  'order_canceled',
  'payment_failed',
  'payment_returned',
  'address_corrected',
  'email_changed',
  'order_shipped',
  'tracking_corrected',
  'order_delivered',
  'return_requested',
  'return_received',
  'refund_requested',
  'refund_succeeded',
  'refund_failed',
  'refund_rejected',
  'refund_withdrawn',
  'reservation_extended',
] as const;

const FOR_STAFF = [
  'order_put_under_review',
  'review_ended',
  'cancellation_requested',
  'confirmation_resent',
  'mail_failed',
  'payment_unmatched',
  'payment_rechecked',
  'refund_replaced',
  'refund_approved',
  'refund_approval_refused',
  'refund_retried',
  'refund_given_up',
  'refund_found_at_stripe',
  'dispute_opened',
  'dispute_evidence_submitted',
  'dispute_changed',
  'retry_requested',
  'note_added',
] as const;

export type OrderEventType = (typeof FOR_SHOPPERS)[number] | (typeof FOR_STAFF)[number];

/**
 * Events that shoppers see on the order page and in the API. All others, such as notes of staff, are visible to staff only; so is every
 * event of a type that is not listed here.
 */
export const SHOPPER_EVENTS: readonly OrderEventType[] = FOR_SHOPPERS;
