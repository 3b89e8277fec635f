/** A refund as the rules of `domain/refund.ts` see it. */
import type { RefundRecord } from '../../domain/refund.ts';

/** One of 3.00 that succeeded, for no particular goods, but for what is given. */
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
