/**
 * What a shopper reads of a refund's reason: not what colleagues write for each other at the Temporal UI, nor Stripe's own terms.
 */
import { STRIPE } from './identity.ts';

export function reasonForShopper(refund: { kind: string; requestedBy: string; reason: string }): string {
  if (refund.kind === 'chargeback') return 'Chargeback by the card’s bank';
  if (refund.requestedBy !== STRIPE && !refund.requestedBy.startsWith('ui:')) return refund.reason;
  return refund.kind === 'cancellation' ? 'Order canceled by the shop' : 'Refund by the shop';
}
