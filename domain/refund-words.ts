/**
 * The refund reason that a shopper sees: without notes that staff enter in the Temporal UI, and without Stripe's internal terms.
 */
import { STRIPE } from './identity.ts';

export function reasonForShopper(refund: { kind: string; requestedBy: string; reason: string }): string {
  if (refund.kind === 'chargeback') return 'Chargeback by the card’s bank';
  if (refund.requestedBy !== STRIPE && !refund.requestedBy.startsWith('ui:')) return refund.reason;
  return refund.kind === 'cancellation' ? 'Order canceled by the shop' : 'Refund by the shop';
}
