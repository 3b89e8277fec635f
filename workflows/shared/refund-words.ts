/** The state of a refund or a chargeback in words for support staff. */
import type { RefundFacts } from '../../activities/refunds/refund-facts.ts';

/** Stripe records a chargeback like a refund, but what becomes of it is the bank's decision. */
const CHARGEBACK_STATES: Partial<Record<RefundFacts['status'], string>> = {
  pending: 'held by the bank',
  succeeded: 'lost',
  failed: 'won: money is back',
};

export function refundStateInWords({
  kind,
  status,
  isGivenUp,
}: Pick<RefundFacts, 'kind' | 'status' | 'isGivenUp'>): string {
  if (isGivenUp) return 'given up';
  return (kind === 'chargeback' ? CHARGEBACK_STATES[status] : undefined) ?? status.replaceAll('_', ' ');
}

/**
 * Whether a failed refund can no longer be withdrawn, because its items are back in stock or its order is canceled, so that the customer
 * must be paid.
 */
export function isMoneyOwed({ kind, isRestocked }: Pick<RefundFacts, 'kind' | 'isRestocked'>): boolean {
  return kind === 'cancellation' || isRestocked;
}
