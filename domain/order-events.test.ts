import { expect, it } from 'vitest';
import { type OrderEventType, SHOPPER_EVENTS } from './order-events.ts';

/** What staff write or decide among themselves. */
const INTERNAL: readonly OrderEventType[] = [
  'note_added',
  'order_put_under_review',
  'review_ended',
  'cancellation_requested',
  'refund_approved',
  'refund_approval_refused',
  'retry_requested',
];

it('shoppers see what happens to their order, and nothing internal', () => {
  for (const type of ['order_shipped', 'tracking_corrected', 'email_changed', 'refund_withdrawn'] as const)
    expect(SHOPPER_EVENTS).toContain(type);
  for (const type of INTERNAL) expect(SHOPPER_EVENTS).not.toContain(type);
});
