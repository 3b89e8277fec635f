/** Refund records for the rules in `domain/refund.ts`. */
import type { RefundRecord } from '../../domain/refund-units.ts';

/** A succeeded refund of 3.00 without lines, with the given changes. */
export function refundRecord(refund: Partial<RefundRecord> = {}): RefundRecord {
  return {
    amountCents: 300,
    status: 'succeeded',
    lines: [],
    cancelsUnits: false,
    isGivenUp: false,
    isRestocked: false,
    isFromStripe: false,
    ...refund,
  };
}
